import { compare, momentRange, overdueWorkdays } from '../calendar';
import type { CaseDraft } from '../case';
import { hasSignal, isUnknown, timesAsked, valueIn } from '../draft';
import { fallbackExpectedBy, graceEnd, type Settlement, type SettlementRange, settlementRange } from '../settlement';
import type { Fen, Moment, SlotValue } from '../slots';
import { mayAsk, type Rules } from './verdict';

type Product = SlotValue<'settleProduct'>;

/** Where a sale stands against its settlement clock (结算时钟). Source: docs/domain.md §5. */
export interface Clock {
  /** Before it: wait. For a late or ineligible D0 sale the fallback product's date. */
  readonly expectedBy: string;
  readonly earliest?: string;
  readonly provisional: boolean;
  readonly afterCutoff: boolean;
  readonly holiday: boolean;
  readonly fellBack: readonly string[];
  readonly state: 'waiting' | 'fallback' | 'grace' | 'overdue';
  readonly graceUntil: string;
  readonly overdueWorkdays: number;
}

interface Sale {
  readonly amount?: Fen;
  readonly moment: Moment;
}

const PRODUCTS_IF_UNKNOWN: readonly Product[] = ['D1', 'T1'];

/** Settlement of a sale by each product it may have; a time that is not exact is judged as late as the words allow. */
function rangesOf(draft: CaseDraft, rules: Rules, sale: Sale): readonly SettlementRange[] {
  const product = valueIn(draft, 'settleProduct');
  const { now, profile, calendar } = rules;
  const terms = {
    ...(sale.amount !== undefined ? { amount: sale.amount } : {}),
    debit: valueIn(draft, 'payMethod') === 'debitCard',
    newMerchant: hasSignal(draft, 'newMerchant'),
    moment: sale.moment,
    now,
    profile,
    calendar,
  };
  return (product ? [product] : PRODUCTS_IF_UNKNOWN).map((each) => settlementRange({ ...terms, product: each }));
}

/** The later of two settlements; judging by it never calls a payout overdue too early. */
const later = (a: Settlement, b: Settlement): Settlement => (compare(a.expectedBy, b.expectedBy) >= 0 ? a : b);

/** Whether the hour of a sale told by date only would change the expected time; asked once, 「不知道」 is judged by the later. */
export function hourMatters(draft: CaseDraft, rules: Rules): boolean {
  if (!mayAsk(draft) || timesAsked(draft, 'txTime') > 1) return false;
  const open = salesOf(draft).filter((sale) => !sale.moment.time);
  return open.some((sale) => rangesOf(draft, rules, sale).some((range) => range.hourMatters));
}

function salesOf(draft: CaseDraft): readonly Sale[] {
  const txTime = valueIn(draft, 'txTime');
  const several = draft.transactions.flatMap((sale) => {
    const moment = sale.txTime ?? txTime;
    return moment ? [{ ...(sale.amount !== undefined ? { amount: sale.amount } : {}), moment }] : [];
  });
  if (several.length) return several;
  const amount = valueIn(draft, 'amount');
  return txTime ? [{ ...(amount !== undefined ? { amount } : {}), moment: txTime }] : [];
}

/** 12点 may be noon or midnight, so it is asked at once; 「不知道」 leaves the day. */
export function hourIsAmbiguous(draft: CaseDraft): boolean {
  const moment = valueIn(draft, 'txTime');
  return hasSignal(draft, 'ambiguousHour') && moment !== undefined && !moment.time && mayAsk(draft) && timesAsked(draft, 'txTime') === 0;
}

/** The clock of the latest sale; undefined while no time is known. */
export function readClock(draft: CaseDraft, rules: Rules): Clock | undefined {
  const clocks = salesOf(draft).map((sale) => clockOf(draft, rules, sale));
  return clocks.sort((a, b) => compare(a.expectedBy, b.expectedBy)).at(-1);
}

function clockOf(draft: CaseDraft, rules: Rules, sale: Sale): Clock {
  const { now, profile, calendar } = rules;
  const settlements = rangesOf(draft, rules, sale).map((range) => range.latest);
  let settlement = settlements.reduce(later);
  let fellBack: readonly string[] = settlement.fellBack ?? [];
  if (settlement.product === 'D0' && compare(now, settlement.expectedBy) > 0) {
    settlement = fallbackExpectedBy({ tx: momentRange(sale.moment, now).to, profile, calendar });
    fellBack = ['late'];
  }
  const graceUntil = graceEnd(settlement.expectedBy, profile);
  const early =
    settlements.length > 1 && isUnknown(draft, 'settleProduct') ? settlements.map((each) => each.expectedBy).sort(compare)[0] : undefined;
  return {
    expectedBy: settlement.expectedBy,
    ...(early && early !== settlement.expectedBy ? { earliest: early } : {}),
    provisional: settlement.provisional,
    afterCutoff: settlement.afterCutoff,
    holiday: settlement.holiday,
    fellBack,
    state: stateOf(now, settlement.expectedBy, graceUntil, fellBack.length > 0),
    graceUntil,
    overdueWorkdays: compare(now, settlement.expectedBy) > 0 ? overdueWorkdays(settlement.expectedBy, now, calendar) : 0,
  };
}

function stateOf(now: string, due: string, graceUntil: string, fellBack: boolean): Clock['state'] {
  if (compare(now, due) <= 0) return fellBack ? 'fallback' : 'waiting';
  return compare(now, graceUntil) <= 0 ? 'grace' : 'overdue';
}
