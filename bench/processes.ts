import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

/** A server process under measurement. */
export interface Measured {
  readonly base: string;
  /** From the start of the process to the first 200 of /healthz. */
  readonly readyMs: number;
  /** User and system time so far, in ms. */
  cpuMs(): number;
  /** Resident set now, in MB. */
  memoryMb(): number;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts a Node program that listens on PORT and answers /healthz. */
export async function startServer(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const base = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${base}/healthz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const readyMs = performance.now() - begun;
  return { base, readyMs, cpuMs: () => cpuOf(child), memoryMb: () => memoryOf(child), stop: () => stop(child) };
}

/** A Redis of the benchmark's own that syncs its log every second, as in production. */
export async function startRedis(
  directory: string,
): Promise<{ readonly url: string; usedBytes(): Promise<number>; stop(): Promise<void> }> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
  ];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const { Redis } = await import('ioredis');
  const redis = new Redis({ port, host: '127.0.0.1' }).on('error', () => undefined);
  await redis.ping();
  return {
    url: `redis://127.0.0.1:${port}`,
    usedBytes: async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]),
    async stop() {
      redis.disconnect();
      await stop(child);
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10; // clock ticks of 10 ms
}

function memoryOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Bytes that the files of a folder take on disk. */
export function bytesOn(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(path.join(directory, name)))
    .reduce((sum, file) => sum + file.blocks * 512, 0);
}
