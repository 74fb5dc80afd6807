import type { Calendar } from './calendar';
import {
  addDays,
  addHours,
  addMs,
  addWorkdays,
  at,
  compare,
  dateOf,
  HOUR_MS,
  isProvisional,
  isWorkday,
  MINUTE_MS,
  momentRange,
  nextWorkday,
  timeOf,
  workdayFrom,
} from './calendar';
import type { Delay, Profile } from './profile';
import type { Fen, Moment, SlotValue } from './slots';

/** When money is expected: sales, refunds, reversals. Source: docs/domain.md §5. All instants are ISO +08:00. */

export type Product = SlotValue<'settleProduct'>;

/** Why 秒到 (or T0) is paid by its fallback product (A4). */
export type FallbackReason = 'outsideWindow' | 'overLimit' | 'debitCard' | 'newMerchant';

/** What is known of a sale besides its time; an absent fact never speaks against the product. */
export interface SaleTerms {
  readonly product: Product;
  readonly amount?: Fen;
  /** Paid by debit card (借记卡). */
  readonly debit?: boolean;
  /** Signed up less than 90 days ago or trading for less than 30. */
  readonly newMerchant?: boolean;
  readonly profile: Profile;
  readonly calendar: Calendar;
}

export interface Sale extends SaleTerms {
  /** Time of the sale. */
  readonly tx: string;
}

/** A settlement promise as data; never said as certain. */
export interface Settlement {
  readonly expectedBy: string;
  /** Depends on working days of a year without a holiday file. */
  readonly provisional: boolean;
  /** 记账日: the date after applying the cut-off. */
  readonly accountingDate: string;
  /** The sale counts as the next day (A2). */
  readonly afterCutoff: boolean;
  /** Non-working days lie between the sale and the payout, and the product waits for them (A3). */
  readonly holiday: boolean;
  /** The product that pays: the fallback when the asked one does not apply. */
  readonly product: Product;
  /** Each reason why the asked product does not apply; empty when it does. */
  readonly fellBack: readonly FallbackReason[];
}

function fallbackReasons(sale: Sale): FallbackReason[] {
  const { product, profile } = sale;
  if (product !== 'D0' && product !== 'T0') return [];
  const reasons: FallbackReason[] = [];
  if (sale.newMerchant && profile.newMerchant.excludes.includes(product)) reasons.push('newMerchant');
  if (product === 'T0') return reasons;
  const { d0 } = profile;
  const time = timeOf(sale.tx);
  if (time < d0.windowStart || time >= d0.windowEnd) reasons.push('outsideWindow');
  if (sale.amount !== undefined && sale.amount > d0.maxSingle) reasons.push('overLimit');
  if (sale.debit && !d0.debitEligible) reasons.push('debitCard');
  return reasons;
}

function payoutOf(product: Product, tx: string, accountingDate: string, terms: SaleTerms): string {
  const { profile, calendar } = terms;
  if (product === 'D0') return addHours(tx, profile.d0.slaHours);
  if (product === 'D1') return at(addDays(accountingDate, 1), profile.arriveBy.D1);
  if (product === 'T0') return at(workdayFrom(accountingDate, calendar, profile), profile.arriveBy.T0);
  const anchor = profile.t1Anchor === 'business' ? workdayFrom(accountingDate, calendar, profile) : accountingDate;
  return at(nextWorkday(anchor, calendar, profile), profile.arriveBy.T1);
}

/** The first day whose being a working day decides. */
function firstConsulted(product: Product, accountingDate: string, profile: Profile): string {
  return product === 'T1' && profile.t1Anchor === 'calendar' ? addDays(accountingDate, 1) : accountingDate;
}

function crossesHoliday(from: string, to: string, terms: SaleTerms): boolean {
  for (let day = from; day < to; day = addDays(day, 1)) if (!isWorkday(day, terms.calendar, terms.profile)) return true;
  return false;
}

/** When a sale's money should be in the merchant's account (预计到账时间), §5.3. A sale exactly at the cut-off counts as the next day. */
export function expectedBy(sale: Sale): Settlement {
  const { profile, calendar } = sale;
  const date = dateOf(sale.tx);
  const afterCutoff = timeOf(sale.tx) >= profile.cutoff;
  const accountingDate = afterCutoff ? addDays(date, 1) : date;
  const reasons = fallbackReasons(sale);
  const fallback = sale.product === 'T0' ? profile.newMerchant.t0Fallback : profile.d0.fallback;
  const product = reasons.length > 0 ? fallback : sale.product;
  const due = payoutOf(product, sale.tx, accountingDate, sale);
  const dueDate = dateOf(due);
  const byWorkdays = product === 'T1' || product === 'T0';
  return {
    expectedBy: due,
    provisional: byWorkdays && isProvisional(firstConsulted(product, accountingDate, profile), dueDate, calendar),
    accountingDate,
    afterCutoff,
    holiday: byWorkdays && crossesHoliday(date, dueDate, sale),
    product,
    fellBack: reasons,
  };
}

