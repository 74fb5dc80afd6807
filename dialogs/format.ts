import { isTextKey, type Locale, type TextKey, text } from '../locales';
import { dateOf, timeOf, weekdayOf } from '../src/domain/calendar';
import type { CaseDraft } from '../src/domain/case';
import { formatFen } from '../src/domain/money';
import { ENUM_SLOTS, MONEY_SLOTS, type Moment, type SlotName, TIME_SLOTS } from '../src/domain/slots';
import { stepOf } from './steps';

/** 11月25日（周三）18:00 */
export function formatInstant(locale: Locale, iso: string): string {
  return text(locale, 'date.at', { ...dayParts(locale, dateOf(iso)), time: timeOf(iso).slice(0, 5) });
}

/** 11月25日（周三） */
export function formatDay(locale: Locale, date: string): string {
  return text(locale, 'date.day', dayParts(locale, date));
}

function dayParts(locale: Locale, date: string): Record<string, string | number> {
  const month = Number(date.slice(5, 7));
  const names = text(locale, 'date.months').split(' ');
  const weekday = text(locale, `date.weekdays.${weekdayOf(date)}` as TextKey);
  return { month: names[month - 1] ?? month, day: Number(date.slice(8, 10)), weekday };
}

/** A moment as it was told: with the hour when one is known, else the part of the day or the date alone. */
export function formatMoment(locale: Locale, moment: Moment): string {
  const day = formatDay(locale, moment.date);
  if (moment.time) return text(locale, 'date.moment', { day, time: moment.time });
  return moment.part ? text(locale, 'date.moment', { day, time: text(locale, `date.parts.${moment.part}`) }) : day;
}

/** A known value in words. */
export function formatValue(locale: Locale, slot: SlotName, value: unknown): string {
  if ((MONEY_SLOTS as readonly SlotName[]).includes(slot)) return formatFen(value as number);
  if ((TIME_SLOTS as readonly SlotName[]).includes(slot)) return formatMoment(locale, value as Moment);
  if (slot === 'feeRate') return `${(value as number) / 100}%`;
  const key = `${stepOf(slot)}.${slot}.choices.${value}`;
  return (slot in ENUM_SLOTS || slot === 'feeName') && isTextKey(key) ? text(locale, key) : String(value);
}

/** Facts worth reading back, in the order of a recap. */
export const RECAP: readonly SlotName[] = [
  'amount',
  'txTime',
  'payMethod',
  'txStatus',
  'settleProduct',
  'payoutStatus',
  'netAmount',
  'feeName',
  'feeRate',
  'feeTime',
  'refundTime',
  'refundMethod',
  'cardLast4',
  'settleCardLast4',
  'merchantNo',
  'rrn',
  'orderNo',
  'merchantOrderNo',
  'issuerName',
];

/** 「金额 ¥1,680.00，交易时间 3月3日（周二）14:20」 of the given slots that are known. */
export function recapOf(locale: Locale, draft: CaseDraft, slots: readonly SlotName[] = RECAP): string {
  const items = slots.flatMap((slot) => {
    const fact = draft.facts[slot];
    const name = `slot.${slot}`;
    if (!fact || fact.value === 'unknown' || !isTextKey(name)) return [];
    return [text(locale, 'talk.item', { name: text(locale, name), value: formatValue(locale, slot, fact.value) })];
  });
  return items.join(text(locale, 'talk.separator'));
}
