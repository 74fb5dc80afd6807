import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A Redis of the tests' own, or the one that TEST_REDIS_URL names. */
export interface TestRedis {
  readonly url: string;
  /** Stops it and deletes its files; leaves a server of TEST_REDIS_URL alone. */
  stop(): Promise<void>;
}

/** A `redis-server` process that a test may stop, freeze and start again on the same port with the same files. */
export interface RedisProcess extends TestRedis {
  readonly port: number;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** The single server for tests that only need one: TEST_REDIS_URL when set, else a process of its own. */
export async function startRedis(): Promise<TestRedis> {
  const url = process.env.TEST_REDIS_URL;
  return url ? { url, stop: async () => {} } : startRedisProcess();
}

/**
 * A server on a free loopback port that answers; `config` are lines of its redis.conf. Nothing is kept on disk unless they say so.
 * `mode` sentinel makes it one, with the same lines.
 */
export async function startRedisProcess(config: readonly string[] = [], mode: 'server' | 'sentinel' = 'server'): Promise<RedisProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'daozhang-redis-'));
  const port = await freePort();
  const file = join(directory, 'redis.conf');
  const always = [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, 'save ""', 'appendonly no'];
  await writeFile(file, [...always, ...config, ''].join('\n'));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn('redis-server', mode === 'sentinel' ? [file, '--sentinel'] : [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    let log = '';
    started.stdout.on('data', (chunk) => {
      log = (log + chunk).slice(-2000);
    });
    const failure = new Promise<never>((_, fail) => {
      started.once('error', () => fail(new Error('redis-server is not installed: run "npm test", or install it, or set TEST_REDIS_URL')));
      started.once('exit', () => fail(new Error(`redis-server ended:\n${log}`)));
    });
    await Promise.race([failure, untilItAnswers(port)]);
    failure.catch(() => undefined);
  }

  async function kill(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async function stop(): Promise<void> {
    await kill();
    await rm(directory, { recursive: true, force: true });
  }

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, start, kill, stop, signal: (name) => child?.kill(name) };
}

/** A cluster and its masters. */
export interface RedisCluster extends TestRedis {
  readonly nodes: readonly RedisProcess[];
}

/** A cluster of three masters that share all slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const started = await Promise.allSettled([1, 2, 3].map(() => startRedisProcess(['cluster-enabled yes', 'cluster-node-timeout 500'])));
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason;
    await Promise.all(nodes.map(({ port }, position) => giveSlots(port, position, nodes.length)));
    await withConnection(nodes[0]?.port ?? 0, (redis) =>
      Promise.all(nodes.slice(1).map(({ port }) => redis.cluster('MEET', '127.0.0.1', port))),
    );
    // A master takes no writes in its first two seconds.
    await Promise.all(nodes.map((node) => untilClusterIsUp(node.port)));
    // A short timeout lets the nodes join soon; from here on it would take a busy machine for a dead node.
    await Promise.all(
      nodes.map(({ port }) =>
        withConnection(port, async (redis) => {
          await redis.config('SET', 'cluster-node-timeout', '10000');
          await redis.config('REWRITE');
        }),
      ),
    );
    return { url: `redis+cluster://${nodes.map((node) => `127.0.0.1:${node.port}`).join(',')}`, nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SLOTS = 16_384;

/** What `redis-cli --cluster create` does, without its pauses of a second. */
async function giveSlots(port: number, position: number, count: number): Promise<void> {
  const share = (n: number) => Math.floor((SLOTS * n) / count);
  const slots = Array.from({ length: share(position + 1) - share(position) }, (_, n) => share(position) + n);
  await withConnection(port, async (redis) => {
    await redis.cluster('SET-CONFIG-EPOCH', position + 1);
    await redis.cluster('ADDSLOTS', ...slots);
  });
}

async function untilItAnswers(port: number): Promise<void> {
  await until(5000, `redis-server on port ${port}`, () => withConnection(port, async (redis) => (await redis.ping()) === 'PONG'));
}

async function untilClusterIsUp(port: number): Promise<void> {
  await until(15_000, `the cluster seen from port ${port}`, () =>
    withConnection(port, async (redis) => /cluster_state:ok/.test(String(await redis.cluster('INFO')))),
  );
}

async function withConnection<T>(port: number, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port, lazyConnect: true, retryStrategy: null, disconnectTimeout: 50 }).on('error', () => undefined);
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

async function until(limitMs: number, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (await isSo().catch(() => false)) return;
    await delay(15);
  }
  throw new Error(`${what} did not come up within ${limitMs} ms`);
}

/** A port that was free a moment ago, with the port of a cluster's bus (10,000 above) in range. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address && typeof address === 'object' && address.port + 10_000 < 65_536) return address.port;
  }
}
