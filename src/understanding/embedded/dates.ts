import { addDays } from '../../domain/calendar';
import { dayOf, dayOfMonth, daysBack, type Groups, lastOfMonth, monthAndDay, numberOf, WEEKDAYS, weekday } from './days';
import { firstMatches } from './found';
import { latestFestival, latestYearly, solarOfLunar } from './lunar';
import { smallNumber } from './numerals';

/** A day named in the text. `date` undefined: a day was meant but which is not known (前几天, 国庆期间). */
export interface DateToken {
  readonly start: number;
  readonly end: number;
  readonly date: string | undefined;
  /** Written with month or day of the month; wins over a weekday or festival beside it. */
  readonly calendar: boolean;
  readonly approx?: boolean;
  /** Named as an evening: 平安夜, 国庆前一晚. */
  readonly evening?: boolean;
  /** A weekday that is also today's: with an hour that is past, today is meant. */
  readonly orToday?: boolean;
}

const N = '(?:\\d{1,3}|[一二两三四五六七八九十廿]{1,3})';
const DAY =
  '(?:3[01]|[12]\\d|0?[1-9]|三十一|三十|廿[一二三四五六七八九]?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二两三四五六七八九])';
const MONTH = '(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])';
const TIME_FOLLOWS =
  '(?=[ ,]{0,2}(?:\\d{1,2}[:点时]|上午|下午|晚|早|中午|凌晨|半夜|夜里|傍晚|那天|当天|刷|扫|付|收|买|消费|转|的那|有一笔|这天))';

type Resolve = (groups: Groups, today: string, whole: string) => string | undefined;
interface Rule {
  readonly pattern: RegExp;
  readonly resolve: Resolve;
  readonly calendar?: boolean;
  readonly approx?: boolean;
}

const ENGLISH_MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ENGLISH_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const ENGLISH_COUNT: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  ten: 10,
};
const englishCount = (words: string | undefined): number => ENGLISH_COUNT[words ?? ''] ?? Number(words);
const EN_MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const EN_DAY = 'mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?';

const englishDate: Resolve = (groups, today) => {
  const month = ENGLISH_MONTHS.indexOf((groups.m ?? '').slice(0, 3)) + 1;
  const year = groups.y;
  const day = Number(groups.d);
  return year ? dayOf(Number(year), month, day) : latestYearly((candidate) => dayOf(candidate, month, day), today);
};
const shifted =
  (days: number): Resolve =>
  (_groups, today) =>
    addDays(today, days);
const unknown: Resolve = () => undefined;

/** Days after a festival's first day: 第二天, 后一天; before: 前一天, 头天. */
function festivalShift(words: string): number {
  if (/前[一1]?[天晚]|头天|前夕/.test(words)) return -1;
  const nth = words.match(/第(.)天/)?.[1];
  if (nth) return (smallNumber(nth) ?? 1) - 1;
  return /后[一1]天|次日/.test(words) ? 1 : 0;
}

const LONG_FESTIVAL = '国庆|春节';
const FESTIVAL_NAMES =
  '双十[一二]|双1[12]|光棍节|元旦|劳动节|儿童节|妇女节|女神节|情人节|教师节|植树节|青年节|建党节|建军节|万圣节|母亲节|父亲节|平安夜|圣诞|冬至|跨年|清明|除夕|(?:大年|年)三十|大年初一|元宵|端午|七夕|中秋|重阳|腊八|小年';
const NEEDS_DAY = '十一|五一|六一|三八|618|520';
const SHIFT = '(?<shift>(?:放?假)?的?(?:前[一1]?[天晚]|头天|前夕|后[一1]天|次日|第[一二三四五六七]天))?';
const VAGUE_FESTIVAL =
  '(?:节|节日)?的?(?:期间|假期|[两三四五六七几这]+天|放假|长假|前后|那几天|前几天|前(?![一1天])|之前|以前|后(?![一1])|之后|以后|左右)';
const festival: Resolve = (groups, today) => {
  const date = latestFestival((groups.f ?? '').replace(/^大?年三十/, '除夕'), today);
  return date && addDays(date, festivalShift(groups.shift ?? ''));
};

