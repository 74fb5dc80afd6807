import { addDays, addMs, compare, dateOf, isDate, MINUTE_MS, momentRange, normalizeIso } from './calendar';
import { parseYuan } from './money';
import {
  ENUM_SLOTS,
  type EnumSlot,
  type Fen,
  MONEY_SLOTS,
  type Moment,
  type MoneySlot,
  PARTS_OF_DAY,
  type SlotName,
  type SlotValue,
  TIME_SLOTS,
  type TimeSlot,
} from './slots';

/** What each slot accepts. Source: docs/domain.md §4.3. */

export type RefusedReason =
  | 'empty'
  | 'format'
  | 'tooLong'
  /** A sum of 0 or less. */
  | 'notPositive'
  /** 13–19 digits where four are wanted: a full card number, which is never kept. */
  | 'fullCard'
  /** 15 digits given as rrn. */
  | 'maybeMerchantNo'
  /** 12 digits given as merchantNo or orderNo. */
  | 'maybeRrn';

export type ParsedSlot<S extends SlotName> =
  /** `slot` differs from the asked one when the value is another number of the same thing (merchantNo → walletMchId, merchantNoRaw; terminalNo → deviceSn). `padded`: zeros were put in front, worth confirming. */
  | { readonly kind: 'ok'; readonly slot: SlotName; readonly value: SlotValue<S>; readonly padded?: boolean }
  | { readonly kind: 'refused'; readonly reason: RefusedReason };

type Parsed =
  | { readonly kind: 'ok'; readonly slot: SlotName; readonly value: unknown; readonly padded?: boolean }
  | { readonly kind: 'refused'; readonly reason: RefusedReason };

const refused = (reason: RefusedReason): Parsed => ({ kind: 'refused', reason });

/** Longest free text kept per slot. */
const TEXT_LIMIT = 60;
const NOTICE_LIMIT = 500;

const FORMATS: { readonly [S in SlotName]?: RegExp } = {
  cardLast4: /^\d{4}$/,
  settleCardLast4: /^\d{4}$/,
  merchantNo: /^[0-9A-Z]{15}$/,
  merchantNoRaw: /^[0-9A-Z]{8,20}$/,
  walletMchId: /^\d{8,10}$/,
  terminalNo: /^[0-9A-Z]{8}$/,
  deviceSn: /^[0-9A-Z-]{9,32}$/,
  rrn: /^\d{12}$/,
  traceNo: /^\d{6}$/,
  batchNo: /^\d{6}$/,
  authCode: /^[0-9A-Z]{6}$/,
  orderNo: /^[0-9A-Za-z_-]{14,64}$/,
  merchantOrderNo: /^[0-9A-Za-z_\-*@|]{6,64}$/,
  contactPhone: /^(?:1[3-9]\d{9}|0(?:10|2\d|[3-9]\d{2})\d{7,8}|\d{7,8})$/,
  responseCode: /^[0-9A-Z]{2}$/,
  affectedMerchants: /^\d{1,6}$/,
  caseId: /^DZ\d{8}-[0-9A-Z]+-\d{2}$/,
};

/** Letters of these are kept as typed; all other formatted slots are upper case. */
const CASE_KEPT: ReadonlySet<SlotName> = new Set(['orderNo', 'merchantOrderNo']);

function halfWidth(text: string): string {
  return text.normalize('NFKC').replace(/\p{Cf}/gu, '');
}

function parseText(name: SlotName, raw: unknown): Parsed {
  if (typeof raw !== 'string') return refused('format');
  const plain = halfWidth(raw).trim();
  if (plain === '') return refused('empty');
  const format = FORMATS[name];
  if (!format) {
    const limit = name === 'noticeText' ? NOTICE_LIMIT : TEXT_LIMIT;
    return plain.length > limit ? refused('tooLong') : { kind: 'ok', slot: name, value: plain.replace(/\p{Cc}+/gu, ' ') };
  }
  const compact = plain.replace(/[\s]/g, '');
  const value = name === 'contactPhone' ? compact.replace(/^\+?86(?=1)|[-()]/g, '') : CASE_KEPT.has(name) ? compact : compact.toUpperCase();
  if (format.test(value)) return { kind: 'ok', slot: name, value };
  return otherNumber(name, value);
}

/** A value of the wrong shape that still tells what it is. */
function otherNumber(name: SlotName, value: string): Parsed {
  const isCard = /^\d{13,19}$/.test(value);
  if ((name === 'cardLast4' || name === 'settleCardLast4') && isCard) return refused('fullCard');
  if ((name === 'traceNo' || name === 'batchNo') && /^\d{1,5}$/.test(value))
    return { kind: 'ok', slot: name, value: value.padStart(6, '0'), padded: true };
  if (name === 'rrn' && /^\d{15}$/.test(value)) return refused('maybeMerchantNo');
  if (name === 'merchantNo') {
    if (/^\d{8,10}$/.test(value)) return { kind: 'ok', slot: 'walletMchId', value };
    if (/^\d{12}$/.test(value)) return refused('maybeRrn');
    if (/^\d{8,20}$/.test(value)) return { kind: 'ok', slot: 'merchantNoRaw', value };
  }
  if (name === 'orderNo' && /^\d{12}$/.test(value)) return refused('maybeRrn');
  if (name === 'terminalNo' && FORMATS.deviceSn?.test(value)) return { kind: 'ok', slot: 'deviceSn', value };
  return refused('format');
}

