import type { Activity } from 'botbuilder';
import { createLog } from '../../src/channels/direct-line/log';
import { lineOf, SERVICE_URL } from '../../src/channels/direct-line/messages';
import type { Action, Actor } from '../../src/desk/actions';
import { type Act, createDesk } from '../../src/desk/desk';
import { caseView } from '../../src/desk/view';
import { verifyAudit } from '../../src/repositories/audit';
import { addCase, createCaseId, findCase, listQueue, listShelf } from '../../src/repositories/cases';
import { saveConversation } from '../../src/repositories/conversations';
import { partitionOf, type Store } from '../../src/store/store';
import { createTurns, type RunningTurns, type TurnOptions } from '../../src/turn/turn';
import { caseOf } from '../domain/case';

/** A case from the queue to its close, with everything that agents may do, on the web channel; for tests in which something breaks. */

export const NOW = '2026-11-20T10:00:00+08:00';
export const KEY = Buffer.alloc(32, 7);
export const LI: Actor = { id: 'li', name: '小李', role: 'agent' };
export const ZHOU: Actor = { id: 'zhou', name: '小周', role: 'agent' };
const WANG: Actor = { id: 'wang', name: '王班长', role: 'lead' };

export const STORY: readonly (readonly [Actor, Action])[] = [
  [LI, { kind: 'accept' }],
  [LI, { kind: 'reply', text: '您好' }],
  [LI, { kind: 'note', text: '客户很急' }],
  [LI, { kind: 'transfer', to: ZHOU }],
  [ZHOU, { kind: 'reply', text: '在查' }],
  [ZHOU, { kind: 'return', finding: '款已退回' }],
  [WANG, { kind: 'close', outcome: 'solved', note: '好' }],
];

/** The desk of one process, with the web channel behind it. */
export interface DeskProcess {
  readonly act: Act;
  readonly turns: RunningTurns;
}

/** `around` is what every delivery goes through. */
export function openDeskProcess(
  store: Store,
  options: Partial<TurnOptions> = {},
  around: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): DeskProcess {
  const log = createLog(store, Date.now, () => undefined);
  const turns = createTurns({
    ...{ store, burstMs: 0, bot: { run: async () => undefined }, now: () => NOW, log: () => undefined },
    mask: (text) => ({ text, found: {} }),
    filter: (text) => text,
    isFragment: () => false,
    deliver: (activity) => around(() => log.append(activity.conversation?.id ?? '', `bot/${activity.id}`, lineOf(activity))),
    apology: () => ({}),
    ...options,
  });
  const act = createDesk({
    ...{ store, say: turns.say, now: () => NOW, key: KEY, mask: (text: string) => text, announce: () => undefined },
    replyBy: () => ({ at: NOW, said: NOW }),
  });
  return { act, turns };
}

/** A user of the web page waits in the queue. Returns the case's id. */
export async function openCase(store: Store, name: string): Promise<string> {
  const key = `directline/${name}`;
  const partition = store.partition(partitionOf(key));
  const id = createCaseId(NOW, partition.number);
  const reference = {
    ...{ channelId: 'directline', serviceUrl: SERVICE_URL, conversation: { id: name } as Activity['conversation'] },
    ...{ user: { id: 'u', name: '' }, bot: { id: 'b', name: '' } },
  };
  await createLog(store, Date.now, () => undefined).start(name, { user: 'u' });
  await saveConversation(partition, {
    ...{ id: key, channel: 'directline', reference, locale: 'zh-CN', misunderstood: 0, angryTurns: 0, lastAt: NOW },
  });
  await addCase(partition, caseOf({ id, conversationId: key, channel: 'directline', createdAt: NOW, updatedAt: NOW, replyBy: NOW }));
  return id;
}

/** A step of the story: an agent whose page got no answer sends it again under the same name. */
export const requestOf = (caseId: string, step: number) => {
  const [actor, action] = STORY[step] ?? [];
  if (!actor || !action) throw new RangeError(`the story has no step ${step}`);
  return { caseId, actor, action, once: `action-${step}` };
};

/** What is left of a case on every side, without ids that differ from one case to the next. */
export async function traceOf(store: Store, id: string) {
  const found = await findCase(store, id);
  if (!found) throw new Error(`no case ${id}`);
  const partition = store.partition(partitionOf(found.conversationId));
  const view = await caseView(found, {
    ...{ store, flatten: () => ({}), slots: () => [], causes: () => [], isRest: () => false, cutoff: '23:00', now: () => NOW },
    files: async () => [],
  });
  const { events, transcript, ...page } = view as { events: readonly Told[]; transcript: readonly Partial<Activity>[] };
  const lines = await createLog(store, Date.now, () => undefined).read(found.conversationId.slice('directline/'.length), 0);
  const lists = await Promise.all([listQueue(store, 10_000), listShelf(store, 10_000)]);
  const mine = async (collection: string) =>
    (await partition.list(collection)).map(({ value }) => value as unknown as Told).filter(({ caseId }) => caseId === id);
  const trace = {
    page,
    events: events.map(({ id: _, activityId, ...event }) => ({ ...event, shown: transcript.some((line) => line.id === activityId) })),
    stream: (await mine('desk-feed')).map(({ kind }) => kind),
    transcript: transcript.map(({ text }) => text),
    /** What the user's page shows, oldest first. */
    heard: lines.activities.map(({ text }) => text),
    rows: lists.map((rows) => rows.filter((row) => row.id === id).map(({ owner, agent }) => [owner, agent?.id])),
    audit: (await mine('audit')).map(({ actor, action }) => `${actor} ${action}`),
  };
  return JSON.parse(JSON.stringify(trace).replaceAll(id, 'ID')) as typeof trace;
}

type Told = Readonly<Record<'id' | 'activityId' | 'caseId' | 'kind' | 'actor' | 'action', string>>;

/** Faults of the audit log. */
export const faultsOf = async (store: Store) => (await verifyAudit(store, KEY)).faults;
