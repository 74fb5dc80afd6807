import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createApp } from '../../src/app';
import { type Config, readConfig } from '../../src/config';
import { openRedisStore } from '../../src/store/redis';
import { createTelemetry } from '../../src/telemetry';
import { median, quantile } from '../figures';
import { bytesOn, type Measured, startRedis, startServer } from '../processes';
import { run } from '../run';
import { LINES, type Load, linesOf, play, startChannel } from './load';

/**
 * A full troubleshooting turn (proof of the caller, masking, lock, dedupe, understanding, dialog, one commit, outbox, delivery) against the
 * SDK's stock echo bot in the same run: npm run bench. Rounds alternate, so that a busy machine troubles all alike.
 */
const CONNECTIONS = 16;
const ROUNDS = 5;
const CONVERSATIONS = 150;
/** Conversations before the first round: a server runs for weeks, and Node needs some thousand turns to compile what they use. */
const WARM_UP = 1000;
const STARTS = 5;

interface Round extends Load {
  readonly cpuMs: number;
}
interface Subject {
  readonly name: string;
  readonly server: Measured;
  readonly rounds: Round[];
}

const root = path.join(__dirname, '../..');
const PRODUCT = [path.join(root, 'dist/src/index.js')];
const ECHO = ['--import', 'tsx', path.join(__dirname, 'echo.ts')];

async function measure(subject: Subject, channel: Awaited<ReturnType<typeof startChannel>>, conversations: number): Promise<Round> {
  const before = subject.server.cpuMs();
  const load = await play(subject.server.base, channel, { conversations, connections: CONNECTIONS });
  return { ...load, cpuMs: (subject.server.cpuMs() - before) / load.turns };
}

const round = (value: number, digits = 1) => value.toFixed(digits);

function row({ name, server, rounds }: Subject, echo: Subject): string {
  const rate = (subject: Subject) => median(subject.rounds.map(({ turns, seconds }) => turns / seconds));
  const at = (pick: (one: Round) => readonly number[], p: number) => round(median(rounds.map((one) => quantile(pick(one), p))));
  const cells = [
    name,
    round(rate({ name, server, rounds }), 0),
    round(rate({ name, server, rounds }) / rate(echo), 2),
    `${at((one) => one.answered, 0.5)} / ${at((one) => one.answered, 0.99)}`,
    `${at((one) => one.replied, 0.5)} / ${at((one) => one.replied, 0.99)}`,
    round(median(rounds.map(({ cpuMs }) => cpuMs)), 2),
    round(server.memoryMb(), 0),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Round trips of the script's turns, counted by the store itself. */
async function roundTrips(url: string, folder: string): Promise<number> {
  const { config } = readConfig({ REDIS_URL: url }, folder) as { config: Config };
  const store = await openRedisStore({ url, prefix: 'bench' });
  const channels = () => ({ takesEvents: true, deliver: async () => ({}) });
  const app = createApp({ config, store, telemetry: createTelemetry({ level: 'silent' }), channels });
  const before = store.roundTrips();
  const conversations = 20;
  for (let n = 0; n < conversations; n++) {
    for (const [index, text] of linesOf(n).entries()) {
      await app.turns.accept({
        ...{ type: 'message', id: `${n}-${index}`, channelId: 'directline', serviceUrl: 'http://127.0.0.1', text },
        ...{
          conversation: { id: `r${n}`, isGroup: false, conversationType: '', name: '' },
          from: { id: 'u', name: '' },
          recipient: { id: 'b', name: '' },
        },
      });
    }
  }
  const used = store.roundTrips() - before;
  await app.close();
  return used / (conversations * LINES);
}

async function startUp(env: Readonly<Record<string, string>>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const server = await startServer(PRODUCT, env);
    times.push(server.readyMs);
    await server.stop();
  }
  return median(times);
}

async function main(folder: string): Promise<void> {
  const redisFolder = path.join(folder, 'redis-log');
  mkdirSync(redisFolder);
  const dataDir = path.join(folder, 'data');
  const redis = await startRedis(redisFolder);
  const ready = await startUp({ DATA_DIR: path.join(folder, 'start') });
  const channel = await startChannel();
  const subjects: Subject[] = [
    { name: 'stock echo bot', server: await startServer(ECHO), rounds: [] },
    { name: 'Daozhang on LMDB', server: await startServer(PRODUCT, { DATA_DIR: dataDir }), rounds: [] },
    {
      name: 'Daozhang on Redis',
      server: await startServer(PRODUCT, { REDIS_URL: redis.url, DATA_DIR: path.join(folder, 'redis') }),
      rounds: [],
    },
  ];
  for (const subject of subjects) await measure(subject, channel, WARM_UP);
  const [bytesBefore, redisBefore] = [bytesOn(dataDir), await redis.usedBytes()];
  for (let n = 0; n < ROUNDS; n++) for (const subject of subjects) subject.rounds.push(await measure(subject, channel, CONVERSATIONS));
  const kept = ROUNDS * CONVERSATIONS;
  const lmdbBytes = (bytesOn(dataDir) - bytesBefore) / kept;
  const redisBytes = ((await redis.usedBytes()) - redisBefore) / kept;

  const [echo] = subjects as [Subject, ...Subject[]];
  console.log(
    `Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model}; ${CONNECTIONS} connections, ${ROUNDS} rounds of ${CONVERSATIONS * LINES} turns, medians.\n`,
  );
  console.log('| bot | turns/s | of echo | answered p50 / p99 ms | first reply p50 / p99 ms | CPU ms per turn | memory MB |');
  console.log('|---|---|---|---|---|---|---|');
  for (const subject of subjects) console.log(row(subject, echo));
  console.log(`\nReady after ${round(ready, 0)} ms (median of ${STARTS} starts of the built product).`);
  for (const subject of subjects) await subject.server.stop();
  console.log(`Round trips to Redis per turn, delivery included: ${round(await roundTrips(redis.url, folder), 2)}.`);
  console.log(
    `Kept per idle conversation of ${LINES} turns: ${round(lmdbBytes / 1024)} KB in LMDB's file, ${round(redisBytes / 1024)} KB in Redis.`,
  );
  channel.stop();
  await redis.stop();
}

run(main);
