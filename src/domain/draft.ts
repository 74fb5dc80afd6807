import { addDays } from './calendar';
import type { CaseDraft, Fact, Facts, Source, Transaction } from './case';
import { type Asking, type Fen, MONEY_SLOTS, type Moment, type Signal, type SlotName, type SlotValue, TIME_SLOTS } from './slots';

/** One fact as it was told; the understanding's mention has this shape. */
export type Told = {
  [S in SlotName]: {
    readonly slot: S;
    readonly value: SlotValue<S> | 'unknown';
    readonly approx?: boolean;
    /** Said as a correction: replaces what was known. */
    readonly correction?: boolean;
    /** Only a clock time was said; the date is a guess that a known date overrides. */
    readonly dateAssumed?: boolean;
  };
}[SlotName];

/** What a message changed: facts that replaced another value are worth a recap. */
export interface Learnt {
  readonly draft: CaseDraft;
  readonly fresh: readonly SlotName[];
  readonly replaced: readonly SlotName[];
}

/** The known value of a slot; undefined when absent or when the user does not know. */
export function valueIn<S extends SlotName>(draft: CaseDraft, slot: S): SlotValue<S> | undefined {
  const fact = draft.facts[slot] as Fact<SlotValue<S>> | undefined;
  return fact === undefined || fact.value === 'unknown' ? undefined : (fact.value as SlotValue<S>);
}

/** The user was asked and does not know. */
export function isUnknown(draft: CaseDraft, slot: SlotName): boolean {
  return draft.facts[slot]?.value === 'unknown';
}

/** Nothing more to ask about this slot: it is known, or known to be unknown. */
export function isSettled(draft: CaseDraft, slot: SlotName): boolean {
  return draft.facts[slot] !== undefined;
}

export function hasSignal(draft: CaseDraft, ...signals: readonly Signal[]): boolean {
  return signals.some((signal) => draft.signals.includes(signal));
}

export function timesAsked(draft: CaseDraft, asking: Asking): number {
  return draft.asked.filter((asked) => asked === asking).length;
}

function withFact(draft: CaseDraft, slot: SlotName, fact: Fact<unknown>): CaseDraft {
  return { ...draft, facts: { ...draft.facts, [slot]: fact } as Facts };
}

/** Sets one fact, whatever was there before. */
export function setFact<S extends SlotName>(
  draft: CaseDraft,
  slot: S,
  value: SlotValue<S> | 'unknown',
  source: Source,
  at: string,
): CaseDraft {
  return withFact(draft, slot, { value, source, at });
}

export function withoutFact(draft: CaseDraft, slot: SlotName): CaseDraft {
  const { [slot]: _, ...facts } = draft.facts;
  return { ...draft, facts };
}

export function addSignals(draft: CaseDraft, signals: readonly Signal[]): CaseDraft {
  const fresh = [...new Set(signals)].filter((signal) => !draft.signals.includes(signal));
  return fresh.length ? { ...draft, signals: [...draft.signals, ...fresh] } : draft;
}

const isTimeSlot = (slot: SlotName): boolean => (TIME_SLOTS as readonly SlotName[]).includes(slot);
const isMoneySlot = (slot: SlotName): boolean => (MONEY_SLOTS as readonly SlotName[]).includes(slot);

/** 「中午」 or 「半夜」 as the answer to which 12点 was meant; midnight ends the day that was named. */
function atTwelve(moment: Moment): Moment {
  if (moment.time || !moment.part) return moment;
  if (moment.part === 'noon') return { date: moment.date, time: '12:00' };
  return moment.part === 'night' || moment.part === 'dawn' ? { date: addDays(moment.date, 1), time: '00:00' } : moment;
}

/** 「三点半」 after 「昨天」 keeps the day; 「不是昨天，是前天」 keeps the hour. */
function combineMoments(before: Moment | undefined, told: Moment, dateAssumed: boolean): Moment {
  if (!before) return told;
  if (dateAssumed) return { ...told, date: before.date };
  if (told.time || told.part) return told;
  return { ...told, ...(before.time ? { time: before.time } : {}), ...(before.part ? { part: before.part } : {}) };
}

/** A told time, put together with what is known of it. */
function momentOf(draft: CaseDraft, before: Moment | undefined, told: Told): Moment {
  const moment = combineMoments(before, told.value as Moment, told.dateAssumed === true);
  return before && hasSignal(draft, 'ambiguousHour') ? atTwelve(moment) : moment;
}

