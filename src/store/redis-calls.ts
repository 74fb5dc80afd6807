import type { RedisClient } from './redis-client';
import { SCRIPT } from './redis-script';
import { StoreError } from './store';

/** Sends calls of redis-script.ts. */
export interface RedisCalls {
  /** The reply to one call; throws StoreError. */
  call(partition: number, args: readonly string[]): Promise<unknown>;
  /** Rounds sent so far; what goes to several nodes at once is one. */
  roundTrips(): number;
}

interface Call {
  readonly args: readonly string[];
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** Calls made in the same tick go out together, those on one partition as one script in the order they were made. */
export function createCalls(client: RedisClient, prefix: string, now: (() => number) | undefined): RedisCalls {
  let waiting = new Map<number, Call[]>();
  let roundTrips = 0;

  function sendWaiting(): void {
    const batches = waiting;
    waiting = new Map();
    roundTrips += 1;
    for (const [partition, calls] of batches) void send(partition, calls);
  }

  async function send(partition: number, calls: readonly Call[]): Promise<void> {
    try {
      const replies = await runScript(partition, [now ? String(now()) : '', ...calls.flatMap(({ args }) => args)]);
      for (const [position, { resolve }] of calls.entries()) resolve(replies[position]);
    } catch (cause) {
      for (const { reject } of calls) reject(new StoreError('Redis did not carry out the call', { cause }));
    }
  }

  async function runScript(partition: number, args: readonly string[]): Promise<readonly unknown[]> {
    const keys = ['rows', 'index', 'expiries'].map((name) => `${prefix}:{p${partition}}:${name}`);
    let reply: unknown;
    try {
      reply = await client.commands().evalsha(SCRIPT.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      // Nothing of the batch was carried out yet, so its order is kept.
      roundTrips += 1;
      reply = await client.commands().eval(SCRIPT.lua, keys.length, ...keys, ...args);
    }
    if (!Array.isArray(reply)) throw new Error('unexpected reply of the script');
    return reply;
  }

  return {
    call(partition, args) {
      if (waiting.size === 0) setImmediate(sendWaiting);
      return new Promise((resolve, reject) => {
        const calls = waiting.get(partition) ?? [];
        waiting.set(partition, calls);
        calls.push({ args, resolve, reject });
      });
    },
    roundTrips: () => roundTrips,
  };
}
