import { openLmdbStore } from '../../src/store/lmdb';

/**
 * A process to be killed: four lanes commit the steps 1, 2, 3 … each as four entries of one partition, and print `lane step` once acknowledged.
 * Goes on from what it finds.
 */
async function main(): Promise<void> {
  const store = await openLmdbStore({ directory: process.env.DATA_DIR ?? '' });
  const lane = async (number: number) => {
    const partition = store.partition(number);
    let step = Number((await partition.get('lane', 'a'))?.value ?? 0);
    for (;;) {
      step += 1;
      const value = step;
      await partition.commit(...['a', 'b', 'c', 'd'].map((id) => ({ kind: 'put' as const, collection: 'lane', id, value })));
      process.stdout.write(`${number} ${step}\n`);
    }
  };
  await Promise.all([0, 1, 2, 3].map(lane));
}

void main();
