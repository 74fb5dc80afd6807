import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(__dirname, '../..');
const TSX = pathToFileURL(require.resolve('tsx')).href;

/** The product itself in a process of its own, on a port and a store that outlive it. */
export interface ServerProcess {
  readonly origin: string;
  start(): Promise<void>;
  /** As an operator would: SIGTERM, and it ends by itself. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Moves its clock. */
  ahead(ms: number): void;
  end(): Promise<void>;
}

export interface ServerOptions {
  /** Its clock at the first start, ISO. */
  readonly now?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function openServer({ now, env = {} }: ServerOptions = {}): Promise<ServerProcess> {
  if (!existsSync(join(ROOT, 'dist/web/chat/index.html'))) throw new Error('the pages are not built: node src/setup.mjs --pages');
  const directory = await mkdtemp(join(tmpdir(), 'daozhang-web-'));
  const port = await freePort();
  const startedAt = Date.now();
  let moved = 0;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const clock = new Date((now === undefined ? startedAt : Date.parse(now)) + (Date.now() - startedAt) + moved).toISOString();
    const own = {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(directory, 'data'),
      LOG_LEVEL: 'error',
      BURST_MS: '150',
      TEST_NOW: clock,
    };
    const args = ['--import', TSX, '--import', join(__dirname, 'clock.mjs'), join(ROOT, 'src/index.ts')];
    const base = { PATH: process.env.PATH, HOME: process.env.HOME };
    const started = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...base, ...own, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    let output = '';
    const ready = new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk;
        if (output.includes('is ready')) resolve();
      };
      started.stdout?.on('data', read);
      started.stderr?.on('data', read);
      started.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    });
    await ready;
  }

  async function endWith(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    origin: `http://127.0.0.1:${port}`,
    start,
    stop: () => endWith('SIGTERM'),
    kill: () => endWith('SIGKILL'),
    ahead(ms) {
      moved += ms;
      child?.send({ ahead: ms });
    },
    async end() {
      await endWith('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
