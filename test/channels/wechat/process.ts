import { openRedisStore } from '../../../src/store/redis';
import { SHORT_LIVED } from '../../turns';
import { LIMITS } from './pace';
import { accountOf, startProcess } from './world';

/** A bot process of its own for tests that kill it: it prints the address of its callback. */
async function main(): Promise<void> {
  const { STORE_URL: url = '', STORE_PREFIX: prefix = '', API_BASE: apiBase = '' } = process.env;
  const store = await openRedisStore({ url, prefix });
  const bot = await startProcess(store, {
    account: accountOf(apiBase),
    limits: { ...LIMITS, leaseMs: 1000 },
    ...{ lived: SHORT_LIVED, everyMs: 100, sweepMs: 100, apiTimeoutMs: 3000 },
  });
  process.stdout.write(`${bot.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error}\n`);
  process.exit(1);
});
