import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { quantile } from '../figures';
import { startRedis, startServer } from '../processes';
import { run } from '../run';
import { ACCOUNT, type Plan, play, startPlatform } from './load';

/** From the delivery of a message to its passive reply, in safe mode, by the built product: npm run bench:wechat. */
const PLANS: readonly (Plan & { readonly name: string })[] = [
  { name: '50 users, a message every 5 s', users: 50, pauseMs: 5000, seconds: 20 },
  { name: '500 users, a message every 5 s', users: 500, pauseMs: 5000, seconds: 20 },
  { name: '50 users at once, without a pause', users: 50, pauseMs: 0, seconds: 10 },
  { name: '500 users at once, without a pause', users: 500, pauseMs: 0, seconds: 10 },
];
const WARM_UP: Plan = { users: 20, pauseMs: 0, seconds: 5 };

const product = [path.join(__dirname, '../../dist/src/index.js')];

async function main(folder: string): Promise<void> {
  const platform = await startPlatform();
  const redisFolder = path.join(folder, 'redis-log');
  mkdirSync(redisFolder);
  const redis = await startRedis(redisFolder);
  const settings = {
    ...{ LOG_LEVEL: 'info', BURST_MS: '0', WECHAT_APP_ID: ACCOUNT.appId, WECHAT_APP_SECRET: ACCOUNT.secret },
    ...{ WECHAT_TOKEN: ACCOUNT.token, WECHAT_AES_KEY: ACCOUNT.aesKey, WECHAT_API_BASE: platform.url },
  };
  console.log(`Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model}; load, product and store on this machine.\n`);
  console.log('| store | users | messages/s | p50 ms | p95 ms | p99 ms | late | CPU ms per message |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [store, env] of [
    ['LMDB', { DATA_DIR: path.join(folder, 'data') }],
    ['Redis', { DATA_DIR: path.join(folder, 'keys'), REDIS_URL: redis.url }],
  ] as const) {
    const server = await startServer(product, { ...settings, ...env });
    await play(server.base, WARM_UP);
    for (const plan of PLANS) {
      const before = server.cpuMs();
      const { replied, late, seconds } = await play(server.base, plan);
      const cpu = (server.cpuMs() - before) / (replied.length + late);
      const times = [0.5, 0.95, 0.99].map((p) => quantile(replied, p).toFixed(0));
      console.log(`| ${[store, plan.name, (replied.length / seconds).toFixed(0), ...times, late, cpu.toFixed(2)].join(' | ')} |`);
    }
    await server.stop();
  }
  platform.stop();
  await redis.stop();
}

run(main);
