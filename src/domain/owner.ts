import type { Case, Owner, Queue } from './case';

/** Who speaks with the user: bot → queue → agent → closed, and the ways back. Pure; the caller commits the moved case. */

export type OwnerEvent =
  /** The bot hands over, or a closed case is taken up again because the user came back. */
  | { readonly kind: 'handoff'; readonly at: string }
  /** An agent takes a waiting case. */
  | { readonly kind: 'accept'; readonly at: string; readonly agent: { readonly id: string; readonly name: string } }
  /** The agent hands it to another agent. */
  | { readonly kind: 'transfer'; readonly at: string; readonly agent: { readonly id: string; readonly name: string } }
  /** The agent puts it back into a queue, the same or another. */
  | { readonly kind: 'requeue'; readonly at: string; readonly queue: Queue }
  /** The agent let the user wait too long: the case goes back into its queue. */
  | { readonly kind: 'timeout'; readonly at: string }
  /** The user or the agent gives the conversation back to the bot. */
  | { readonly kind: 'release'; readonly at: string }
  | { readonly kind: 'close'; readonly at: string };

const ALLOWED: { readonly [K in OwnerEvent['kind']]: readonly Owner[] } = {
  handoff: ['bot', 'closed'],
  accept: ['queue'],
  transfer: ['agent'],
  requeue: ['agent', 'queue'],
  timeout: ['agent'],
  release: ['queue', 'agent'],
  close: ['bot', 'queue', 'agent'],
};

export type Moved =
  | { readonly kind: 'moved'; readonly case: Case }
  /** The event does not fit: `owner` holds the case now (an agent was faster, it is closed). */
  | { readonly kind: 'refused'; readonly owner: Owner };

/** The case after the event. An agent stays named while it is theirs and after it is closed. */
export function moveOwner(before: Case, event: OwnerEvent): Moved {
  if (!ALLOWED[event.kind].includes(before.owner)) return { kind: 'refused', owner: before.owner };
  const { agent: _agent, waitingSince: _waiting, ...rest } = before;
  const updatedAt = event.at;
  switch (event.kind) {
    case 'handoff': {
      const contacts = before.owner === 'closed' ? before.contacts + 1 : before.contacts;
      return { kind: 'moved', case: { ...rest, owner: 'queue', contacts, updatedAt } };
    }
    case 'accept':
    case 'transfer':
      return { kind: 'moved', case: { ...before, owner: 'agent', agent: event.agent, updatedAt } };
    case 'requeue':
      return { kind: 'moved', case: { ...rest, owner: 'queue', queue: event.queue, updatedAt } };
    case 'timeout':
      return { kind: 'moved', case: { ...rest, owner: 'queue', updatedAt } };
    case 'release':
      return { kind: 'moved', case: { ...rest, owner: 'bot', updatedAt } };
    case 'close':
      return { kind: 'moved', case: { ...before, owner: 'closed', updatedAt } };
  }
}