function parseMoney(name: SlotName, raw: unknown): Parsed {
  const fen = typeof raw === 'string' ? parseYuan(halfWidth(raw).replace(/^[¥$]/, '')) : raw;
  if (typeof fen !== 'number' || !Number.isSafeInteger(fen)) return refused('format');
  return fen > 0 ? { kind: 'ok', slot: name, value: fen } : refused('notPositive');
}

function parseMoment(name: SlotName, raw: unknown): Parsed {
  const moment = typeof raw === 'string' ? momentOf(raw) : raw;
  if (typeof moment !== 'object' || moment === null) return refused('format');
  const { date, time, part } = moment as { date?: unknown; time?: unknown; part?: unknown };
  if (typeof date !== 'string' || !isDate(date)) return refused('format');
  if (time !== undefined && !(typeof time === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time))) return refused('format');
  const known = PARTS_OF_DAY.find((each) => each === part);
  if (part !== undefined && known === undefined) return refused('format');
  return { kind: 'ok', slot: name, value: { date, ...(time === undefined ? {} : { time }), ...(known ? { part: known } : {}) } };
}

function momentOf(text: string): Moment | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text.trim());
  if (!match?.[1] || !isDate(match[1])) return undefined;
  const [, date, time, zone] = match;
  if (time === undefined) return { date };
  if (zone === undefined) return { date, time };
  const iso = normalizeIso(`${date}T${time}:00${zone}`);
  return { date: iso.slice(0, 10), time: iso.slice(11, 16) };
}

/** Basis points: a number, or text such as 0.6%, 0.60, 万38. At most 10 %. */
function parseRate(raw: unknown): Parsed {
  const plain = typeof raw === 'string' ? halfWidth(raw).trim() : raw;
  const percent = typeof plain === 'string' ? /^(\d{1,2}(?:\.\d{1,4})?)%?$/.exec(plain)?.[1] : undefined;
  const rate = percent === undefined ? plain : Math.round(Number(percent) * 10_000) / 100;
  if (typeof rate !== 'number' || !Number.isFinite(rate)) return refused('format');
  return rate > 0 && rate <= 1000 ? { kind: 'ok', slot: 'feeRate', value: rate } : refused('format');
}

function parse(name: SlotName, raw: unknown): Parsed {
  if (name in ENUM_SLOTS) {
    const values: readonly string[] = ENUM_SLOTS[name as EnumSlot];
    return typeof raw === 'string' && values.includes(raw) ? { kind: 'ok', slot: name, value: raw } : refused('format');
  }
  if (MONEY_SLOTS.includes(name as MoneySlot)) return parseMoney(name, raw);
  if (TIME_SLOTS.includes(name as TimeSlot)) return parseMoment(name, raw);
  return name === 'feeRate' ? parseRate(raw) : parseText(name, raw);
}

/**
 * A raw value as the slot keeps it. Money: fen as a number, or yuan as text; times: a Moment or ISO text (Asia/Shanghai when it names
 * no zone); the rest as text. Never throws; the limits that need a question instead of a refusal are `checkAmount` and `checkMoment`.
 */
export function parseSlot<S extends SlotName>(name: S, raw: unknown): ParsedSlot<S> {
  return parse(name, raw) as ParsedSlot<S>;
}

/** More than this is read back before it is used: ¥50,000. */
export const READ_BACK_ABOVE: Fen = 5_000_000;
/** More than this is asked again: ¥5,000,000. */
export const ASK_AGAIN_ABOVE: Fen = 500_000_000;

export function checkAmount(amount: Fen): 'ok' | 'readBack' | 'askAgain' {
  if (amount > ASK_AGAIN_ABOVE) return 'askAgain';
  return amount > READ_BACK_ABOVE ? 'readBack' : 'ok';
}

/** Clocks differ by this much before a time counts as future. */
const FUTURE_MS = 5 * MINUTE_MS;
/** Older sales are a matter for a person (P3). */
export const OLDEST_DAYS = 180;

/** `future`: begins more than 5 minutes after `now`. `tooOld`: the day is more than 180 days back. */
export function checkMoment(moment: Moment, now: string): 'ok' | 'future' | 'tooOld' {
  if (compare(momentRange(moment).from, addMs(now, FUTURE_MS)) > 0) return 'future';
  return moment.date < addDays(dateOf(now), -OLDEST_DAYS) ? 'tooOld' : 'ok';
}
