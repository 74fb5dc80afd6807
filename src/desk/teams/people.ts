import { createHash } from 'node:crypto';
import type { Activity } from 'botbuilder';
import type { Actor } from '../actions';
import type { Agent } from '../agents';
import type { Verb } from './cards';

/** Somebody of the staff on Teams, as the desk knows him. */
export interface Colleague extends Actor {
  /** Whether he may take cases; otherwise he reads and asks. */
  readonly takesCases: boolean;
}

/** Reading a card is for all staff. */
export function mayDo({ takesCases }: Colleague, verb: Verb): boolean {
  return takesCases || verb === 'view' || verb === 'brief';
}

export interface PeopleOptions {
  readonly agents: readonly Agent[];
  /** Whether staff whom no agent is linked to takes cases too. */
  readonly everybody: boolean;
  /** The tenants an activity names. */
  readonly tenantsOf: (activity: Partial<Activity>) => readonly string[];
}

const LETTERS = 'ACDEFGHJKMNPQRTUVWXY';
const MOST_NAME = 20;

/** Who is behind an activity of staff: the agent whose person of Teams it is, or one by himself. */
export function createPeople({ agents, everybody, tenantsOf }: PeopleOptions): (activity: Partial<Activity>) => Colleague {
  return (activity) => {
    const { from } = activity;
    const person = from?.aadObjectId?.toLowerCase();
    const tenants = tenantsOf(activity);
    const linked = agents.find(({ teams }) => teams !== undefined && teams.person === person && tenants.includes(teams.tenant));
    if (linked) return { id: linked.id, name: linked.name, role: linked.role, takesCases: true };
    return { ...strangerOf(from), role: 'agent', takesCases: everybody };
  };
}

/** A short id of letters that is always the same, for customers hear it. */
function strangerOf(from: Activity['from'] | undefined): { readonly id: string; readonly name: string } {
  const digest = createHash('sha256')
    .update(`teams:${from?.aadObjectId ?? from?.id}`)
    .digest();
  const id = `T-${[...digest.subarray(0, 6)].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`;
  const name = [...(from?.name ?? '').replace(/[\d<>]/g, '').trim()].slice(0, MOST_NAME).join('');
  return { id, name: name || id };
}
