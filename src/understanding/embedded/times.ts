import { addDays, addMs, dateOf, MINUTE_MS } from '../../domain/calendar';
import type { Moment, PartOfDay } from '../../domain/slots';
import { type ClockToken, findClocks, findParts, type PartToken } from './clocks';
import { type DateToken, findDates } from './dates';
import { instants, type TimeMention } from './instants';

export interface TimeOptions {
  /** ISO +08:00 */
  readonly now: string;
  /** A time was asked for: a bare 三点 or 下午 counts. */
  readonly asked: boolean;
}

interface Group {
  start: number;
  end: number;
  day?: DateToken;
  part?: PartToken;
  clock?: ClockToken;
}

const GLUE = /^[ ,、的在于是约大概差不多可能应该好像就快那会儿吧呢啊嗯呃时候当天(（)）~-]{0,5}$/;
const ENGLISH_GLUE = /^[ ,]*(?:at|in|on|the|around|about|of|in the|at about|at around)?[ ,]*$/;
const glued = (gap: string): boolean => GLUE.test(gap) || ENGLISH_GLUE.test(gap);

type Token =
  | { readonly kind: 'day'; readonly token: DateToken }
  | { readonly kind: 'part'; readonly token: PartToken }
  | { readonly kind: 'clock'; readonly token: ClockToken };

/** Puts neighbouring day, part of the day and clock together, in any order, each at most once. */
function group(text: string, tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  for (const [at, next] of tokens.entries()) {
    const last = groups.at(-1);
    const near = last && glued(text.slice(last.end, next.token.start));
    const target =
      near && (joins(last, next, text) || trails(last, next, tokens[at + 1], text))
        ? last
        : { start: next.token.start, end: next.token.end };
    if (target !== last) groups.push(target);
    target.end = next.token.end;
    if (next.kind === 'day') target.day = preferred(target.day, next.token);
    if (next.kind === 'part') target.part = next.token;
    if (next.kind === 'clock') target.clock = next.token;
  }
  return groups;
}

/** Between the hours of a list, be it with the sum of each: 上午10点500、11点600. */
const AND = /^(?:\d[\d.]{1,7}[块元]?)?[ ,]*(?:跟|和|与|及|还有|、|,|以及|and)[ ,]*$/;

/** 昨天晚上11点10分和11点40: the second hour is of the same evening; 上午11点和2点: only of the same day. */
function carried(groups: readonly Group[], text: string): Group[] {
  const done: Group[] = [];
  for (const found of groups) {
    const before = done.at(-1);
    const bare = found.clock !== undefined && !found.day && !found.part && !found.clock.half;
    const listed = bare && before?.clock !== undefined && AND.test(text.slice(before.end, found.start));
    const day = listed && before.day ? { day: before.day } : {};
    const part = listed && before.part && (found.clock?.hour ?? 0) >= (before.clock?.hour ?? 0) ? { part: before.part } : {};
    done.push({ ...found, ...day, ...part });
  }
  return done;
}

