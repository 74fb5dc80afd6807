import { createHash } from 'node:crypto';
import type { Activity } from 'botbuilder';
import type { Case, Owner } from '../domain/case';
import { auditChanges } from '../repositories/audit';
import { eventChanges, newEvent } from '../repositories/case-events';
import { caseChanges, partitionOfCase, type ReadCase, readCase } from '../repositories/cases';
import { findConversation } from '../repositories/conversations';
import { placeChanges } from '../repositories/queue-places';
import type { Change, Partition, Store } from '../store/store';
import { type Action, type Actor, type Step, type StepContext, stepOf } from './actions';

/** What the desk stands on. */
export interface DeskOptions {
  readonly store: Store;
  /** See say.ts: one commit with `also`; false when it was refused or nobody is there. */
  readonly say: (
    conversation: string,
    activities: readonly Partial<Activity>[],
    also: (ids: readonly string[]) => readonly Change[],
  ) => Promise<boolean>;
  /** ISO +08:00. */
  readonly now: () => string;
  /** Seals the audit log. */
  readonly key: Buffer;
  readonly mask: (text: string) => string;
  readonly replyBy: StepContext['replyBy'];
  /** Called after each commit: pages should look. */
  readonly announce: () => void;
}

export type Acted =
  /** `repeated`: this very action was done before (the same key came again); nothing was done now. */
  | { readonly kind: 'done'; readonly case: Case; readonly repeated: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly owner: Owner; readonly agent?: Case['agent'] };

/** A case, what to do with it, and who does it. `once`: a name the caller gave to this action, so that it may be sent again. */
export interface ActRequest {
  readonly caseId: string;
  readonly actor: Actor;
  readonly action: Action;
  readonly once?: string;
}

/** Does one thing with a case: case, event, audit entry and the line to the user are one commit, or nothing happened. Throws StoreError. */
export type Act = (request: ActRequest) => Promise<Acted>;

/** Names of actions done, for a day. */
const DONE = 'desk-actions';
const DONE_MS = 86_400_000;
const ATTEMPTS = 50;

/** The person's side of every case. */
export function createDesk(options: DeskOptions): Act {
  const { store, now, replyBy } = options;

  async function attempt(partition: Partition, read: ReadCase, request: ActRequest): Promise<Acted | 'again'> {
    const { actor, caseId, once } = request;
    const mark = once === undefined ? undefined : createHash('sha256').update(`${caseId}/${actor.id}/${once}`).digest('base64url');
    if (mark && (await partition.get(DONE, mark))) return { kind: 'done', case: read.case, repeated: true };
    const step = stepOf(read.case, masked(request.action, options.mask), { actor, now: now(), replyBy });
    if (step.kind === 'done') return { kind: 'done', case: read.case, repeated: true };
    if (step.kind === 'refused') return { kind: 'refused', owner: step.owner, ...(read.case.agent && { agent: read.case.agent }) };
    const marks: Change[] = mark ? [{ kind: 'put', collection: DONE, id: mark, value: 1, expect: 0, ttlMs: DONE_MS }] : [];
    const changes = [...caseChanges(read, step.after), ...marks, ...(await auditOf(partition, request, step))];
    if (!(await commit(partition, { read, step, changes, actor }))) return 'again';
    options.announce();
    return { kind: 'done', case: step.after, repeated: false };
  }

  function auditOf(partition: Partition, { actor, caseId, action }: ActRequest, { event }: Step) {
    const detail = [event.to?.id, event.queue].filter(Boolean).join(' ');
    return auditChanges(partition, options.key, { at: now(), actor: actor.id, action: action.kind, caseId, ...(detail && { detail }) });
  }

  async function commit(
    partition: Partition,
    { read, step, changes, actor }: { read: ReadCase; step: Step; changes: readonly Change[]; actor: Actor },
  ): Promise<boolean> {
    const { conversationId, id } = read.case;
    const by = { id: actor.id, name: actor.name };
    const all = ([activityId]: readonly string[]) => [
      ...changes,
      ...eventChanges(newEvent({ ...step.event, caseId: id, at: now(), by, ...(activityId && { activityId }) })),
    ];
    const record = step.lines.length > 0 ? await findConversation(partition, conversationId) : undefined;
    // A forgotten conversation hears nothing any more, but its case can still be closed.
    if (!record) return (await partition.commit(...all([]))) !== undefined;
    const waiting = step.after.owner === 'queue' ? placeChanges(record, now()) : [];
    return options.say(conversationId, step.lines, (ids) => [...all(ids), ...waiting]);
  }

  return async (request) => {
    const number = partitionOfCase(request.caseId);
    if (number === undefined) return { kind: 'missing' };
    const partition = store.partition(number);
    for (let count = 0; count < ATTEMPTS; count += 1) {
      const read = await readCase(partition, request.caseId);
      if (!read) return { kind: 'missing' };
      const acted = await attempt(partition, read, request);
      if (acted !== 'again') return acted;
    }
    throw new Error(`the case ${request.caseId} changes too fast`);
  };
}

/** Secrets stop at this door too: what an agent writes is masked before it is kept. */
function masked(action: Action, mask: (text: string) => string): Action {
  switch (action.kind) {
    case 'reply':
    case 'note':
      return { ...action, text: mask(action.text) };
    case 'transfer':
    case 'requeue':
      return { ...action, ...(action.note && { note: mask(action.note) }) };
    case 'return':
      return { ...action, finding: mask(action.finding) };
    case 'close':
      return { ...action, note: mask(action.note) };
    default:
      return action;
  }
}
