import type { Activity } from 'botbuilder';
import type { Actor } from '../actions';
import type { Agent } from '../agents';
import { personOf } from '../people';
import type { Verb } from './cards';

/** Somebody of the staff on Teams, as the desk knows him. */
export interface Sender extends Actor {
  /** Whether he may take cases; otherwise he reads and asks. */
  readonly takesCases: boolean;
}

/** Reading a card is for all staff. */
export function mayDo({ takesCases }: Sender, verb: Verb): boolean {
  return takesCases || verb === 'view' || verb === 'brief';
}

export interface PeopleOptions {
  readonly agents: readonly Agent[];
  /** Whether staff whom no agent is linked to takes cases too. */
  readonly everybody: boolean;
  /** The tenants an activity names. */
  readonly tenantsOf: (activity: Partial<Activity>) => readonly string[];
}

/** Who is behind an activity of staff: the agent whose person of Teams it is, or one by himself. */
export function createPeople({ agents, everybody, tenantsOf }: PeopleOptions): (activity: Partial<Activity>) => Sender {
  return (activity) => {
    const { from } = activity;
    const person = from?.aadObjectId?.toLowerCase();
    const tenants = tenantsOf(activity);
    const linked = agents.find(({ teams }) => teams !== undefined && teams.person === person && tenants.includes(teams.tenant));
    if (linked) return { id: linked.id, name: linked.name, role: linked.role, takesCases: true };
    const stranger = personOf({ prefix: 'T', source: `teams:${from?.aadObjectId ?? from?.id}`, name: from?.name ?? '' });
    return { ...stranger, role: 'agent', takesCases: everybody };
  };
}
