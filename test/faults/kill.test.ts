import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { caseOf } from '../../src/repositories/cases';
import { findConversation } from '../../src/repositories/conversations';
import { listTranscript } from '../../src/repositories/transcripts';
import { createScheduler } from '../../src/scheduler';
import { openLmdbStore } from '../../src/store/lmdb';
import { openRedisStore } from '../../src/store/redis';
import { partitionOf, type Store } from '../../src/store/store';
import { startRedis } from '../redis';
import { all, message, notesOf, textsOf, turnsOver, until } from '../turns';
import { caseBot } from './case-bot';
import { type BotProcess, startBot } from './processes';

jest.setTimeout(30_000);

const in_ = (id: string) => ({ conversation: { id, isGroup: false, conversationType: '', name: '' } });

/** What the user of every conversation says, and how. */
interface Scenario {
  readonly name: string;
  readonly texts: readonly string[];
  readonly atOnce: boolean;
}

const scenarios: readonly Scenario[] = [
  { name: 'one after the other', texts: ['one', 'person'], atOnce: false },
  { name: 'all at once', texts: ['one', 'two', 'three'], atOnce: true },
];

/** Kills a process in which one conversation has died at every await of its turns. Returns the conversations. */
async function killEverywhere(bot: BotProcess, { texts, atOnce }: Scenario): Promise<readonly string[]> {
  bot.tell({ die: 'whole', texts, atOnce, point: Number.MAX_SAFE_INTEGER });
  const { steps = 0 } = await bot.report(({ survived }) => survived === 'whole');
  const conversations = Array.from({ length: steps }, (_, n) => `dies-at-${n + 1}`);
  for (const [n, conversation] of conversations.entries()) bot.tell({ die: conversation, texts, atOnce, point: n + 1 });
  await bot.quiet(500);
  // How often a lock is renewed and a busy conversation looked at is not always the same: a few may come to the end of their turns.
  expect(bot.reports.filter(({ survived }) => survived?.startsWith('dies')).length).toBeLessThanOrEqual(steps / 4);
  await bot.kill();
  return ['whole', ...conversations];
}

/** Everything about a conversation that must not depend on whether a process died. */
async function stateOf(store: Store, id: string) {
  const key = `directline/${id}`;
  const partition = store.partition(partitionOf(key));
  const record = await findConversation(partition, key);
  const kept = await caseOf(partition, key);
  const cases = (await all(store, 'cases')).filter((one) => (one as { conversationId: string }).conversationId === key);
  return {
    notes: await notesOf(store, id),
    transcript: textsOf(await listTranscript(partition, key)),
    cases: cases.length,
    isTheCase: record?.caseId === kept?.id,
    owner: kept?.owner,
  };
}

const undisturbed = {
  notes: ['one', 'person'],
  transcript: ['one', '1 one', 'person', '2 person', 'a person will come'],
  cases: 1,
  isTheCase: true,
  owner: 'queue',
};

/** The channel delivers again what it got no answer to; here everything. Returns what was sent after the restart. */
async function restart(store: Store, conversations: readonly string[], { texts }: Scenario): Promise<readonly Partial<Activity>[]> {
  const { turns, sent } = turnsOver(store, { bot: { run: caseBot } });
  const later = () => new Date(Date.now() + 60_000).toISOString();
  const scheduler = createScheduler({ store, turns, now: later, log: () => {}, everyMs: 0 });
  await Promise.all(
    conversations.map(async (id) => {
      for (const [n, text] of texts.entries()) await turns.accept(message(text, `a${n}`, in_(id)));
    }),
  );
  await until(async () => {
    await scheduler.tick();
    return (await all(store, 'deliveries')).length === 0;
  });
  await turns.close();
  return sent;
}

async function showsNoTrace(scenario: Scenario, bot: BotProcess, open: () => Promise<Store>): Promise<void> {
  const conversations = await killEverywhere(bot, scenario);
  const store = await open();
  const sent = await restart(store, conversations, scenario);
  for (const empty of ['inbox', 'outbox', 'deliveries', 'leases', 'locks', 'dead-letters']) {
    expect([empty, await all(store, empty)]).toEqual([empty, []]);
  }
  for (const id of conversations) {
    const state = await stateOf(store, id);
    const before = bot.reports
      .filter((report) => report.sent && report.conversation === id)
      .map((report) => [report.sent, report.text] as const);
    const after = sent.filter(({ conversation }) => conversation?.id === id).map((activity) => [activity.id, activity.text] as const);
    // An id is a reply: one that was under way when the process died may come twice, under the same id.
    const replies = [...new Map([...before, ...after])].sort().map(([, text]) => text);
    if (scenario.atOnce) {
      // Nobody knows the order of messages that were kept nowhere when the process died.
      expect([id, [...state.notes].sort()]).toEqual([id, [...scenario.texts].sort()]);
      expect([id, replies]).toEqual([id, state.notes.map((text, n) => `${n + 1} ${text}`)]);
    } else {
      expect([id, state]).toEqual([id, undisturbed]);
      expect([id, replies]).toEqual([id, ['1 one', '2 person', 'a person will come']]);
    }
  }
  await store.close();
}

describe('a process killed at any await of a turn leaves nothing lost and nothing doubled', () => {
  test.each(scenarios)('on LMDB, messages $name', async (scenario) => {
    const directory = await mkdtemp(join(tmpdir(), 'daozhang-kill-'));
    await showsNoTrace(scenario, await startBot({ STORE_DIRECTORY: directory, LOCK_MS: '600' }), () => openLmdbStore({ directory }));
    await rm(directory, { recursive: true, force: true });
  });

  test.each(scenarios)('on Redis, messages $name', async (scenario) => {
    const redis = await startRedis();
    const prefix = `kill-${randomUUID()}`;
    const bot = await startBot({ STORE_URL: redis.url, STORE_PREFIX: prefix, LOCK_MS: '600' });
    await showsNoTrace(scenario, bot, () => openRedisStore({ url: redis.url, prefix }));
    await redis.stop();
  });
});
