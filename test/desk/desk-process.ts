import { createInterface } from 'node:readline';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import { partitionOf } from '../../src/store/store';
import { freezeAt } from '../faults/freeze';
import { openCase, openDeskProcess, requestOf, STORY } from './story';

/**
 * A desk in a process of its own, to be killed. It takes one JSON command a line: {die, point} plays the story on a case whose process dies at a
 * point, and reports what was answered.
 */

const report = (line: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(): Promise<void> {
  const { STORE_DIRECTORY: directory, STORE_URL: url = '', STORE_PREFIX: prefix = '', LOCK_MS } = process.env;
  const store = await (directory ? openLmdbStore({ directory }) : openRedisStore({ url, prefix }));

  async function play(conversation: string, point: number): Promise<void> {
    const caseId = await openCase(store, conversation);
    report({ case: caseId, conversation });
    const { store: dying, steps, step, death } = freezeAt(store, point);
    const { act, turns } = openDeskProcess(dying, { outbox: { leaseMs: Number(LOCK_MS) } }, step);
    async function story(): Promise<void> {
      for (let n = 0; n < STORY.length; n += 1) {
        const acted = await act(requestOf(caseId, n));
        report({ case: caseId, acted: n, ...(acted.kind !== 'done' && { error: acted.kind }) });
      }
      await turns.close();
      report({ survived: conversation, steps: steps() });
    }
    await Promise.race([story(), death]);
  }

  report({ started: true });
  /** Those of one partition one after the other: their audit entries are one chain, and who waits for another dies elsewhere. */
  const lines = new Map<number, Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    const { die: conversation, point } = JSON.parse(line);
    const number = partitionOf(`directline/${conversation}`);
    const before = lines.get(number) ?? Promise.resolve();
    lines.set(
      number,
      before.then(() => play(conversation, point)),
    );
  }
  await store.close();
}

void main();
