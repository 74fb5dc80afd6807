import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../turns';

/** How a broken server ends, and what is left of what it acknowledged. */

jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), 'daozhang-exit-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Server {
  readonly child: ChildProcess & { readonly stdin: NonNullable<ChildProcess['stdin']> };
  readonly base: string;
  /** Status, or the signal that ended it, and ms from now. */
  ended(): Promise<{ readonly how: number | NodeJS.Signals | null; readonly ms: number }>;
}

async function start(
  name: string,
  { env = {}, through = [] }: { env?: Record<string, string>; through?: readonly string[] } = {},
): Promise<Server> {
  const [command = '', ...args] = [
    ...[
      ...through,
      process.execPath,
      '--import',
      'tsx',
      '--import',
      join(__dirname, 'breaking.mjs'),
      join(__dirname, '../../src/index.ts'),
    ],
  ];
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', BURST_MS: '0', LOG_LEVEL: 'error', DATA_DIR: join(folder, name), ...env },
    cwd: join(__dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  const base = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const url = /http:\/\/localhost:(\d+)\/api\/messages/.exec(output);
      if (url) resolve(`http://127.0.0.1:${url[1]}`);
    });
  });
  return {
    child,
    base,
    async ended() {
      const started = Date.now();
      const [code, signal] = await once(child, 'exit');
      return { how: signal ?? code, ms: Date.now() - started };
    },
  };
}

interface Talked {
  readonly id: string;
  readonly answer: string;
}

async function say(base: string, id: string): Promise<string | undefined> {
  const activity = {
    ...{ type: 'message', id, channelId: 'emulator', serviceUrl: 'http://localhost:9', text: '转人工', deliveryMode: 'expectReplies' },
    ...{ conversation: { id: `of-${id}` }, from: { id: 'u', role: 'user' }, recipient: { id: 'b', role: 'bot' } },
  };
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(activity) };
  const response = await fetch(`${base}/api/messages`, request).catch(() => undefined);
  return response?.status === 200 ? response.text().catch(() => undefined) : undefined;
}

/** Many users at once until the server is gone; `talked` takes what they were answered. */
async function load(base: string, talked: Talked[]): Promise<void> {
  const lane = async (lane: number) => {
    for (let n = 0; ; n += 1) {
      const id = `m${lane}-${n}`;
      const answer = await say(base, id);
      if (answer === undefined) return;
      talked.push({ id, answer });
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, n) => lane(n)));
}

async function crash(name: string, through: readonly string[]) {
  const server = await start(name, { through });
  const talked: Talked[] = [];
  const loading = load(server.base, talked);
  await until(() => talked.length > 60);
  const ended = server.ended();
  server.child.stdin.write('\n');
  const [{ how, ms }] = await Promise.all([ended, loading]);
  return { how, ms, talked };
}

/** The kernel keeps the first process of a namespace from signals of its own. Making one takes root. */
function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['under load', []],
  ...(canUnshare() ? [['under load as the first process of a container', ['unshare', '--pid', '--fork', '--kill-child']] as const] : []),
] as const)('a crash %s ends with status 1 at once, and everything answered is kept', async (name, through) => {
  const { how, ms, talked } = await crash(name, through);
  expect([how, ms < 3000]).toEqual([1, true]);
  const again = await start(name);
  for (const { id, answer } of talked.slice(-40)) expect(await say(again.base, id)).toBe(answer);
  again.child.kill('SIGKILL');
});

test('a server whose store hangs when it is stopped is gone within five seconds', async () => {
  const server = await start('stuck', { env: { TEST_STUCK: '1' } });
  expect(await say(server.base, 'one')).toContain('案件号');
  const ended = server.ended();
  server.child.kill('SIGTERM');
  const { how, ms } = await ended;
  expect([how, ms < 5000]).toEqual(['SIGKILL', true]);
});
