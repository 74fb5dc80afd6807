import { type TextKey, type TextParams, text } from '../../../locales';
import { type Case, CLOSING_OUTCOMES, type ClosingOutcome, QUEUES, type Queue } from '../../domain/case';
import type { Audit } from '../../repositories/audit';
import { findCase, partitionOfCase } from '../../repositories/cases';
import { findConversation } from '../../repositories/conversations';
import { listTranscript } from '../../repositories/transcripts';
import { partitionOf, type Store } from '../../store/store';
import type { Action, Actor } from '../actions';
import type { Act, Acted } from '../desk';
import { type CardView, statusOf, type Verb } from './cards';
import { listThreads, saveThread } from './places';

/** What an agent in Teams does with a case, whether by a button or in words. */
export interface Work {
  readonly verb: Verb;
  readonly caseId: string;
  readonly actor: Actor;
  /** Conversation key where he does it. */
  readonly where: string;
  /** Fields of the card, or what the words said. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Id of the activity: sent again, it is done once. */
  readonly once?: string;
}

export interface Worked {
  /** Absent when there is no such case. */
  readonly found?: Case;
  readonly view: CardView;
  /** Whether it was done. */
  readonly ok: boolean;
}

export interface WorkOptions {
  readonly store: Store;
  readonly act: Act;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly audit: Audit;
  /** Whether he has as many cases as he may have at once. */
  readonly isFull: (actor: Actor) => Promise<boolean>;
  /** Told who did something. */
  readonly seen: (actor: Actor) => Promise<void>;
}

const say = (key: TextKey, params?: TextParams): string => text('zh-CN', key, params);
const PASSAGES = 12;

/** Does it. Throws StoreError. */
export function createWork({ store, act, now, audit, isFull, seen }: WorkOptions): (work: Work) => Promise<Worked> {
  async function run(work: Work, action: Action): Promise<Worked> {
    const { caseId, actor, once } = work;
    const from = now();
    if (action.kind === 'accept' && (await isFull(actor)) && !(await isHis(caseId, actor)))
      return { ...(await look({ ...work, verb: 'brief' })), view: { notice: say('teams.full') }, ok: false };
    const acted = await act({ caseId, actor, action, ...(once !== undefined && { once }) });
    if (acted.kind === 'missing') return { view: {}, ok: false };
    if (acted.kind === 'refused') return refuse(work, acted);
    if (work.verb === 'accept') await openThread(work, acted.case, acted.repeated ? (acted.case.acceptedAt ?? from) : from);
    // Who took the case at the desk page and goes on here is told the answers here.
    if (work.verb === 'reply') await openThread(work, acted.case, from);
    return { found: acted.case, view: {}, ok: true };
  }

  async function isHis(caseId: string, { id }: Actor): Promise<boolean> {
    const found = await findCase(store, caseId);
    return found?.owner === 'agent' && found.agent?.id === id;
  }

  /** Also when the case was his already: the first time may have ended before it came to this. */
  async function openThread({ where, caseId, actor }: Work, found: Case, from: string): Promise<void> {
    if (found.owner !== 'agent' || found.agent?.id !== actor.id) return;
    const known = await listThreads(store, where);
    if (!known.some((one) => one.caseId === caseId && one.agent === actor.id))
      await saveThread(store, { key: where, caseId, agent: actor.id, from });
  }

  async function refuse({ verb, caseId }: Work, { agent }: Acted & { kind: 'refused' }): Promise<Worked> {
    const found = await findCase(store, caseId);
    if (!found) return { view: {}, ok: false };
    const status = statusOf(found);
    if (verb === 'accept' && agent && found.owner === 'agent')
      return { found, ok: false, view: { notice: say('teams.taken', { name: agent.name, id: caseId }) } };
    const notice = say(verb === 'reply' ? 'teams.notYours' : 'teams.notWaiting', { id: caseId, status });
    return { found, ok: false, view: { notice } };
  }

  async function look({ caseId, actor, verb }: Work): Promise<Worked> {
    const found = await findCase(store, caseId);
    if (!found) return { view: {}, ok: false };
    if (verb === 'brief') return { found, view: {}, ok: true };
    await audit(partitionOfCase(caseId) ?? 0, { at: now(), actor: actor.id, action: 'read', caseId });
    return { found, view: { details: { excerpt: await excerptOf(store, found) } }, ok: true };
  }

  return async (work) => {
    // A card refreshes itself; that is nobody's doing.
    if (work.verb !== 'brief') await seen(work.actor);
    if (work.verb === 'view' || work.verb === 'brief') return look(work);
    const action = actionOf(work.verb, work.input);
    if ('notice' in action) return { ...(await look({ ...work, verb: 'brief' })), view: action, ok: false };
    return run(work, action);
  };
}

/** The desk's action, or what is missing for it. */
function actionOf(verb: Verb, input: Work['input']): Action | { readonly notice: string } {
  const words = (name: string): string => (typeof input[name] === 'string' ? input[name].trim() : '');
  const need = (value: string, action: Action, notice: TextKey = 'teams.empty') => (value === '' ? { notice: say(notice) } : action);
  const queue = QUEUES.find((one) => one === words('queue').toUpperCase());
  const outcome: ClosingOutcome = CLOSING_OUTCOMES.find((one) => one === input.outcome) ?? 'solved';
  switch (verb) {
    case 'reply':
      return need(words('text'), { kind: 'reply', text: words('text') });
    case 'note':
      return need(words('text'), { kind: 'note', text: words('text') });
    case 'return':
      return need(words('finding'), { kind: 'return', finding: words('finding') });
    case 'close':
      return need(words('note'), { kind: 'close', outcome, note: words('note') }, 'teams.noteAsk');
    case 'requeue':
      return queue ? { kind: 'requeue', queue } : { notice: say('teams.badQueue', { queues: queueNames(QUEUES) }) };
    default:
      return { kind: 'accept' };
  }
}

/** Queues with their names. */
export function queueNames(queues: readonly Queue[]): string {
  return queues.length === 0 ? say('teams.allQueues') : queues.map((one) => `${one} ${say(`desk.page.queues.${one}`)}`).join(' ');
}

/** The last lines of a case's conversation, each with who said it. */
async function excerptOf(store: Store, { conversationId }: Case): Promise<readonly string[]> {
  const partition = store.partition(partitionOf(conversationId));
  const [record, said] = await Promise.all([
    findConversation(partition, conversationId),
    listTranscript(partition, conversationId, PASSAGES),
  ]);
  const bot = record?.reference.bot?.id;
  return said.flatMap(({ type, text: words, from }) => {
    if (type !== 'message' || !words) return [];
    const name = say(from?.id === bot ? 'desk.page.bot' : 'desk.page.user');
    return [say('summary.line', { name, value: words })];
  });
}