const RULES: readonly Rule[] = [
  {
    pattern: /(?<!\d)(?<y>20\d\d|\d\d(?=年))\s?[-/.年]\s?(?<m>1[0-2]|0?[1-9])\s?[-/.月]\s?(?<d>3[01]|[12]\d|0?[1-9])\s?[日号]?(?!\d)/g,
    resolve: monthAndDay,
    calendar: true,
  },
  { pattern: /(?<!\d)(?<y>20[2-9]\d)(?<m>1[0-2]|0[1-9])(?<d>3[01]|[12]\d|0[1-9])(?!\d)/g, resolve: monthAndDay, calendar: true },
  {
    pattern: new RegExp(
      `(?<!\\d|\\d年)(?<y>去年|今年)?的?(?<m>${MONTH})月份?的?\\s?(?<d>${DAY})(?:[日号]|(?![\\d一二三四五六七八九十.点:百千万块元笔个]))`,
      'g',
    ),
    resolve: monthAndDay,
    calendar: true,
  },
  {
    pattern: new RegExp(
      `(?<![\\d.a-z¥])(?<m>1[0-2]|0?[1-9])[./-](?<d>3[01]|[12]\\d|0?[1-9])(?:[日号](?![\\d])|(?![\\d.:])${TIME_FOLLOWS})`,
      'g',
    ),
    resolve: monthAndDay,
    calendar: true,
  },
  {
    pattern:
      /(?<![\d.:/-])(?<m>0[1-9]|1[0-2])(?<d>3[01]|[12]\d|0[1-9])(?=[ ,]{0,2}(?:\d{1,2}[:点]|[一二三四五六七八九十]{1,3}点|上午|下午|晚上|中午|早上|凌晨))/g,
    resolve: monthAndDay,
    calendar: true,
  },
  { pattern: /(?<![\d./a-z-])(?<m>1[0-2]|0?[1-9])\/(?<d>3[01]|[12]\d|0?[1-9])(?![\d./])/g, resolve: monthAndDay, calendar: true },
  {
    pattern: new RegExp(`(?<![\\d./a-z-])(?<d>3[01]|2\\d|1[3-9])\\/(?<m>1[0-2]|0?[1-9])(?![\\d./])${TIME_FOLLOWS}`, 'g'),
    resolve: monthAndDay,
    calendar: true,
  },
  {
    pattern: new RegExp(`(?:(?<m>${MONTH})月份?|(?<last>上个?月))的?最后一天`, 'g'),
    resolve: (g, today) => lastOfMonth(g.last ? undefined : numberOf(g.m), today),
    calendar: true,
  },
  {
    pattern: new RegExp(
      `(?<month>上上个?月|上个?月|这个?月|本月|当月)?的?(?<![\\d一二三四五六七八九十尾单百千万.:点第]|[\\d一二三四五六七八九十]月)(?<d>${DAY})\\s?(?:号|日)(?!\\d{3}|\\d{1,2}(?![\\d点:时])|[机店线楼柜码员终台门桌店铺])`,
      'g',
    ),
    resolve: dayOfMonth,
    calendar: true,
  },
  {
    pattern: new RegExp(
      `(?:农历|阴历)的?(?<m>正|腊|冬|${MONTH})月初?(?<d>${DAY})|(?<m2>${MONTH})月初(?<d2>[一二三四五六七八九十])(?![百千万])`,
      'g',
    ),
    resolve: (g, today) => latestYearly((year) => solarOfLunar(year, lunarMonth(g.m ?? g.m2), numberOf(g.d ?? g.d2)), today),
    calendar: true,
  },
  {
    pattern: new RegExp(`(?<m>正|腊)月初?(?<d>${DAY})`, 'g'),
    resolve: (g, today) => latestYearly((year) => solarOfLunar(year, lunarMonth(g.m), numberOf(g.d)), today),
    calendar: true,
  },
  {
    pattern: /(?:大年|年)初(?<d>[一二三四五六七八九十])|(?<!月)初(?<e>[一二三四五六七八九十])(?=那天|当天|晚上|上午|下午|早上|中午|,)/g,
    resolve: (g, today) => latestYearly((year) => solarOfLunar(year, 1, numberOf(g.d ?? g.e)), today),
    calendar: true,
  },
  { pattern: /大大前[天日]/g, resolve: shifted(-4) },
  { pattern: /(?<!大)大前[天日]/g, resolve: shifted(-3) },
  { pattern: /(?<![大目之以])前[天日](?!数)|前(?=[晚夜])(?<![之以])/g, resolve: shifted(-2) },
  { pattern: /昨[天日]|昨(?=[晚早夜上下中凌半傍]|$)/g, resolve: shifted(-1) },
  { pattern: /今[天日](?!头条)|今(?=[晚早晨])|(?:就是|就在)?当天(?=[刷扫付收])/g, resolve: shifted(0) },
  { pattern: /明[天日]|明(?=[晚早])/g, resolve: shifted(1) },
  { pattern: /(?<![然之以今往最])后[天日]/g, resolve: shifted(2) },
  {
    pattern: /(?<w>(?:大上|上上|上|这|本|下)(?:一?个)?)?周(?<d>[一二三四五六日天]|[1-7](?!\d))(?![天年月周笔单个直共])/g,
    resolve: (g, today) => weekday((g.w ?? '').replace(/一?个/, ''), WEEKDAYS[g.d ?? ''] ?? 1, today),
  },
  { pattern: /(?:上上|上|这|本|下)?(?:一?个)?周末/g, resolve: unknown },
  { pattern: new RegExp(`(?<![第前后])(?<n>${N})\\s?(?:天|日)(?:之|以)?前`, 'g'), resolve: (g, today) => daysBack(today, numberOf(g.n)) },
  { pattern: new RegExp(`(?<n>${N})\\s?个?周(?:之|以)?前`, 'g'), resolve: (g, today) => daysBack(today, 7 * numberOf(g.n)), approx: true },
  { pattern: /半个?月(?:之|以)?前/g, resolve: shifted(-15), approx: true },
  {
    pattern:
      /前(?:几|两|二|三|些|好几)天|(?:好几|几|十几|十来)天(?:之|以)?前|前段时间|前阵子|前不久|上个?月(?!的?\s?[\d一二三四五六七八九十])|上周(?![一二三四五六日天\d末])/g,
    resolve: unknown,
  },
  { pattern: new RegExp(`(?:${LONG_FESTIVAL}|${FESTIVAL_NAMES}|${NEEDS_DAY})${VAGUE_FESTIVAL}`, 'g'), resolve: unknown },
  {
    pattern: new RegExp(`(?<f>${FESTIVAL_NAMES}|${LONG_FESTIVAL})节?(?:${SHIFT})(?:那[天日晚]|当[天日晚]|夜|(?<![夜晚])晚(?!上|间))?`, 'g'),
    resolve: festival,
  },
  {
    pattern: new RegExp(
      `(?<f>${NEEDS_DAY})(?=节|那|当|的?前一?天|第|晚上|早上|上午|下午|中午|凌晨|刷|劳动|国庆)节?(?:${SHIFT})(?:那天|当天)?`,
      'g',
    ),
    resolve: festival,
  },
  { pattern: /\bday before yesterday\b/g, resolve: shifted(-2) },
  { pattern: /\byesterday\b|\blast (?=night|evening)/g, resolve: shifted(-1) },
  { pattern: /\btoday\b|\bthis (?=morning|afternoon|evening)|\btonight\b/g, resolve: shifted(0) },
  { pattern: /\btomorrow\b/g, resolve: shifted(1) },
  { pattern: new RegExp(`\\b(?:(?<w>last|this|next) |on )?(?<d>${EN_DAY})\\b`, 'g'), resolve: englishWeekday },
  {
    pattern: new RegExp(`\\b(?<m>${EN_MONTH})\\.? (?<d>[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?\\b(?:,? (?<y>20\\d\\d))?`, 'g'),
    resolve: englishDate,
    calendar: true,
  },
  {
    pattern: new RegExp(`\\b(?<d>[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?: of)? (?<m>${EN_MONTH})\\b(?:,? (?<y>20\\d\\d))?`, 'g'),
    resolve: englishDate,
    calendar: true,
  },
  {
    pattern: /\b(?<n>\d{1,2}|an?|one|two|three|four|five|six|seven|ten) days? ago\b/g,
    resolve: (g, today) => daysBack(today, englishCount(g.n)),
  },
  {
    pattern: /\b(?<n>\d{1,2}|an?|one|two|three) weeks? ago\b/g,
    resolve: (g, today) => daysBack(today, 7 * englishCount(g.n)),
    approx: true,
  },
];

