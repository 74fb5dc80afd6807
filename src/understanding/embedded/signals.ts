import type { Signal } from '../../domain/slots';
import { anyOf } from './any-of';
import { clauses } from './found';
import { findRates } from './rates';
import { PAYOUT_RULES } from './signals-payout';
import { SAFETY_RULES } from './signals-safety';
import { SALE_RULES } from './signals-sale';

/** A general question (会不会…怎么办, 能…吗) tells of no event. */
const GENERAL =
  /会不会|如果|要是|(?<![一二两三四五六七八九十百千几\d])万一|假如|怎么(?:防|避免|预防)|怎样(?:防|避免)|what if|how (?:to|do i) (?:avoid|prevent)/;

const RULES = [...SAFETY_RULES, ...PAYOUT_RULES, ...SALE_RULES];

/** Signals whose words may be far apart: read over the whole message, not clause by clause. */
const WIDE = new Set<Signal>([
  'codeLeaked',
  'unauthorizedCharge',
  'settleCardHijacked',
  'rateRaised',
  'noSaleMade',
  'wrongAmount',
  'orderNotUpdated',
  'batchedPayout',
  'fakeProof',
]);

/** 才刷了八千, 条件还没到: what was promised is not due yet. */
const NOT_DUE = anyOf(
  /(?:还|才)(?:没|未)?(?:有)?(?:刷|用|做|达)(?:了|到)?(?:不)?(?:满|够|到|标|\s?[\d一二三四五六七八九两]{1,4}(?:千|百|块|元|万|\d))|没(?:有)?(?:刷|达)(?:满|够|标|到)/,
  /条件(?:还)?(?:没|未|不)|haven'?t (?:reached|met)/,
);

/** 店里说给我退: the refund of what was bought, not of what the machine cost. */
const OF_GOODS = /退货|退款|买|店里|卖家|商城|下单/;
const OF_THE_DEVICE = /机|押金|激活|首刷|刷[满够]|达标|服务费|流量|返/;
/** 每个月又扣一回: a fee that comes again, no double charge. */
const REGULAR = /每个?[月年]|续费|包月|会员费?|every month|monthly|renew/;

const SINCE = /从|开始|现在|变|改|涨|调|起/;

/** 签的0.55%，这个月起按0.68%扣: two rates, the later one higher. */
function isRaised(text: string): boolean {
  if (!/%|费率|点/.test(text) || !SINCE.test(text)) return false;
  const rates = findRates(text, undefined).found.map(({ mention }) => Number(mention.value));
  return rates.length >= 2 && (rates.at(-1) ?? 0) > (rates[0] ?? 0);
}

/** Signals of a message (normalised text). */
export function findSignals(text: string): Signal[] {
  const parts = clauses(text);
  const all = [...parts, text.slice(0, 400)];
  const found = new Set<Signal>();
  for (const { signal, when, not } of RULES) {
    const readings = WIDE.has(signal) ? all : parts;
    if (readings.some((part) => when.test(part) && !not?.test(part) && !GENERAL.test(part))) found.add(signal);
  }
  if (NOT_DUE.test(text) || (OF_GOODS.test(text) && !OF_THE_DEVICE.test(text))) found.delete('promisedReturn');
  if (REGULAR.test(text)) found.delete('doubleCharge');
  if (isRaised(text)) found.add('rateRaised');
  return [...found];
}
