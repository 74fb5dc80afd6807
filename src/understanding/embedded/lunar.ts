import { addDays, weekdayOf } from '../../domain/calendar';

const CHINESE = new Intl.DateTimeFormat('en-u-ca-chinese', { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
/** A month of the Chinese calendar by its number; a leap month has none. */
interface LunarMonth {
  readonly month: number | undefined;
  readonly start: string;
  readonly days: number;
}
const years = new Map<number, readonly LunarMonth[]>();
const MAX_YEARS_KEPT = 8;

function lunarDay(date: string): { month: number | undefined; day: number } {
  const parts = CHINESE.formatToParts(new Date(`${date}T00:00:00Z`));
  const told = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const month = told('month');
  return { month: /^\d+$/.test(month) ? Number(month) : undefined, day: Number(told('day')) };
}

/** The months of one solar year; the first began in the year before, the last ends in the one after. */
function lunarYear(year: number): readonly LunarMonth[] {
  const known = years.get(year);
  if (known) return known;
  const months: LunarMonth[] = [];
  let start = addDays(`${year}-01-01`, 1 - lunarDay(`${year}-01-01`).day);
  while (start <= `${year}-12-31`) {
    const days = lunarDay(addDays(start, 29)).day === 1 ? 29 : 30;
    months.push({ month: lunarDay(start).month, start, days });
    start = addDays(start, days);
  }
  if (years.size >= MAX_YEARS_KEPT) years.clear();
  years.set(year, months);
  return months;
}

/** Solar date in `year` of a day of the Chinese calendar (农历); undefined when that day does not fall in it. */
export function solarOfLunar(year: number, month: number, day: number): string | undefined {
  return lunarYear(year)
    .filter((found) => found.month === month && day <= found.days)
    .map(({ start }) => addDays(start, day - 1))
    .find((date) => date.startsWith(String(year)));
}

/** 除夕: the day before 正月初一. */
function newYearsEve(year: number): string | undefined {
  const first = solarOfLunar(year, 1, 1);
  return first && addDays(first, -1);
}

/** 清明 of 2000–2099, by the usual formula of the solar term. */
function qingming(year: number): string {
  const short = year % 100;
  return `${year}-04-0${Math.floor(short * 0.2422 + 4.81) - Math.floor(short / 4)}`;
}

/** 母亲节: the second Sunday of May. */
const nthSunday = (month: number, nth: number) => (year: number) => {
  const first = `${year}-0${month}-01`;
  return addDays(first, ((7 - weekdayOf(first)) % 7) + 7 * (nth - 1));
};
const monthDay = (value: string) => (year: number) => `${year}-${value}`;
const lunar = (month: number, day: number) => (year: number) => solarOfLunar(year, month, day);

/** Day of a festival in a solar year, by what people call it. */
const FESTIVALS: readonly (readonly [RegExp, (year: number) => string | undefined])[] = [
  [/国庆|十一/, monthDay('10-01')],
  [/双十一|双11|光棍节/, monthDay('11-11')],
  [/双十二|双12/, monthDay('12-12')],
  [/618|六一八/, monthDay('06-18')],
  [/元旦/, monthDay('01-01')],
  [/五一|劳动节/, monthDay('05-01')],
  [/六一|儿童节/, monthDay('06-01')],
  [/三八|妇女节|女神节/, monthDay('03-08')],
  [/情人节|214/, monthDay('02-14')],
  [/520|五二零/, monthDay('05-20')],
  [/教师节/, monthDay('09-10')],
  [/植树节/, monthDay('03-12')],
  [/青年节/, monthDay('05-04')],
  [/建党节/, monthDay('07-01')],
  [/建军节/, monthDay('08-01')],
  [/万圣节/, monthDay('10-31')],
  [/母亲节/, nthSunday(5, 2)],
  [/父亲节/, nthSunday(6, 3)],
  [/平安夜/, monthDay('12-24')],
  [/圣诞/, monthDay('12-25')],
  [/冬至/, monthDay('12-22')],
  [/跨年/, monthDay('12-31')],
  [/清明/, qingming],
  [/除夕|年三十|年夜饭/, newYearsEve],
  [/元宵/, lunar(1, 15)],
  [/春节|大年初一/, lunar(1, 1)],
  [/端午/, lunar(5, 5)],
  [/七夕/, lunar(7, 7)],
  [/中秋|八月十五/, lunar(8, 15)],
  [/重阳/, lunar(9, 9)],
  [/腊八/, lunar(12, 8)],
  [/小年/, lunar(12, 23)],
];
const LONGER_FIRST = [...FESTIVALS].sort((a, b) => b[0].source.length - a[0].source.length);

const SOON_DAYS = 14;
const LONG_AGO_DAYS = 180;

/**
 * Latest day not after `today` on which something that happens once a year fell. Undefined when that is long ago and the next one
 * is near: who says 端午 a week before it hardly means last year's.
 */
export function latestYearly(dayOf: (year: number) => string | undefined, today: string): string | undefined {
  const year = Number(today.slice(0, 4));
  const days = [year + 1, year, year - 1, year - 2].map(dayOf);
  const past = days.find((date) => date !== undefined && date <= today);
  const soon = days.some((date) => date !== undefined && date > today && date <= addDays(today, SOON_DAYS));
  return soon && past !== undefined && past < addDays(today, -LONG_AGO_DAYS) ? undefined : past;
}

/** Latest day not after `today` of the festival named in `words` (国庆, 中秋, 除夕 …). */
export function latestFestival(words: string, today: string): string | undefined {
  const found = LONGER_FIRST.find(([name]) => new RegExp(`^(?:${name.source})`).test(words));
  return found && latestYearly(found[1], today);
}
