import type { Asking, Fen, Moment, MoneySlot } from '../../domain/slots';
import type { SlotMention } from '../recognizer';
import { findAmounts } from './amounts';
import { numeralAt } from './numerals';
import { readSums, type Sum } from './sums';
import type { Timed } from './when';

export interface MoneyOptions {
  readonly expecting: Asking | undefined;
  readonly aboutMoney: boolean;
  readonly timed: readonly Timed[];
  /** 重复扣款: the same sum said twice is one sale. */
  readonly doubled: boolean;
  /** A fee of the machine is spoken of. */
  readonly fee: boolean;
  /** What is short is itself the sum in question: a fee, a chargeback. */
  readonly shortCounts: boolean;
}

export interface Sale {
  readonly amount?: Fen;
  readonly txTime?: Moment;
}

export interface Money {
  readonly slots: readonly SlotMention[];
  readonly transactions: readonly Sale[];
  readonly amountRange: boolean;
}

/** Most sales kept of one message (docs/domain.md §4.3). */
const MAX_SALES = 5;
const COUNT = /(?<n>[两俩二三四五2-5]|\b(?:two|three|four|five))\s?(?:笔|单|次|个单子|(?:transactions|sales|payments))/;
const COUNTS: Readonly<Record<string, number>> = { 两: 2, 俩: 2, 二: 2, 三: 3, 四: 4, 五: 5, two: 2, three: 3, four: 4, five: 5 };

const mention = (slot: MoneySlot, sum: Sum): SlotMention => ({
  slot,
  value: sum.fen,
  text: sum.token.text,
  ...(sum.token.approx ? { approx: true } : {}),
  ...(sum.correction ? { correction: true } : {}),
});

/** How many sales are spoken of (三笔); undefined when not said. */
function countOf(text: string): number | undefined {
  const words = text.match(COUNT)?.groups?.n;
  return words === undefined ? undefined : (COUNTS[words] ?? numeralAt(words, 0)?.value);
}

/** The time said last before a sum and after the sum before it: 昨天1200今天800. */
function timeBefore(sum: Sum, previousEnd: number, timed: readonly Timed[]): Moment | undefined {
  const near = timed.filter(
    ({ mention: time, slot, denied }) => slot === 'txTime' && !denied && time.start >= previousEnd && time.end <= sum.token.start,
  );
  const found = near.at(-1);
  const day = found?.mention.dateAssumed ? dayBefore(found, timed) : undefined;
  return found?.mention.moment && day ? { ...found.mention.moment, date: day } : found?.mention.moment;
}

/** 昨天三笔，上午9点1200，下午5点560: the day named before holds for the hours. */
function dayBefore(hour: Timed, timed: readonly Timed[]): string | undefined {
  return timed.filter(({ mention: time, denied }) => !denied && !time.dateAssumed && time.moment && time.end <= hour.mention.start).at(-1)
    ?.mention.moment?.date;
}

/** Times all named first, then as many sums: the first time is of the first sum. */
function pairedTimes(sales: readonly Sum[], timed: readonly Timed[]): Moment[] | undefined {
  const times = timed.flatMap(({ mention: time, slot, denied }) => (slot === 'txTime' && !denied && time.moment ? [time] : []));
  const first = sales[0];
  if (!first || times.length < 2 || times.length !== sales.length || times.some(({ end }) => end > first.token.start)) return undefined;
  return times.flatMap(({ moment }) => (moment ? [moment] : []));
}

function withTimes(sales: readonly Sum[], timed: readonly Timed[]): Sale[] {
  const inOrder = pairedTimes(sales, timed);
  if (inOrder) return sales.slice(0, MAX_SALES).map((sum, at) => ({ amount: sum.fen, ...(inOrder[at] ? { txTime: inOrder[at] } : {}) }));
  let end = 0;
  let known: Moment | undefined;
  return sales.slice(0, MAX_SALES).map((sum) => {
    const said = timeBefore(sum, end, timed);
    const day =
      said && known && said.date && !timed.some(({ mention: time }) => time.moment === said && !time.dateAssumed)
        ? { ...said, date: known.date }
        : said;
    known = day ?? known;
    end = sum.token.end;
    return { amount: sum.fen, ...(known ? { txTime: known } : {}) };
  });
}

/** One sum, repeated sums, or several sales. */
/** 不到五百, 498: about at first, then exact. */
function isMadeExact(sum: Sum, next: Sum | undefined): boolean {
  return sum.token.approx && next !== undefined && !next.token.approx && Math.abs(next.fen - sum.fen) * 4 <= sum.fen;
}

/** 吃饭123他给我刷成1230: the sum really charged. */
const CHARGED_AS = /(?:刷|扣|收|付|输|打|按|弄)成了?\s?$/;

