import { addMs, addServiceMs, addWorkdays, at, type Calendar, dateOf, MINUTE_MS } from './calendar';
import { type CaseDraft, PRIORITIES, type Priority } from './case';
import type { Profile } from './profile';
import type { Fen } from './slots';

/** How urgent a case is and when a person answers. Source: docs/domain.md §4.5. */

export interface Triage {
  /** Priority of the cause itself. */
  readonly base: Priority;
  readonly draft: CaseDraft;
  readonly overdueWorkdays: number;
  /** How often the user has come back about the same case: 0 the first time. */
  readonly contacts: number;
}

/** Why a case is more urgent than its cause. */
export type Raise = 'largeAmount' | 'longOverdue' | 'manySales' | 'secondContact' | 'complained';

const LARGE_AMOUNT: Fen = 5_000_000;
const LONG_OVERDUE_WORKDAYS = 3;
const MANY_SALES = 3;

/** Amount of the matter: what was told, or the sum of the single sales when that is more; 0 when unknown. */
function totalOf({ facts, transactions }: CaseDraft): Fen {
  const told = facts.amount?.value;
  const sum = transactions.reduce((total, sale) => total + (sale.amount ?? 0), 0);
  return Math.max(typeof told === 'number' ? told : 0, sum);
}

/** Every reason to raise the priority. Anger is not one. */
export function raisesOf({ draft, overdueWorkdays, contacts }: Omit<Triage, 'base'>): readonly Raise[] {
  const raises: Raise[] = [];
  if (totalOf(draft) >= LARGE_AMOUNT) raises.push('largeAmount');
  if (overdueWorkdays >= LONG_OVERDUE_WORKDAYS) raises.push('longOverdue');
  if (draft.transactions.length >= MANY_SALES || draft.signals.includes('allSalesMissing') || draft.signals.includes('manySales'))
    raises.push('manySales');
  if (contacts >= 1) raises.push('secondContact');
  if (draft.signals.includes('complained')) raises.push('complained');
  return raises;
}

/** The cause's priority, one level higher when anything of `raisesOf` holds, never above P1 by this. */
export function prioritise(triage: Triage): Priority {
  const level = PRIORITIES.indexOf(triage.base);
  const raised = level > 1 && raisesOf(triage).length > 0 ? level - 1 : level;
  return PRIORITIES[raised] ?? triage.base;
}

/** When a person first answers a case of this priority that is handed over at `now` (首响应): service hours and working days of the profile. */
export function replyBy(priority: Priority, now: string, profile: Profile, calendar: Calendar): string {
  const rule = profile.reply[priority];
  if ('workdays' in rule) return at(addWorkdays(dateOf(now), rule.workdays, calendar), profile.service.to);
  const ms = rule.withinMinutes * MINUTE_MS;
  return rule.clock === 'always' ? addMs(now, ms) : addServiceMs(now, ms, profile.service, calendar);
}
