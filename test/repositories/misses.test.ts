import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMisses } from '../../src/commands/misses';
import { keepMiss, listMisses, MISS_TTL_MS, type Miss, relabelMiss } from '../../src/repositories/misses';
import { openLmdbStore } from '../../src/store/lmdb';
import type { Store } from '../../src/store/store';
import { onEachEngine, stopEngines } from '../turns';

afterAll(stopEngines);

const miss = (text: string, at = '2026-11-20T12:00:00+08:00'): Miss => ({ text, at, confidence: 0.4, decided: 'clarify', intent: 'greet' });
const NOW = '2026-11-21T12:00:00+08:00';

async function keep(store: Store, ...misses: Miss[]): Promise<void> {
  for (const [n, one] of misses.entries()) await keepMiss(store.partition(n), one);
}

describe('misses', () => {
  onEachEngine('are listed oldest first over all partitions, the same text of the same second once', async ([store]) => {
    await keep(store, miss('后', '2026-11-20T13:00:00+08:00'), miss('先', '2026-11-20T11:00:00+08:00'));
    await keepMiss(store.partition(1), miss('先', '2026-11-20T11:00:00+08:00'));
    expect((await listMisses(store)).map(({ text }) => text)).toEqual(['先', '后']);
  });

  onEachEngine('take a label, and are then lines for the corpus', async ([store]) => {
    await keep(store, miss('款子咋没影'), miss('随便说说'));
    const [listed] = (await listMisses(store)).filter(({ text }) => text === '款子咋没影');
    expect(await relabelMiss(store, listed?.id ?? '', { label: 'report_not_received', now: NOW })).toMatchObject({
      label: 'report_not_received',
    });
    expect(await runMisses(store, ['--corpus'], NOW)).toEqual(['report_not_received\tplain\t款子咋没影']);
  });

  test('are gone after 30 days, whether relabelled or not', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'misses-'));
    let now = Date.parse('2026-11-20T12:00:00+08:00');
    const store = await openLmdbStore({ directory, now: () => now });
    try {
      await keep(store, miss('会过期'));
      const [listed] = await listMisses(store);
      await relabelMiss(store, listed?.id ?? '', { label: 'greet', now: new Date(now).toISOString() });
      now += MISS_TTL_MS - 1000;
      expect(await listMisses(store)).toHaveLength(1);
      now += 2000;
      expect(await listMisses(store)).toEqual([]);
    } finally {
      await store.close();
      rmSync(directory, { recursive: true });
    }
  });

  onEachEngine('the command lists them without their place, relabels by id, and refuses what it does not know', async ([store]) => {
    await keep(store, miss('看不懂'));
    const [line = ''] = await runMisses(store, [], NOW);
    const { id, ...shown } = JSON.parse(line) as Miss & { id: string };
    expect(shown).toEqual(miss('看不懂'));
    expect(await runMisses(store, [id, 'deny'], NOW)).toEqual([expect.stringContaining('"label":"deny"')]);
    await expect(runMisses(store, [id, 'no_such_intent'], NOW)).rejects.toThrow('usage');
    await expect(runMisses(store, ['20990101000000-x', 'deny'], NOW)).rejects.toThrow('no miss');
  });
});