function joins(last: Group, next: Token, text: string): boolean {
  if (next.kind === 'clock') return last.clock === undefined;
  if (next.kind === 'part') return last.part === undefined && (last.clock === undefined || /[a-z]/.test(text.charAt(next.token.start)));
  const latin = /[a-z]/.test(text.charAt(next.token.start));
  if (last.day === undefined) return latin || (last.clock === undefined && last.part === undefined);
  const gap = text.slice(last.end, next.token.start);
  return last.clock === undefined && last.part === undefined && last.day.calendar !== next.token.calendar && /^[ (（,]{0,2}$/.test(gap);
}

/** 晚上八点, 8号 · 十一点半，晚上: a day or part right after the hour, with no hour of its own. */
function trails(last: Group, next: Token, following: Token | undefined, text: string): boolean {
  if (
    next.kind === 'clock' ||
    (next.kind === 'day' ? last.day : last.part) !== undefined ||
    !/^[ ,]{0,2}$/.test(text.slice(last.end, next.token.start))
  )
    return false;
  return !following || following.kind === 'day' || !glued(text.slice(next.token.end, following.token.start));
}

const preferred = (a: DateToken | undefined, b: DateToken): DateToken =>
  a?.calendar ? { ...a, ...(b.evening ? { evening: true } : {}) } : b;

interface Placed {
  readonly hour: number;
  readonly minute: number;
  /** Days to add: 昨晚十二点 is the next day. */
  readonly days: number;
}

/** Hour of the day from what was said. A bare 1–6 is the afternoon, as in a shop. */
function place(clock: ClockToken, part: PartToken | undefined): Placed {
  const { hour, minute } = clock;
  const at = (value: number): Placed => (value >= 24 ? { hour: value - 24, minute, days: 1 } : { hour: value, minute, days: 0 });
  if (clock.half) return at((hour % 12) + (clock.half === 'pm' ? 12 : 0));
  if (hour > 12 && hour < 24) return at(hour);
  if (part) return at(hourInPart(hour, part));
  if (!clock.exact && hour >= 1 && hour <= 6) return at(hour + 12);
  return at(hour);
}

function hourInPart(hour: number, part: PartToken): number {
  const late: Record<PartOfDay, number> = {
    dawn: hour % 12,
    morning: hour,
    noon: hour < 6 ? hour + 12 : hour,
    afternoon: hour < 12 ? hour + 12 : hour,
    evening: lateHour(hour),
    night: lateHour(hour),
  };
  return late[part.part];
}

/** 晚上八点 20, 晚上十二点 24; 晚上/半夜一点 stays 1 and moves to the next day in `resolve`. */
function lateHour(hour: number): number {
  if (hour === 0) return 24;
  return hour >= 5 && hour <= 12 ? hour + 12 : hour;
}

const clockText = (hour: number, minute: number): string => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
const isAhead = (date: string, time: string, now: string): boolean => `${date}T${time}` > addMs(now, 5 * MINUTE_MS).slice(0, 16);

const EVENING: PartToken = { start: 0, end: 0, part: 'evening', nightOf: true };

/** 周六中午 said on a Saturday afternoon is of today. */
function onToday(found: Group, today: string, now: string): DateToken | undefined {
  const { day, part, clock } = found;
  if (!day?.orToday || (!part && !clock)) return day;
  const { hour, minute } = clock ? place(clock, part) : { hour: Number(PART_BEGINS[part?.part ?? 'dawn'].slice(0, 2)), minute: 0 };
  return isAhead(today, clockText(hour, minute), now) ? day : { ...day, date: today };
}

interface Resolution {
  readonly moment?: Moment;
  readonly ambiguousHour?: boolean;
  readonly dateAssumed?: boolean;
  readonly future?: boolean;
}

function resolve(found: Group, options: TimeOptions): Resolution {
  const today = dateOf(options.now);
  if (found.day && found.day.date === undefined) return {};
  if (!found.clock) return dayOnly(found, today, options.now);
  const { clock } = found;
  const day = onToday(found, today, options.now);
  const part = found.part ?? (day?.evening ? EVENING : undefined);
  if (clock.hour === 12 && !clock.exact && !clock.half && !part) return twelve(day, clock, options);
  const placed = place(clock, part);
  const nightRolls = part?.nightOf === true && placed.days === 0 && placed.hour < 5 && day !== undefined && rolls(part);
  const time = clockText(placed.hour, placed.minute);
  if (day?.date) {
    const date = addDays(day.date, placed.days + (nightRolls ? 1 : 0));
    if (!isAhead(date, time, options.now)) return { moment: { date, time } };
    const early = clockText(clock.hour % 24, clock.minute);
    if (!part && !clock.half && early < time && !isAhead(day.date, early, options.now)) return { moment: { date: day.date, time: early } };
    if (part?.nightOf && day.date === today && !isAhead(addDays(date, -1), time, options.now) && placed.hour < 5)
      return { moment: { date: addDays(date, -1), time } };
    return { moment: { date, time }, future: true };
  }
  const date = isAhead(today, time, options.now) ? addDays(today, -1) : today;
  return { moment: { date, time }, dateAssumed: true };
}

/** 晚上 rolls over midnight; 半夜 is said of the date itself. */
const rolls = (part: PartToken): boolean => part.part === 'evening';

/** 12点 alone: noon or midnight must be asked, unless noon still lies ahead. */
function twelve(day: DateToken | undefined, clock: ClockToken, options: TimeOptions): Resolution {
  const today = dateOf(options.now);
  const date = day?.date ?? today;
  if (isAhead(date, clockText(12, clock.minute), options.now)) {
    if (day) return { moment: { date, time: clockText(0, clock.minute) } };
    return { moment: { date }, ambiguousHour: true, dateAssumed: true };
  }
  return { moment: { date }, ambiguousHour: true, ...(day ? {} : { dateAssumed: true }) };
}

const PART_BEGINS: Record<PartOfDay, string> = {
  dawn: '00:00',
  morning: '06:00',
  noon: '11:00',
  afternoon: '12:00',
  evening: '18:00',
  night: '22:00',
};

function dayOnly(group: Group, today: string, now: string): Resolution {
  const day = onToday(group, today, now);
  const found = { ...group, ...(day ? { day } : {}) };
  const part = found.part?.part ?? (found.day?.evening ? 'evening' : undefined);
  if (found.day?.date) {
    if (isAhead(found.day.date, part ? PART_BEGINS[part] : '00:00', now))
      return { moment: { date: found.day.date, ...(part ? { part } : {}) }, future: true };
    return { moment: { date: found.day.date, ...(part ? { part } : {}) } };
  }
  if (!part) return {};
  const date = isAhead(today, PART_BEGINS[part], now) ? addDays(today, -1) : today;
  return { moment: { date, part }, dateAssumed: true };
}

const ABOUT_BEFORE = /(?:大概|大约|约莫|差不多|可能是|好像是|应该是|around|about)\s?(?:是|在)?$/;
const ABOUT_AFTER = /^\s?(?:左右|前后|上下|的样子|那会儿?|那阵|吧大概)/;

/** Days, parts and hours read of one message. */
const MAX_TOKENS = 80;

/** Times in `text`, in order; at most one a place. Wall clock of Asia/Shanghai. */
export function findTimes(text: string, options: TimeOptions): TimeMention[] {
  const fixed = instants(text, options.now);
  const free = (token: { start: number; end: number }) => !fixed.some((mention) => token.start < mention.end && mention.start < token.end);
  const tokens: Token[] = [
    ...findDates(text, dateOf(options.now)).map((token): Token => ({ kind: 'day', token })),
    ...findParts(text).map((token): Token => ({ kind: 'part', token })),
    ...findClocks(text).map((token): Token => ({ kind: 'clock', token })),
  ].filter(({ token }) => free(token));
  tokens.sort((a, b) => a.token.start - b.token.start);
  tokens.splice(MAX_TOKENS);
  const groups = carried(group(text, tokens), text).filter((found) => keep(found, text, options.asked));
  const mentions = groups.map((found): TimeMention => {
    const resolution = resolve(found, options);
    const approx =
      (found.clock?.approx ?? false) ||
      (found.day?.approx ?? false) ||
      ABOUT_BEFORE.test(text.slice(Math.max(0, found.start - 6), found.start)) ||
      ABOUT_AFTER.test(text.slice(found.end, found.end + 5));
    return {
      start: found.start,
      end: found.end,
      text: text.slice(found.start, found.end),
      moment: resolution.moment,
      approx,
      dateAssumed: resolution.dateAssumed ?? false,
      ambiguousHour: resolution.ambiguousHour ?? false,
      future: resolution.future ?? false,
    };
  });
  return merge(mentions, fixed, text);
}

/** 早上刷的800: a part of the day with a sale. */
const SALE_FOLLOWS =
  /^(?:的时候|那会儿?)?[ ,]?(?:我|顾客|客人|他|她|有人|有个[^,]{0,3}|又|就)?(?:刷|收(?!到)|付|扫|买|卖|消费|的?(?:那|这)(?:一)?(?:笔|单|桌|次|个客)|\d{2,6}(?![点:时\d]))/;

/** A weak hour or a lone part of the day counts only when a time was asked. */
function keep(found: Group, text: string, asked: boolean): boolean {
  if (asked || found.day) return true;
  if (found.part && SALE_FOLLOWS.test(text.slice(found.end, found.end + 10))) return true;
  return found.clock !== undefined && (!found.clock.weak || found.part !== undefined);
}

/** 刚才三点半 is 三点半 of today: the clock wins over 刚才 beside it. */
function merge(mentions: readonly TimeMention[], fixed: readonly TimeMention[], text: string): TimeMention[] {
  const loose = fixed.filter(
    (just) =>
      !mentions.some(
        (mention) => mention.start >= just.end && glued(text.slice(just.end, mention.start)) && mention.moment?.time !== undefined,
      ),
  );
  return [...mentions, ...loose].sort((a, b) => a.start - b.start);
}
