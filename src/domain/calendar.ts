import type { Moment, PartOfDay } from './slots';

/**
 * The only place that computes with dates. Dates are YYYY-MM-DD and instants `YYYY-MM-DDTHH:MM:SS+08:00`, both of Asia/Shanghai
 * (no daylight saving time), so both sort as text. Source: docs/domain.md §5.
 */

/** Working days of one or more years (节假日与调休). A year without an entry is answered by `isWorkday` from weekends and fixed holidays. */
export interface Calendar {
  readonly years: ReadonlySet<number>;
  readonly off: ReadonlySet<string>;
  readonly makeup: ReadonlySet<string>;
}

/** Whether a make-up workday (调休上班日) counts as a working day; true when left out. */
export interface WorkdayRule {
  readonly makeupWorkdayCounts?: boolean;
}

/** Hours in which people answer. `days: 'every'` ignores the calendar. */
export interface ServiceHours {
  readonly days: 'workday' | 'every';
  /** HH:MM */
  readonly from: string;
  /** HH:MM, up to 24:00. */
  readonly to: string;
}

export interface Interval {
  readonly from: string;
  /** Inclusive. */
  readonly to: string;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAY_S = 86_400;
const OFFSET_MS = 8 * HOUR_MS;
const ZONE = '+08:00';

/** Off in every year, whatever the yearly notice says (month-day). */
const FIXED_OFF = new Set(['01-01', '05-01', '05-02', '10-01', '10-02', '10-03']);

/** Start and end of each part of the day in minutes after midnight; `night` runs into the next day. Source: slots.ts. */
const PART_MINUTES: Record<PartOfDay, readonly [number, number]> = {
  dawn: [0, 360],
  morning: [360, 720],
  noon: [660, 840],
  afternoon: [720, 1080],
  evening: [1080, 1440],
  night: [1320, 1620],
};

/** Dates met so far as days since 1970-01-01, and back: a conversation moves among a few dozen, and parsing one costs more than all else here. */
const dayByDate = new Map<string, number>();
const dateByDay = new Map<number, string>();
const MOST_DATES = 4000;

/** Days from 1970-01-01 to a date; NaN when it is none. */
function dayOf(date: string): number {
  const known = dayByDate.get(date);
  if (known !== undefined) return known;
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isNaN(day) && dayByDate.size < MOST_DATES) dayByDate.set(date, day);
  return day;
}

/** Throws RangeError for NaN and for what no Date can hold. */
function dateAt(day: number): string {
  const known = dateByDay.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  if (dateByDay.size < MOST_DATES) dateByDay.set(day, date);
  return date;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
/** `HH:MM:SS` of seconds after midnight. */
function clockAt(seconds: number): string {
  return `${TWO_DIGITS[Math.floor(seconds / 3600)]}:${TWO_DIGITS[Math.floor(seconds / 60) % 60]}:${TWO_DIGITS[seconds % 60]}`;
}

/** Milliseconds since the epoch of an ISO instant that names its offset. Throws RangeError on anything else. */
export function epochMs(iso: string): number {
  const seconds = ourSeconds(iso);
  const ours = seconds === undefined ? Number.NaN : dayOf(iso.slice(0, 10)) * DAY_MS + seconds * 1000 - OFFSET_MS;
  if (!Number.isNaN(ours)) return ours;
  const ms = /(?:Z|[+-]\d\d:\d\d)$/.test(iso) ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError('not an ISO instant with an offset');
  return ms;
}

/** Seconds after midnight of an instant in our own form, to the second and +08:00, which nearly every instant has; undefined for any other. */
function ourSeconds(iso: string): number | undefined {
  if (iso.length !== 25 || iso[10] !== 'T' || iso[13] !== ':' || iso[16] !== ':' || !iso.endsWith(ZONE)) return undefined;
  const [h, m, s] = [twoDigits(iso, 11), twoDigits(iso, 14), twoDigits(iso, 17)];
  return h < 24 && m < 60 && s < 60 ? h * 3600 + m * 60 + s : undefined;
}

/** The number of two digits; NaN when they are none. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The instant as ISO +08:00 to the second. */
export function isoOf(ms: number): string {
  const local = Math.floor((ms + OFFSET_MS) / 1000);
  const day = Math.floor(local / DAY_S);
  return `${dateAt(day)}T${clockAt(local - day * DAY_S)}${ZONE}`;
}

/** Any ISO instant with an offset → the same instant written +08:00. */
export function normalizeIso(iso: string): string {
  return isoOf(epochMs(iso));
}

/** Date of an instant in Asia/Shanghai. */
export function dateOf(iso: string): string {
  return dateAt(Math.floor((epochMs(iso) + OFFSET_MS) / DAY_MS));
}

/** HH:MM:SS of an instant in Asia/Shanghai; compares as text with HH:MM. */
export function timeOf(iso: string): string {
  return normalizeIso(iso).slice(11, 19);
}

/** True for a YYYY-MM-DD that exists. */
export function isDate(date: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return false;
  const day = dayOf(date);
  return !Number.isNaN(day) && dateAt(day) === date;
}

/** The instant of a date and HH:MM[:SS]; 24:00 is the next midnight. */
export function at(date: string, time: string): string {
  const [h = '0', m = '0', s = '0'] = time.split(':');
  return isoOf(epochMs(`${date}T00:00:00${ZONE}`) + Number(h) * HOUR_MS + Number(m) * MINUTE_MS + Number(s) * 1000);
}

export function addDays(date: string, days: number): string {
  return dateAt(dayOf(date) + days);
}

export function addMs(iso: string, ms: number): string {
  return isoOf(epochMs(iso) + ms);
}

export function addHours(iso: string, hours: number): string {
  return addMs(iso, hours * HOUR_MS);
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compare(a: string, b: string): number {
  return epochMs(a) - epochMs(b);
}

/** 0 Sunday … 6 Saturday. */
export function weekdayOf(date: string): number {
  return (((dayOf(date) + 4) % 7) + 7) % 7;
}

export function isWorkday(date: string, calendar: Calendar, rule: WorkdayRule = {}): boolean {
  const weekend = weekdayOf(date) % 6 === 0;
  if (!calendar.years.has(Number(date.slice(0, 4)))) return !weekend && !FIXED_OFF.has(date.slice(5));
  if (calendar.makeup.has(date)) return rule.makeupWorkdayCounts ?? true;
  return !weekend && !calendar.off.has(date);
}

/** True when a year from `from` to `to` (dates) has no holiday file, so that working days in it are a guess. */
export function isProvisional(from: string, to: string, calendar: Calendar): boolean {
  for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year++) if (!calendar.years.has(year)) return true;
  return false;
}

/** First working day strictly after `date`. */
export function nextWorkday(date: string, calendar: Calendar, rule: WorkdayRule = {}): string {
  let day = addDays(date, 1);
  while (!isWorkday(day, calendar, rule)) day = addDays(day, 1);
  return day;
}

/** `date` itself when it is a working day, else the next one. */
export function workdayFrom(date: string, calendar: Calendar, rule: WorkdayRule = {}): string {
  return isWorkday(date, calendar, rule) ? date : nextWorkday(date, calendar, rule);
}

/** The n-th working day after `date`; n ≥ 0, and 0 is `date` itself. */
export function addWorkdays(date: string, n: number, calendar: Calendar, rule: WorkdayRule = {}): string {
  let day = date;
  for (let i = 0; i < n; i++) day = nextWorkday(day, calendar, rule);
  return day;
}

/** Working days d with from < d ≤ to (dates); 0 when `to` is not later. */
export function workdaysBetween(from: string, to: string, calendar: Calendar, rule: WorkdayRule = {}): number {
  let count = 0;
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) if (isWorkday(day, calendar, rule)) count++;
  return count;
}

