import type { Activity } from 'botbuilder';
import { text } from '../../../locales';
import { compare } from '../../domain/calendar';
import type { Case } from '../../domain/case';
import { eventChanges, listCaseEvents, newEvent } from '../../repositories/case-events';
import { caseOf, findCase, listQueue, partitionOfCase, type QueueRow } from '../../repositories/cases';
import { findConversation } from '../../repositories/conversations';
import { listTranscript } from '../../repositories/transcripts';
import { type Change, partitionOf, type Store } from '../../store/store';
import type { Act, DeskOptions } from '../desk';
import { attach, cardText, caseCard } from './cards';
import {
  cardChange,
  changeCard,
  deleteCard,
  deleteThread,
  ensureConversation,
  findCard,
  listAllThreads,
  listCards,
  listPlaces,
  listSeen,
  listThreads,
  type Place,
  placeKeyOf,
  type ShownCard,
  savePlace,
  type Thread,
  threadChange,
  threadKeyOf,
} from './places';

/** Which case an outgoing activity belongs to, and whether it is its first card, the card anew, or a line in its thread. */
export interface SentMark {
  readonly caseId: string;
  readonly kind: 'card' | 'edit' | 'line';
}

export interface TeamsSyncOptions {
  readonly store: Store;
  /** Says to agents: what they read is masked, but not held to the public's allow-list. */
  readonly say: DeskOptions['say'];
  readonly act: Act;
  /** Puts a mark on an activity, for `delivered` and `gone`. */
  readonly mark: (activity: Partial<Activity>, mark: SentMark) => Partial<Activity>;
  /** Whether an agent works on Teams and has no page of the desk open. */
  readonly isElsewhere: (agent: string) => Promise<boolean>;
  /** ISO +08:00. */
  readonly now: () => string;
}

/** Keeps what Teams shows the same as what the store holds. Everything it knows is in the store, so any process may go on at any time. */
export interface TeamsSync {
  /** One round: new cards, changed cards, customers' lines, places that are gone. A round under way is shared. Throws StoreError. */
  tick(): Promise<void>;
  /** Teams took a card: it is the beginning of the case's thread there. */
  delivered(activity: Partial<Activity>, mark: SentMark, id: string | undefined): Promise<void>;
  /** A conversation is closed to us. */
  gone(activity: Partial<Activity>, mark: SentMark | undefined): Promise<void>;
  /** Teams will never take this. */
  refused(activity: Partial<Activity>, mark: SentMark): Promise<void>;
}

const MOST_ROWS = 2000;
/** Cards of a place that Teams has not taken yet. */
const MOST_ON_THE_WAY = 20;
/** Turns of a conversation that are looked through for lines not told yet. */
const PASSAGES = 200;
/** Who acts when nobody does. */
const SYSTEM = { id: 'teams', name: 'Teams', role: 'admin' } as const;

/** The state a card shows; another state is another card. */
function stateOf({ owner, agent, priority, queue }: Pick<Case, 'owner' | 'agent' | 'priority' | 'queue'>): string {
  return [owner, owner === 'agent' ? agent?.id : '', priority, queue].join('/');
}