/** The same sale paid by the fallback product of 秒到: what a late D0 payout is measured by before it is called overdue (SS-FALLBACK). */
export function fallbackExpectedBy(sale: Omit<Sale, 'product'>): Settlement {
  return expectedBy({ ...sale, product: sale.profile.d0.fallback });
}

/** The earliest and latest settlement of a sale whose exact time is not known. */
export interface SettlementRange {
  readonly earliest: Settlement;
  readonly latest: Settlement;
  /** The hour decides: the range crosses the cut-off or the 秒到 window with different results. Otherwise there is no need to ask it. */
  readonly hourMatters: boolean;
}

/** Settlement of a spoken time. `now` cuts a range that has begun, so that 「今天」 at noon is not taken for tonight. */
export function settlementRange(terms: SaleTerms & { readonly moment: Moment; readonly now?: string }): SettlementRange {
  const { moment, now, ...sale } = terms;
  const range = momentRange(moment, now);
  const results = edges(range.from, range.to, terms.profile).map((tx) => expectedBy({ ...sale, tx }));
  const sorted = [...results].sort((a, b) => compare(a.expectedBy, b.expectedBy));
  const [earliest] = sorted;
  const latest = sorted.at(-1);
  if (!earliest || !latest) throw new Error('a moment has at least one instant');
  const exact = moment.time !== undefined;
  const differs =
    results.some((result) => result.product !== latest.product) || (latest.product !== 'D0' && earliest.expectedBy !== latest.expectedBy);
  return { earliest, latest, hourMatters: !exact && differs };
}

/** Both ends of the range and both sides of every boundary inside it. */
function edges(from: string, to: string, profile: Profile): string[] {
  const found = [from, to];
  for (let date = dateOf(from); date <= dateOf(to); date = addDays(date, 1)) {
    for (const time of [profile.cutoff, profile.d0.windowStart, profile.d0.windowEnd]) {
      const edge = at(date, time);
      for (const point of [addMs(edge, -1000), edge]) if (compare(point, from) > 0 && compare(point, to) < 0) found.push(point);
    }
  }
  return found;
}

/** Until when a payout is late but not yet called overdue (逾期). */
export function graceEnd(due: string, profile: Profile): string {
  return addHours(due, profile.graceHours);
}

interface Deadline {
  /** Not before, when a lower bound is known. */
  readonly from?: string;
  /** Overdue after this instant. */
  readonly by: string;
  readonly provisional: boolean;
}

interface DelayTerms {
  readonly start: string;
  readonly profile: Profile;
  readonly calendar: Calendar;
}

function after(count: number, unit: Delay['unit'], { start, profile, calendar }: DelayTerms): string {
  if (unit === 'minutes') return addMs(start, count * MINUTE_MS);
  if (unit === 'hours') return addMs(start, count * HOUR_MS);
  if (unit === 'days') return addMs(start, count * 24 * HOUR_MS);
  return at(addWorkdays(dateOf(start), count, calendar), profile.refundArriveBy);
}

/** When a refund (退款) started at `start` should have arrived, by its method, §5.6. Working days end at `refundArriveBy`. */
export function refundDeadline(method: SlotValue<'refundMethod'>, terms: DelayTerms): Deadline {
  const delay = terms.profile.refunds[method];
  const by = after(delay.max, delay.unit, terms);
  const provisional = delay.unit === 'workdays' && isProvisional(dateOf(terms.start), dateOf(by), terms.calendar);
  return { ...(delay.min === undefined ? {} : { from: after(delay.min, delay.unit, terms) }), by, provisional };
}

/** When an automatic reversal (冲正) of a failed sale at `tx` should have returned the money: 48 hours, §5.6. */
export function reversalDeadline(tx: string, profile: Profile): string {
  return addHours(tx, profile.reversalHours);
}

/** When a hold (预授权) of `tx` usually lapses if nobody completes or cancels it: about 30 days, §5.6. */
export function preauthLapse(tx: string, profile: Profile): string {
  return addHours(tx, profile.preauthDays * 24);
}
