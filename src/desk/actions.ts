import type { Activity, Attachment } from 'botbuilder';
import { localeOf, type TextKey, text } from '../../locales';
import type { Case, ClosingOutcome, Owner, Queue } from '../domain/case';
import { moveOwner, type OwnerEvent } from '../domain/owner';
import type { CaseEvent } from '../repositories/case-events';

/** What a person may do with a case, as pure steps: the case as it is → what it becomes, what is noted and what the user hears. */

export type Role = 'agent' | 'lead' | 'admin';
/** Who decides for others. */
export const LEADS: readonly Role[] = ['lead', 'admin'];

/** Who acts: a signed-in agent, or a machine with the key. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

export type Action =
  | { readonly kind: 'accept' }
  /** A waiting case is given to somebody: by a lead, or by the clock. */
  | { readonly kind: 'assign'; readonly to: Person }
  | { readonly kind: 'reply'; readonly text: string; readonly attachments?: readonly Attachment[] }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'transfer'; readonly to: Person; readonly note?: string }
  | { readonly kind: 'requeue'; readonly queue: Queue; readonly note?: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'return'; readonly finding: string }
  | { readonly kind: 'close'; readonly outcome: ClosingOutcome; readonly note: string };

/** One step: `after` is the case as it shall be. */
export interface Step {
  readonly kind: 'step';
  readonly after: Case;
  readonly event: Pick<CaseEvent, 'kind'> & Partial<Pick<CaseEvent, 'text' | 'to' | 'queue'>>;
  readonly lines: readonly Partial<Activity>[];
}

export type Stepped = Step | { readonly kind: 'done' } | { readonly kind: 'refused'; readonly owner: Owner };

/** What a step needs to know beside the case. */
export interface StepContext {
  readonly actor: Actor;
  /** ISO +08:00. */
  readonly now: string;
  /** When a waiting user is promised an answer, in his words. */
  readonly replyBy: (of: Case) => { readonly at: string; readonly said: string };
}

/** Channels that show who wrote a line; elsewhere the line itself says it. */
const NAMED: ReadonlySet<string> = new Set(['directline', 'webchat']);

/** Applies an action. `done`: it was done already by the same person; `refused`: it is not his, or not now. */
export function stepOf(before: Case, action: Action, context: StepContext): Stepped {
  if (!mayAct(before, action, context.actor)) return { kind: 'refused', owner: before.owner };
  switch (action.kind) {
    case 'accept':
      return accept(before, context);
    case 'assign':
      return assign(before, action.to, context);
    case 'reply':
      return reply(before, action, context);
    case 'note':
      return { kind: 'step', after: before, event: { kind: 'note', text: action.text }, lines: [] };
    case 'transfer':
      return transfer(before, action, context);
    case 'requeue':
    case 'timeout':
      return requeue(before, action, context);
    case 'return':
      return giveBack(before, action.finding, context);
    case 'close':
      return close(before, action, context);
  }
}

/** A lead decides for others, but nobody writes in another's name: who wants to write takes the case over first. */
function mayAct({ owner, agent }: Case, { kind }: Action, actor: Actor): boolean {
  const isOwn = owner === 'agent' && agent?.id === actor.id;
  if (kind === 'assign') return owner === 'queue' && actor.role !== 'agent';
  if (kind === 'accept') return owner === 'queue' || isOwn;
  if (kind === 'note') return owner !== 'agent' || isOwn || actor.role !== 'agent';
  if (kind === 'reply') return isOwn;
  return isOwn || actor.role !== 'agent';
}

function accept(before: Case, context: StepContext): Stepped {
  const { actor, now } = context;
  if (before.owner === 'agent') return { kind: 'done' };
  return joined(before, { agent: { id: actor.id, name: actor.name }, event: { kind: 'accepted' }, now });
}

function assign(before: Case, to: Person, { now }: StepContext): Stepped {
  return joined(before, { agent: to, event: { kind: 'assigned', to }, now });
}