function readSales(sums: readonly Sum[], text: string, options: MoneyOptions): { sum?: Sum; total?: Fen; sales: Sale[] } {
  const live = sums.filter((sum) => !sum.denied && (sum.role === 'sale' || sum.role === 'each' || sum.role === 'total'));
  const charged = live.find((sum) => CHARGED_AS.test(text.slice(Math.max(0, sum.token.start - 5), sum.token.start)));
  if (charged) return { sum: charged, sales: [] };
  const corrected = live.filter((sum) => sum.correction);
  if (corrected.length > 0) return { sum: corrected.at(-1) as Sum, sales: [] };
  const total = live.find((sum) => sum.role === 'total');
  const parts = live.filter((sum, at) => sum.role !== 'total' && !isMadeExact(sum, live[at + 1]));
  const count = countOf(text);
  const only = parts[0];
  if (
    parts.length === 1 &&
    only &&
    count !== undefined &&
    !options.doubled &&
    (only.role === 'each' || (total && total.fen === only.fen * count))
  ) {
    const txTime = options.timed.find(({ slot, denied }) => slot === 'txTime' && !denied)?.mention.moment;
    const sale = { amount: only.fen, ...(txTime ? { txTime } : {}) };
    return { sum: only, total: only.fen * count, sales: Array.from({ length: count }, () => sale) };
  }
  const distinct = parts.length >= 2 && (isList(parts, text, options) || count === parts.length);
  if (distinct && !options.doubled)
    return {
      ...(only ? { sum: only } : {}),
      total: parts.slice(0, MAX_SALES).reduce((all, part) => all + part.fen, 0),
      sales: withTimes(parts, options.timed),
    };
  const sum = total ?? only;
  return sum ? { sum, sales: [] } : { sales: [] };
}

/** 第一次失败，又刷了一次: one sale tried again. */
const RETRIED = /(?:失败|没成功|不成功|没刷上|超时|没反应)[^。]{0,12}(?:又|再|重新|后来)/;

/** Two sums are two sales when each has its own time, or only 和/、/还有 and the like stand between them. */
function isList(parts: readonly Sum[], text: string, options: MoneyOptions): boolean {
  if (RETRIED.test(text)) return false;
  return parts.slice(1).every((part, at) => {
    const before = parts[at];
    if (!before || before.fen === part.fen)
      return /还有|另|又|第二|再|一笔|一单/.test(text.slice(before?.token.end ?? 0, part.token.start));
    const gap = text.slice(before.token.end, part.token.start);
    if (
      /^(?:元|块|的)?[ ,]?(?:和|跟|、|,|\+|还有|加|另外|以及|一笔|第二笔|再|又|也|and|plus|&|\s|一个|的|是|,|元|块|钱|刷了|收了|付了|笔|张|后来|接着|然后){1,8}$/.test(
        gap,
      )
    )
      return true;
    return timeBefore(part, before.token.end, options.timed) !== undefined && timeBefore(before, 0, options.timed) !== undefined;
  });
}

/** 没有秒到费, as an answer: none was taken. */
const NO_FEE = /^[^\d]{0,4}(?:没有?|未|无|不收|不扣|免)(?:收|扣|有)?[^\d]{0,8}$|^none\b|^no\b/;

/** 1 2 8 0: a sum said digit by digit. */
const SPELLED = /(?<![\d.])\d(?: \d){2,6}(?! ?[\d.])/g;

/** Money of a message: what was sold, what arrived of it, the fee for speed; lists of sales; ranges refused. `text` has ids and times taken out. */
export function readMoney(words: string, options: MoneyOptions): Money {
  const text = options.expecting === 'amount' ? words.replace(SPELLED, (digits) => digits.replaceAll(' ', '')) : words;
  const tokens = findAmounts(text);
  const sums = readSums(tokens, text, { ...options, aboutMoney: options.aboutMoney || tokens.some(({ strength }) => strength === 'unit') });
  const { sum, total, sales } = readSales(sums, text, options);
  const last = (role: Sum['role']) => sums.filter((found) => found.role === role && !found.denied).at(-1);
  const net = last('net');
  const instant = last('instantFee');
  const fee = last('fee');
  const slots: SlotMention[] = [];
  const main = mainSum(
    sum ?? (net || fee ? undefined : last('balance')),
    fee ?? (options.shortCounts ? last('short') : undefined),
    options,
  );
  if (main) slots.push(total === undefined ? mention('amount', main) : { ...mention('amount', main), slot: 'amount', value: total });
  if (net) slots.push(mention(options.expecting === 'amount' && !main ? 'amount' : 'netAmount', net));
  if (instant) slots.push(mention('instantFee', instant));
  const range =
    !main && tokens.some((token) => token.range && (token.strength === 'unit' || options.aboutMoney || options.expecting === 'amount'));
  if (options.expecting === 'instantFee' && slots.length === 0 && NO_FEE.test(text)) slots.push({ slot: 'instantFee', value: 0, text });
  return { slots: asAsked(slots, options.expecting), transactions: sales.length > 1 ? sales : [], amountRange: range };
}

/** Without a sale the fee itself is the amount in question (扣了我299流量费). */
const mainSum = (sum: Sum | undefined, fee: Sum | undefined, options: MoneyOptions): Sum | undefined =>
  (options.fee && sum?.role !== 'total' ? fee : undefined) ??
  sum ??
  (options.expecting === 'netAmount' || options.expecting === 'instantFee' ? undefined : fee);

/** A lone figure answers the question about money that was asked. */
function asAsked(slots: readonly SlotMention[], expecting: Asking | undefined): SlotMention[] {
  const only = slots.length === 1 ? slots[0] : undefined;
  if (only?.slot === 'amount' && (expecting === 'netAmount' || expecting === 'instantFee')) return [{ ...only, slot: expecting }];
  return [...slots];
}
