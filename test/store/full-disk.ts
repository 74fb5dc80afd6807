import { execFileSync } from 'node:child_process';
import { openLmdbStore } from '../../src/store/lmdb';

/** Run with a soft limit on the size of files: writes until refused, lifts the limit and writes again; prints what happened as JSON. */
async function main(): Promise<void> {
  // What a full disk is to a write; without a listener the signal would end the process.
  process.on('SIGXFSZ', () => undefined);
  const store = await openLmdbStore({ directory: process.env.DATA_DIR ?? '' });
  const partition = store.partition(0);
  const write = (n: number) => partition.commit({ kind: 'put', collection: 'notes', id: `n${n}`, value: 'x'.repeat(60_000) });
  let written = 0;
  let refusal: unknown;
  while (!refusal)
    await write(written).then(
      () => written++,
      (error: unknown) => (refusal = error),
    );
  const kept = (await partition.list('notes')).length;
  execFileSync('prlimit', ['--pid', `${process.pid}`, '--fsize=unlimited']);
  const version = await write(written);
  await store.close();
  console.log(
    JSON.stringify({
      code: refusal instanceof Error && 'code' in refusal && refusal.code,
      kept: kept === written,
      version: version === written + 1,
    }),
  );
}

void main();