function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a told value may take the place of a known one: an explicit correction, an answer to the question, or a better-founded one. */
function mayReplace(told: Told, known: Fact<unknown>, asking: Asking | undefined): boolean {
  if (told.correction || known.value === 'unknown' || known.source === 'inferred' || known.approx) return true;
  if (asking === told.slot || asking === 'confirm') return true;
  return !isMoneySlot(told.slot) && !isTimeSlot(told.slot);
}

/**
 * Adds what one message told. The last explicit correction wins; money and time that are already known are only
 * replaced by a correction or by the answer to a question about them, since a second figure in passing is usually another thing.
 */
export function learn(
  draft: CaseDraft,
  told: readonly Told[],
  context: { at: string; asking?: Asking | undefined; source?: Source },
): Learnt {
  const fresh: SlotName[] = [];
  const replaced: SlotName[] = [];
  let next = draft;
  for (const item of told) {
    const known = next.facts[item.slot];
    const refines = isTimeSlot(item.slot) && known !== undefined && completes(known.value as Moment | 'unknown', item);
    if (known && !refines && !mayReplace(item, known, context.asking)) continue;
    if (known && item.value === 'unknown' && known.value !== 'unknown') continue;
    const before = known && known.value !== 'unknown' ? (known.value as Moment) : undefined;
    const value = isTimeSlot(item.slot) && item.value !== 'unknown' ? momentOf(next, before, item) : item.value;
    if (known && sameValue(known.value, value)) continue;
    const fact = { value, source: context.source ?? 'said', at: context.at, ...(item.approx ? { approx: true } : {}) };
    next = withFact(next, item.slot, fact);
    if (known && known.value !== 'unknown' && known.source !== 'inferred' && !refines) replaced.push(item.slot);
    else fresh.push(item.slot);
  }
  return { draft: next, fresh, replaced };
}

/** A told time that makes a known date exact, without contradicting it. */
function completes(known: Moment | 'unknown', told: Told): boolean {
  if (known === 'unknown' || known.time || told.value === 'unknown') return false;
  const moment = told.value as Moment;
  const closer = moment.time !== undefined || (moment.part !== undefined && known.part === undefined);
  return closer && (told.dateAssumed === true || moment.date === known.date);
}

const MAX_TRANSACTIONS = 5;

/** The sales told apart; of a double charge both debits, which are of one sum and about one time. */
export function transactionsOf(draft: CaseDraft): readonly Transaction[] {
  const amount = valueIn(draft, 'amount');
  if (draft.transactions.length > 0 || amount === undefined || !hasSignal(draft, 'doubleCharge')) return draft.transactions;
  const txTime = valueIn(draft, 'txTime');
  const debit = { amount, ...(txTime ? { txTime } : {}) };
  return [debit, debit];
}

/** Several sales told at once, or one more beside what is known: kept side by side, `amount` becomes their total. */
export function addTransactions(draft: CaseDraft, told: readonly Transaction[], at: string): CaseDraft {
  const amount = valueIn(draft, 'amount');
  const txTime = valueIn(draft, 'txTime');
  const sums = told.map((sale) => sale.amount ?? 0);
  // A sum known before may be one of these, or all of them together.
  const counted = amount !== undefined && (sums.includes(amount) || sums.reduce((a, b) => a + b, 0) === amount);
  const first: readonly Transaction[] =
    draft.transactions.length > 0 || amount === undefined || counted ? draft.transactions : [{ amount, ...(txTime ? { txTime } : {}) }];
  const transactions = [...first, ...told].slice(0, MAX_TRANSACTIONS);
  const amounts = transactions.map((sale) => sale.amount).filter((sum): sum is Fen => sum !== undefined);
  const total = amounts.reduce((sum, value) => sum + value, 0);
  const lastTime = [...transactions].reverse().find((sale) => sale.txTime)?.txTime;
  const dated = lastTime && !draft.facts.txTime ? withFact(draft, 'txTime', { value: lastTime, source: 'said', at }) : draft;
  const next = { ...dated, transactions };
  return total > 0 ? withFact(next, 'amount', { value: total, source: 'said', at }) : next;
}

/** Takes back the answer to the last question (上一步); undefined when there is nothing to take back. */
export function stepBack(draft: CaseDraft): CaseDraft | undefined {
  const answered = [...draft.asked].reverse().find((asking) => asking in draft.facts) as SlotName | undefined;
  if (!answered) return undefined;
  const index = draft.asked.lastIndexOf(answered);
  return withoutFact({ ...draft, asked: draft.asked.slice(0, index) }, answered);
}