/** Working days past `expectedBy` (逾期工作日): d with date(expectedBy) < d ≤ date(now). Source: docs/domain.md §4.5. */
export function overdueWorkdays(expectedBy: string, now: string, calendar: Calendar, rule: WorkdayRule = {}): number {
  return workdaysBetween(dateOf(expectedBy), dateOf(now), calendar, rule);
}

/**
 * What a spoken time may mean: a point for a clock time, the hours of a part of the day, else the whole day (both ends inclusive).
 * With `now`, the end is cut to `now` when the range has begun: a sale of today cannot be later than the message.
 */
export function momentRange(moment: Moment, now?: string): Interval {
  if (moment.time !== undefined) {
    const point = at(moment.date, moment.time);
    return { from: point, to: point };
  }
  const [start, end] = moment.part ? PART_MINUTES[moment.part] : [0, 1440];
  const midnight = at(moment.date, '00:00');
  const from = addMs(midnight, start * MINUTE_MS);
  const to = addMs(midnight, end * MINUTE_MS - 1000);
  if (now === undefined || compare(from, now) > 0 || compare(to, now) <= 0) return { from, to };
  return { from, to: normalizeIso(now) };
}

/** The instant of a moment; the start of its range when no clock time is known. */
export function toIso(moment: Moment): string {
  return momentRange(moment).from;
}

/** `now` when people are answering, else the instant they next start. */
export function nextServiceTime(now: string, hours: ServiceHours, calendar: Calendar): string {
  const date = dateOf(now);
  const serves = (day: string) => hours.days === 'every' || isWorkday(day, calendar);
  if (serves(date) && timeOf(now) < hours.from) return at(date, hours.from);
  if (serves(date) && timeOf(now) < hours.to) return normalizeIso(now);
  let day = addDays(date, 1);
  while (!serves(day)) day = addDays(day, 1);
  return at(day, hours.from);
}

/** `ms` of service time after `now`: the clock stands still outside the hours. */
export function addServiceMs(now: string, ms: number, hours: ServiceHours, calendar: Calendar): string {
  let start = nextServiceTime(now, hours, calendar);
  let left = ms;
  for (;;) {
    const today = epochMs(at(dateOf(start), hours.to)) - epochMs(start);
    if (left <= today) return addMs(start, left);
    left -= today;
    start = nextServiceTime(at(addDays(dateOf(start), 1), '00:00'), hours, calendar);
  }
}