export function createTeamsSync(options: TeamsSyncOptions): TeamsSync {
  const { store, say, act, mark, isElsewhere, now } = options;
  let round: Promise<void> | undefined;

  async function message({ key, reference }: Place, found: Case): Promise<Partial<Activity>> {
    const seen = await listSeen(store, key, found.agent?.id);
    const refreshed = seen.map(({ user }) => user);
    // In a personal chat everybody is one person, so the card may be his own view at once.
    const [only] = reference.conversation?.conversationType === 'personal' ? seen : [];
    return { summary: cardText(found), attachments: [attach(caseCard(found, { refreshed, ...(only && { viewer: only.agent }) }))] };
  }

  async function post(place: Place, row: QueueRow): Promise<void> {
    const found = await findCase(store, row.id);
    if (found?.owner !== 'queue') return;
    await ensureConversation(store, { key: place.key, reference: place.reference, now: now() });
    const card: ShownCard = { caseId: found.id, place: place.key, state: stateOf(found) };
    await say(place.key, [mark(await message(place, found), { caseId: found.id, kind: 'card' })], () => [cardChange(card, 0)]);
  }

  async function update(place: Place, card: ShownCard & { readonly version: number }, row: QueueRow | undefined): Promise<void> {
    const key = threadKeyOf(place, card);
    if (key === undefined || (row && stateOf(row) === card.state)) return;
    const found = await findCase(store, card.caseId);
    if (!found || stateOf(found) === card.state) return;
    await ensureConversation(store, { key, reference: place.reference, now: now() });
    const edit = { ...(await message(place, found)), type: 'messageUpdate', ...(card.messageId && { replyToId: card.messageId }) };
    await say(key, [mark(edit, { caseId: found.id, kind: 'edit' })], () => []);
    await call(place, found, key);
    const isOver = found.owner === 'closed' || found.owner === 'bot';
    if (isOver) await deleteCard(store, card);
    else await changeCard(store, { ...card, state: stateOf(found) }, card.version);
  }

  /** A colleague gave the case to somebody who works here: nothing else would call him. */
  async function call(place: Place, { id: caseId, owner, agent }: Case, key: string): Promise<void> {
    const seen = owner === 'agent' ? (await listSeen(store, place.key, agent?.id)).find((one) => one.agent === agent?.id) : undefined;
    if (!seen || !agent || !(await isElsewhere(agent.id))) return;
    const home = store.partition(partitionOfCase(caseId) ?? 0);
    const moved = (await listCaseEvents(home, caseId)).findLast(({ kind }) => kind === 'accepted' || kind === 'transferred');
    const known = (await listThreads(store, key)).find((one) => one.caseId === caseId);
    if (moved?.kind !== 'transferred' || known?.agent === agent.id) return;
    const who = `<at>${agent.name}</at>`;
    const entities = [{ type: 'mention', text: who, mentioned: { id: seen.user, name: agent.name } }];
    const line = mark({ text: text('zh-CN', 'teams.given', { who, id: caseId }), entities }, { caseId, kind: 'line' });
    await say(key, [line], () => [threadChange({ key, caseId, agent: agent.id, from: moved.at }, known?.version ?? 0)]);
  }

  async function showCases(place: Place, rows: readonly QueueRow[]): Promise<void> {
    const cards = await listCards(store, place.key);
    const shown = new Set(cards.map(({ caseId }) => caseId));
    const isWanted = ({ id, owner, queue, createdAt, updatedAt }: QueueRow) =>
      owner === 'queue' &&
      !shown.has(id) &&
      (place.queues.length === 0 || place.queues.includes(queue)) &&
      (compare(createdAt, place.since) >= 0 || compare(updatedAt, place.since) >= 0);
    // Few on the way at once, so that an urgent case need not wait behind all the others.
    const free = MOST_ON_THE_WAY - cards.filter(({ messageId }) => messageId === undefined).length;
    for (const row of rows.filter(isWanted).slice(0, Math.max(0, free))) await post(place, row);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const card of cards) await update(place, card, byId.get(card.caseId));
  }

  /** The place is gone: its cases are the desk page's, which says why. */
  async function leave(place: Place): Promise<void> {
    for (const card of await listCards(store, place.key)) await fallBack(card, threadKeyOf(place, card));
  }

  async function fallBack(card: ShownCard, key: string | undefined): Promise<void> {
    const found = await findCase(store, card.caseId);
    const isOpen = found?.owner === 'queue' || found?.owner === 'agent';
    if (isOpen) await tellDesk(card.caseId, text('zh-CN', 'teams.removed'));
    const thread = (await listAllThreads(store)).find((one) => one.key === key && one.caseId === card.caseId);
    if (thread && found?.owner === 'agent' && found.agent?.id === thread.agent) {
      await act({ caseId: card.caseId, actor: SYSTEM, action: { kind: 'timeout' } });
    }
    if (thread) await deleteThread(store, thread);
    await deleteCard(store, card);
  }

  async function tellDesk(caseId: string, words: string): Promise<void> {
    const by = { id: SYSTEM.id, name: SYSTEM.name };
    const event = newEvent({ caseId, kind: 'note', at: now(), by, text: words });
    await store.partition(partitionOfCase(caseId) ?? 0).commit(...eventChanges(event));
  }

  /** Tells an agent what the customer wrote since the last time. */
  async function relay(thread: Thread & { readonly version: number }): Promise<void> {
    const found = await findCase(store, thread.caseId);
    if (found?.owner !== 'agent' || found.agent?.id !== thread.agent) {
      await deleteThread(store, thread);
      return;
    }
    const lines = await newLines(found, thread);
    const told = lines.at(-1)?.id;
    if (told === undefined) return;
    const said = lines.flatMap((line) => wordsOf(line)).map((words) => mark({ text: words, textFormat: 'plain' }, lineOf(thread)));
    const change: Change = threadChange({ ...thread, told }, thread.version);
    await say(thread.key, said, () => [change]);
  }

  async function newLines(found: Case, { from, told }: Thread): Promise<readonly Partial<Activity>[]> {
    const partition = store.partition(partitionOf(found.conversationId));
    const [record, all] = await Promise.all([
      findConversation(partition, found.conversationId),
      listTranscript(partition, found.conversationId, PASSAGES),
    ]);
    const bot = record?.reference.bot?.id;
    const users = all.filter(({ type, from: sender, id }) => type === 'message' && id !== undefined && sender?.id !== bot);
    const after = users.findIndex(({ id }) => id === told);
    return users.slice(after + 1).filter(({ timestamp }) => compare(String(timestamp), from) >= 0);
  }

  /** A card has its id; an empty one when nobody will ever see it. */
  async function settle({ channelId, conversation }: Partial<Activity>, { caseId, kind }: SentMark, messageId: string): Promise<void> {
    if (kind !== 'card') return;
    const card = await findCard(store, `${channelId}/${conversation?.id}`, caseId);
    if (card) await changeCard(store, { ...card, messageId }, card.version);
  }

  async function run(): Promise<void> {
    for (const thread of await listAllThreads(store)) await relay(thread);
    const places = await listPlaces(store);
    const here = places.filter(({ removedAt }) => removedAt === undefined);
    const rows = here.length === 0 ? [] : await listQueue(store, MOST_ROWS);
    for (const place of here) await showCases(place, rows);
    for (const place of places) if (place.removedAt !== undefined) await leave(place);
  }

  return {
    tick() {
      round ??= run().finally(() => {
        round = undefined;
      });
      return round;
    },
    delivered: (activity, sent, id) => settle(activity, sent, id ?? ''),
    async refused(activity, sent) {
      await settle(activity, sent, '');
      await tellDesk(sent.caseId, text('zh-CN', 'teams.removed'));
    },
    async gone({ channelId, conversation }, sent) {
      const key = `${channelId}/${conversation?.id}`;
      const place = (await listPlaces(store)).find((one) => one.key === placeKeyOf(key));
      // A card that cannot be changed was taken away by somebody. If it is the conversation that is gone, the next thing said there tells.
      if (sent?.kind === 'edit' && place) return deleteCard(store, { caseId: sent.caseId, place: place.key });
      if (sent && place && (sent.kind === 'card' || key === place.key)) return savePlace(store, { ...place, removedAt: now() });
      if (sent && place) return fallBack({ caseId: sent.caseId, place: place.key, state: '' }, key);
      const open = await caseOf(store.partition(partitionOf(key)), key);
      if (open?.owner === 'queue' || open?.owner === 'agent') await tellDesk(open.id, text('zh-CN', 'teams.userGone'));
    },
  };
}

const lineOf = ({ caseId }: Thread): SentMark => ({ caseId, kind: 'line' });

/** A customer's message in the agent's words. */
function wordsOf({ text: words, attachments }: Partial<Activity>): readonly string[] {
  const count = attachments?.length ?? 0;
  return [
    ...(words ? [text('zh-CN', 'teams.userSaid', { text: words })] : []),
    ...(count > 0 ? [text('zh-CN', 'teams.userFiles', { count })] : []),
  ];
}
