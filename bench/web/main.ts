import { type Measured, startRedis } from '../processes';
import { run } from '../run';
import { measureLoad, NETWORKS } from './cold-load';
import { measureMessages } from './messages';
import { withProduct } from './product';
import { measureSockets, startStreams } from './sockets';

/** Figures of the web channel: npm run bench:web -- [messages] [sockets] [load] */
const CONVERSATIONS = 200;
const TALK_MS = 30_000;
const SOCKETS = 2000;
/** Three rounds of pings. */
const HOLD_MS = 80_000;

async function messages(name: string, env: Readonly<Record<string, string>>): Promise<void> {
  for (const burst of ['0', '1200']) {
    await withProduct({ ...env, BURST_MS: burst }, async ({ base, memoryMb }) => {
      const { messages: count, p50, p99, longest } = await measureMessages(base, CONVERSATIONS, TALK_MS);
      const times = [p50, p99, longest].map((ms) => ms.toFixed(1)).join(' / ');
      console.log(
        `message to reply, ${CONVERSATIONS} conversations, ${name}, BURST_MS=${burst}: ${times} ms (p50/p99/max of ${count}), ${memoryMb().toFixed(0)} MB`,
      );
    });
  }
}

async function sockets(): Promise<void> {
  let paths: readonly string[] = [];
  const prepare = async (product: Measured) => {
    paths = await startStreams(product, SOCKETS);
  };
  await withProduct({}, prepare, async (product) => {
    const { asked, held, each } = await measureSockets(product, paths, HOLD_MS);
    const memory = `${each.toFixed(1)} KB each, ${product.memoryMb().toFixed(0)} MB in all`;
    console.log(`idle sockets: ${held} of ${asked} held for ${HOLD_MS / 1000} s, ${memory}`);
  });
}

async function load(): Promise<void> {
  await withProduct({}, async ({ base }) => {
    for (const [name, network] of Object.entries(NETWORKS)) {
      const { requests, weight, greeted, replied } = await measureLoad(base, network);
      const times = `greeted after ${greeted.toFixed(0)} ms, first reply ${replied.toFixed(0)} ms after the question`;
      console.log(`cold load, ${name}: ${weight.toFixed(0)} KB in ${requests} requests, ${times}`);
    }
  });
}

async function main(folder: string): Promise<void> {
  const wanted = process.argv.slice(2);
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  if (isWanted('messages')) {
    await messages('embedded store', {});
    const redis = await startRedis(folder);
    await messages('Redis', { REDIS_URL: redis.url });
    await redis.stop();
  }
  if (isWanted('sockets')) await sockets();
  if (isWanted('load')) await load();
}

run(main);