function lunarMonth(words: string | undefined): number {
  if (words === '正') return 1;
  if (words === '冬') return 11;
  return words === '腊' ? 12 : numberOf(words);
}

function englishWeekday(groups: Groups, today: string): string | undefined {
  const target = ENGLISH_DAYS.indexOf((groups.d ?? '').slice(0, 3)) + 1;
  const which = groups.w;
  if (which === 'next') return weekday('下', target, today);
  if (which === 'this') return weekday('这', target, today);
  return weekday('', target, today);
}

/** Words that are days by themselves, English names that are also words (sun, sat, may, mar) left to their context. */
const WORDS_TOO = /^(?:sun|sat|wed|mar|may)$/;

/** Days named in `text`, in order, without overlaps. `today` is the date in Shanghai. */
export function findDates(text: string, today: string): DateToken[] {
  const found: DateToken[] = [];
  for (const rule of RULES) {
    for (const match of firstMatches(text, rule.pattern)) {
      if (WORDS_TOO.test(match[0])) continue;
      const date = rule.resolve(match.groups ?? {}, today, match[0]);
      found.push({
        start: match.index,
        end: match.index + match[0].length,
        date,
        calendar: rule.calendar ?? false,
        ...(rule.approx ? { approx: true } : {}),
        ...(/[夜晚]$/.test(match[0]) ? { evening: true } : {}),
        ...(/^周/.test(match[0]) && date === addDays(today, -7) ? { orToday: true } : {}),
      });
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: DateToken[] = [];
  for (const token of found) if (token.start >= (kept.at(-1)?.end ?? 0)) kept.push(token);
  return kept;
}