function joined(
  before: Case,
  { agent, event, now }: { readonly agent: Person; readonly event: Step['event']; readonly now: string },
): Stepped {
  return moved(before, { kind: 'accept', at: now, agent }, (after) => ({
    after: { ...after, acceptedAt: before.acceptedAt ?? now },
    event,
    lines: [say(before, 'desk.said.joined', { name: agent.name, agent: agent.id, id: before.id })],
  }));
}

function reply(before: Case, { text: words, attachments }: Action & { kind: 'reply' }, { actor, now }: StepContext): Step {
  const { waitingSince: _, ...rest } = before;
  const locale = localeOf(before.locale);
  const line = NAMED.has(before.channel)
    ? { text: words, from: { id: '', name: text(locale, 'desk.said.name', { name: actor.name }) } }
    : // Many may come: a channel that counts messages keeps its last one for what matters more.
      { text: words === '' ? '' : text(locale, 'desk.said.line', { name: actor.name, text: words }), importance: 'low' };
  const after = { ...rest, repliedAt: before.repliedAt ?? now, updatedAt: now };
  return {
    kind: 'step',
    after,
    event: { kind: 'reply', text: words },
    lines: [{ ...line, ...(attachments && { attachments: [...attachments] }) }],
  };
}

function transfer(before: Case, { to, note }: Action & { kind: 'transfer' }, { now }: StepContext): Stepped {
  return moved(before, { kind: 'transfer', at: now, agent: to }, (after) => ({
    after,
    event: { kind: 'transferred', to, ...(note && { text: note }) },
    lines: [say(before, 'desk.said.transferred', { name: to.name, agent: to.id })],
  }));
}

function requeue(before: Case, action: Action & { kind: 'requeue' | 'timeout' }, { now, replyBy }: StepContext): Stepped {
  const isTimeout = action.kind === 'timeout';
  const event: OwnerEvent = isTimeout ? { kind: 'timeout', at: now } : { kind: 'requeue', at: now, queue: action.queue };
  return moved(before, event, (after) => {
    const due = replyBy(after);
    const wasWithAgent = before.owner === 'agent';
    const sentence = isTimeout
      ? say(before, 'desk.said.timedOut', { id: before.id })
      : say(before, 'desk.said.requeued', { id: before.id, replyBy: due.said });
    return {
      after: { ...after, replyBy: due.at },
      event: {
        kind: isTimeout ? 'timed-out' : 'requeued',
        queue: after.queue,
        ...(action.kind === 'requeue' && action.note && { text: action.note }),
      },
      // A case that only changes its queue is no news to who waits.
      lines: wasWithAgent ? [sentence] : [],
    };
  });
}

function giveBack(before: Case, finding: string, { actor, now }: StepContext): Stepped {
  if (before.owner !== 'agent') return { kind: 'refused', owner: before.owner };
  const bare = finding.replace(/[\s。.！!]+$/u, '');
  return moved(before, { kind: 'release', at: now }, (after) => ({
    after: { ...after, finding: { at: now, by: actor.id, text: bare } },
    event: { kind: 'returned', text: finding },
    lines: [say(before, 'desk.said.returned', { name: actor.name, finding: bare })],
  }));
}

const SCORES = ['1', '2', '3', '4', '5'] as const;

function close(before: Case, { outcome, note }: Action & { kind: 'close' }, { actor, now }: StepContext): Stepped {
  return moved(before, { kind: 'close', at: now }, (after) => {
    const { waitingSince: _, ...rest } = after;
    const actions = SCORES.map((score) => ({ type: 'imBack', title: score, value: score }));
    return {
      after: { ...rest, closing: { at: now, by: actor.id, outcome, note } },
      event: { kind: 'closed', text: note },
      lines: [
        say(before, 'desk.said.closed', { id: before.id }),
        { ...say(before, 'desk.said.rate', {}), suggestedActions: { to: [], actions } },
      ],
    };
  });
}

function moved(before: Case, event: OwnerEvent, make: (after: Case) => Omit<Step, 'kind'>): Stepped {
  const result = moveOwner(before, event);
  return result.kind === 'moved' ? { kind: 'step', ...make(result.case) } : result;
}

function say({ locale }: Case, key: TextKey, params: Readonly<Record<string, string>>): Partial<Activity> {
  return { type: 'message', text: text(localeOf(locale), key, params) };
}
