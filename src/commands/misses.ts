import { readConfig } from '../config';
import { listMisses, relabelMiss } from '../repositories/misses';
import { openLmdbStore } from '../store/lmdb';
import { openRedisStore } from '../store/redis';
import type { Store } from '../store/store';
import { INTENTS } from '../understanding/recognizer';

const USAGE = `usage: npm run understand:misses                   lists the texts that were not understood, one JSON line each
       npm run understand:misses -- ID INTENT      gives one its true intent
       npm run understand:misses -- --corpus       prints the relabelled ones as lines of INTENT<TAB>plain<TAB>TEXT`;

/** Runs one command on the misses of the store; the lines to print. Throws on a command that is none. */
export async function runMisses(store: Store, args: readonly string[], now: string): Promise<string[]> {
  const [id, label] = args;
  if (id === '--corpus') return (await listMisses(store)).flatMap(({ label: given, text }) => (given ? [`${given}\tplain\t${text}`] : []));
  if (id === undefined) return (await listMisses(store)).map(({ partition: _, ...miss }) => JSON.stringify(miss));
  if (!INTENTS.some((name) => name === label)) throw new Error(`${USAGE}\nintents: ${INTENTS.join(' ')}`);
  const miss = await relabelMiss(store, id, { label: label ?? '', now });
  if (!miss) throw new Error(`no miss ${id}: it may be older than 30 days`);
  return [JSON.stringify({ id, ...miss })];
}

async function openStore(): Promise<Store> {
  const result = readConfig();
  if (result.kind === 'refused') throw new Error(result.faults.join('\n'));
  const { redisUrl, dataDir } = result.config.store;
  if (redisUrl !== undefined) return openRedisStore({ url: redisUrl });
  return openLmdbStore({ directory: dataDir });
}

async function main(): Promise<void> {
  const store = await openStore();
  try {
    for (const line of await runMisses(store, process.argv.slice(2), new Date().toISOString())) console.log(line);
  } finally {
    await store.close();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
