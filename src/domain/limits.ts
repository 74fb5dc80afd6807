import { addDays, addMs, compare, dateOf, MINUTE_MS, momentRange } from './calendar';
import type { Fen, Moment } from './slots';

/** Sums and times that are asked about before they are believed. Source: docs/domain.md §4.3. */

/** ¥5,000,000 */
const HUGE: Fen = 500_000_000;
/** Clocks differ by this much before a time counts as future. */
const FUTURE_MS = 5 * MINUTE_MS;
const OLDEST_DAYS = 180;

/** Hardly the sum of one sale. */
export function isHuge(amount: Fen): boolean {
  return amount > HUGE;
}

/** Begins more than 5 minutes after `now`. */
export function isFuture(moment: Moment, now: string): boolean {
  return compare(momentRange(moment).from, addMs(now, FUTURE_MS)) > 0;
}

/** The day is more than 180 days back: a matter for a person (P3). */
export function isTooOld({ date }: Moment, now: string): boolean {
  return date < addDays(dateOf(now), -OLDEST_DAYS);
}
