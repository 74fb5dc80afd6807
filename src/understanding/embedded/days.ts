import { addDays, isDate, weekdayOf } from '../../domain/calendar';
import { latestYearly } from './lunar';
import { smallNumber } from './numerals';

/** Named groups of a match. */
export type Groups = Readonly<Record<string, string | undefined>>;

const pad = (value: number): string => String(value).padStart(2, '0');
const RANGE = /^[一二两三四五六七八九]{2,}$/;
/** Value of a short numeral; NaN when it is none or a guess (三四天). */
export const numberOf = (words: string | undefined): number =>
  words === undefined || RANGE.test(words) ? Number.NaN : (smallNumber(words) ?? Number.NaN);
/** That many days before; undefined when the number is none. */
export const daysBack = (today: string, days: number): string | undefined => (Number.isFinite(days) ? addDays(today, -days) : undefined);

/** The day in that year, or undefined when there is no such day. */
export function dayOf(year: number, month: number, day: number): string | undefined {
  const date = `${year}-${pad(month)}-${pad(day)}`;
  return isDate(date) ? date : undefined;
}

/** 2月14日, 去年11月20号: without a year the latest past one. */
export function monthAndDay(groups: Groups, today: string): string | undefined {
  const month = numberOf(groups.m);
  const day = numberOf(groups.d);
  const year = groups.y;
  if (year === '去年') return dayOf(Number(today.slice(0, 4)) - 1, month, day);
  if (year === '今年') return dayOf(Number(today.slice(0, 4)), month, day);
  if (year) return dayOf(Number(year.length === 2 ? `20${year}` : year), month, day);
  return latestYearly((candidate) => dayOf(candidate, month, day), today) ?? comingDay(month, day, today);
}

/** 14号: the most recent one; 上个月14号, 这个月14号. */
/** A day a few days ahead, when last year's is not meant. */
function comingDay(month: number, day: number, today: string): string | undefined {
  const year = Number(today.slice(0, 4));
  return [year, year + 1].map((candidate) => dayOf(candidate, month, day)).find((date) => date !== undefined && date > today);
}

export function dayOfMonth(groups: Groups, today: string): string | undefined {
  const day = numberOf(groups.d);
  let year = Number(today.slice(0, 4));
  let month = Number(today.slice(5, 7));
  const step = () => {
    month -= 1;
    if (month === 0) [year, month] = [year - 1, 12];
  };
  const which = groups.month ?? '';
  if (/^上/.test(which)) {
    for (let times = which.startsWith('上上') ? 2 : 1; times > 0; times--) step();
    return dayOf(year, month, day);
  }
  if (which) return dayOf(year, month, day);
  for (let tries = 0; tries < 3; tries++, step()) {
    const date = dayOf(year, month, day);
    if (date !== undefined && date <= today) return date;
  }
  return undefined;
}

/** 一 … 日 (and 末, the Saturday) to 1 … 7. */
export const WEEKDAYS: Readonly<Record<string, number>> = {
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  日: 7,
  天: 7,
  末: 6,
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 6,
  7: 7,
};
const isoWeekday = (date: string): number => weekdayOf(date) || 7;

/** 周五: the latest before today; 这周五 of this week, 上周五 of the week before (weeks begin on Monday). */
export function weekday(which: string, target: number, today: string): string {
  const monday = addDays(today, 1 - isoWeekday(today));
  const weeks = which.replace('大上', '上上').split('上').length - 1;
  if (weeks > 0) return addDays(monday, target - 1 - 7 * weeks);
  if (which.startsWith('下')) return addDays(monday, target - 1 + 7);
  if (which) return addDays(monday, target - 1);
  const days = (isoWeekday(today) - target + 7) % 7;
  return addDays(today, -(days || 7));
}

/** The last day of a month that is past; of the month before when none is named. */
export function lastOfMonth(month: number | undefined, today: string): string | undefined {
  const first = month === undefined ? today.slice(0, 7) : nextMonth(month, today);
  return first && addDays(`${first}-01`, -1);
}

/** YYYY-MM of the month after the latest one of that number that has begun. */
function nextMonth(month: number, today: string): string | undefined {
  const began = latestYearly((year) => dayOf(year, month, 1), today);
  return began && addDays(began, 31).slice(0, 7);
}
