import type { PartOfDay } from '../../domain/slots';
import { anyOf } from './any-of';
import { firstMatches } from './found';
import { smallNumber } from './numerals';

/** A part of the day named in the text. */
export interface PartToken {
  readonly start: number;
  readonly end: number;
  readonly part: PartOfDay;
  /** 晚上, 夜里: hours after midnight belong to the next day when the day named is the one before (昨晚一点). */
  readonly nightOf: boolean;
}

/** A clock time as said, not yet placed in the day. */
export interface ClockToken {
  readonly start: number;
  readonly end: number;
  /** 0–24 as said. */
  readonly hour: number;
  readonly minute: number;
  /** Written with digits and a colon, two digits of hour: taken as a 24-hour clock. */
  readonly exact: boolean;
  readonly half?: 'am' | 'pm';
  readonly approx: boolean;
  /** A bare 「一点」「三点」 that counts as a time only beside a day, a part of the day, or when a time is asked. */
  readonly weak: boolean;
}

const PARTS: readonly (readonly [RegExp, PartOfDay, boolean])[] = [
  [/凌晨|今晨|后半夜/g, 'dawn', false],
  [
    /清早|大清早|清晨|早上|早晨|早间|一大早|一早|(?<=[今昨明前天日号周一二三四五六])早(?![就上晨间点已饭])|早(?=\s?\d{1,2}[点:时])|上午|\bmorning\b/g,
    'morning',
    false,
  ],
  [/中午|正午|午间|大中午|\bnoon\b|\blunch ?time\b|\bmidday\b/g, 'noon', false],
  [/下午|午后|\bafternoon\b/g, 'afternoon', false],
  [
    /傍晚|晚上|晚间|大晚上|(?<=[今昨前当那天日号])晚(?![上间点了饭])|晚(?=\s?(?:\d{1,2}|[五六七八九十]{1,2})[点:时])|\bevening\b|\btonight\b|(?<=last )night\b|\bat night\b/g,
    'evening',
    true,
  ],
  [/大?半夜|深夜|午夜|夜里头?|夜间|(?<=[昨前今当那])夜(?![里间晚])|三更|\bmidnight\b|\blate at night\b/g, 'night', true],
];

/** Parts of the day in `text`, in order. */
export function findParts(text: string): PartToken[] {
  const found: PartToken[] = [];
  for (const [pattern, part, nightOf] of PARTS) {
    for (const match of firstMatches(text, pattern)) found.push({ start: match.index, end: match.index + match[0].length, part, nightOf });
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return found.filter((token, at) => at === 0 || token.start >= (found[at - 1]?.end ?? 0));
}

const H = '(?:2[0-4]|1\\d|0?\\d|二十[一二三四]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九])';
const SPOKEN_MINUTE =
  '(?:[0-5]\\d(?!\\d)分?|[0-9]分|(?:[二三四五]十[一二三四五六七八九]?|十[一二三四五六七八九]?|[零〇过][一二三四五六七八九]|[零〇]\\d)分?|[一二三四五六七八九]分)';
const QUARTERS: Readonly<Record<string, number>> = { 半: 30, 一刻: 15, 三刻: 45, 两刻: 30 };
const BEFORE = '(?<![\\d.:第几零百千个])';
const ABOUT = '(?:左右|前后|多(?!少)|几(?!折|分|个)|来钟|许|上下|不到|过一点|出头)?';
/** After 「N点」: what makes it a point, a decimal or a list instead of an hour. */
const NOT_HOUR = '(?![点儿小个]|\\d(?!\\d{2}))(?!建议|要求|问题|原因|疑问|意见|希望|说明|质疑|情况|理由|需要|注意|要说|费|利息|手续|钱|折)';

const FIVES = '(?<z>[一二三四五六七八九十\\d]{1,2})个字|(?<c>[一二三四五六七八九])(?=[刷收付扫, ]|$)';
/** A sum or a customer may follow 半, 整 and 一刻 at once (十二点半1890, 七点半个客); after a minute a figure would go on with it. */
const SPOKEN = new RegExp(
  `(?<![\\d.:第百千])(?<h>${H})\\s?(?:点钟?|时)(?:\\s?(?<q>半|[一三两]刻)|(?<half>整)|过?\\s?(?:${FIVES}|(?<m>${SPOKEN_MINUTE}))(?![\\d万千百块元%折个]))(?<about>${ABOUT})`,
  'g',
);
const BARE = new RegExp(`${BEFORE}(?<h>${H})\\s?(?:点钟|点|时(?=[刷扫付收许]))(?<about>${ABOUT})${NOT_HOUR}`, 'g');
const BETWEEN = /(?<a>[一二两三四五六七八九])(?<b>[二三四五六七八九十])点(?:钟|多|左右)?(?!\d)/g;
const TO = new RegExp(`差(?:(?<m>[一二三五两]?十?[一二三四五六七八九]?|\\d{1,2})分钟?|(?<q>[一三两])刻钟?)(?:到)?(?<h>${H})点`, 'g');
const MINUS = new RegExp(
  `(?<h>${H})点(?:钟)?(?:还)?差(?:(?<m>[一二三五两]?十?[一二三四五六七八九]?|\\d{1,2})分钟?|(?<q>[一三两])刻钟?)`,
  'g',
);
const DIGITAL =
  /(?<![\d:.])(?<h>2[0-4]|1\d|0?\d)\s?:\s?(?<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])\s?(?<half>am|pm|a\.m\.|p\.m\.)?(?<about>左右|前后)?/g;
const COMPACT = /(?<=20\d{6} )(?<h>[01]\d|2[0-3])(?<m>[0-5]\d)[0-5]\d(?!\d)/g;
const WRITTEN = /(?<![\d:.])(?<h>2[0-4]|1\d|0?\d)时(?<m>[0-5]?\d)分?(?:[0-5]?\d秒)?/g;
const ENGLISH = anyOf(
  /\b(?<h>1[0-2]|[1-9])\s?(?<half>am|pm|a\.m\.|p\.m\.)/g,
  /\b(?:(?<q>half past|quarter past|quarter to) |at |(?:around|about) (?!\d+ ?(?:yuan|rmb|k\b|grand|days?|hours?|min|am|pm)))(?<h2>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?! ?:|[.,]\d| ?(?:hundred|thousand|yuan|grand))(?: ?o'?clock)?/g,
  /\b(?<h3>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) o'?clock\b/g,
);
const ENGLISH_NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

type Groups = Record<string, string | undefined>;
const clock = (match: RegExpMatchArray, fields: Partial<ClockToken> & { hour: number; minute: number }): ClockToken => ({
  start: match.index ?? 0,
  end: (match.index ?? 0) + match[0].length,
  exact: false,
  approx: Boolean(match.groups?.about),
  weak: false,
  ...fields,
});
const minutes = (words: string | undefined): number => (words ? (smallNumber(words.replace(/分|过/g, '')) ?? 0) : 0);
const half = (words: string | undefined): { half?: 'am' | 'pm' } => (words ? { half: words.startsWith('p') ? 'pm' : 'am' } : {});

function spoken(match: RegExpMatchArray, groups: Groups): ClockToken {
  const fives = groups.z ?? groups.c;
  const five = fives ? (smallNumber(fives) ?? 0) * 5 : undefined;
  const minute = groups.q ? (QUARTERS[groups.q] ?? 0) : (five ?? minutes(groups.m));
  return clock(match, { hour: smallNumber(groups.h ?? '') ?? 0, minute, weak: Boolean(groups.c) });
}

/** 差一刻三点 = 2:45, 三点差五分 = 2:55. */
function before(match: RegExpMatchArray, groups: Groups): ClockToken {
  const less = groups.q ? (smallNumber(groups.q) ?? 1) * 15 : minutes(groups.m);
  const hour = smallNumber(groups.h ?? '') ?? 0;
  return clock(match, { hour: (hour + 23) % 24, minute: 60 - less });
}

function bare(match: RegExpMatchArray, groups: Groups): ClockToken {
  const sure = Boolean(groups.about) || match[0].includes('点钟');
  return clock(match, { hour: smallNumber(groups.h ?? '') ?? 0, minute: 0, weak: !sure });
}

/** 两三点: half past two, about. */
function between(match: RegExpMatchArray, groups: Groups): ClockToken {
  const hour = smallNumber(groups.a ?? '') ?? 0;
  const next = smallNumber(groups.b ?? '') ?? 0;
  return next === hour + 1 ? clock(match, { hour, minute: 30, approx: true }) : clock(match, { hour: 99, minute: 0 });
}

function digital(match: RegExpMatchArray, groups: Groups): ClockToken {
  const hour = groups.h ?? '';
  const exact = (hour.length === 2 || hour === '0') && !groups.half;
  return clock(match, { hour: Number(hour), minute: Number(groups.m), exact, ...half(groups.half) });
}

function english(match: RegExpMatchArray, groups: Groups): ClockToken {
  const words = groups.h ?? groups.h2 ?? groups.h3 ?? '';
  const hour = /\d/.test(words) ? Number(words) : ENGLISH_NUMBERS.indexOf(words);
  const quarter = groups.q;
  if (quarter === 'quarter to') return clock(match, { hour: (hour + 23) % 24, minute: 45 });
  const minute = quarter ? (quarter.startsWith('half') ? 30 : 15) : 0;
  return clock(match, { hour, minute, weak: !groups.half && !match[0].includes('clock') && !quarter, ...half(groups.half) });
}

const RULES: readonly (readonly [RegExp, (match: RegExpMatchArray, groups: Groups) => ClockToken])[] = [
  [TO, before],
  [MINUS, before],
  [SPOKEN, spoken],
  [DIGITAL, digital],
  [COMPACT, (match, groups) => clock(match, { hour: Number(groups.h), minute: Number(groups.m), exact: true })],
  [WRITTEN, (match, groups) => clock(match, { hour: Number(groups.h), minute: Number(groups.m), exact: true })],
  [BETWEEN, between],
  [BARE, bare],
  [ENGLISH, english],
];

/** 有一点, 早一点, 快三点了: not a time, unlike 昨晚一点. */
function isIdiom(token: ClockToken, text: string): boolean {
  if (!token.weak || token.half) return false;
  const left = text.slice(Math.max(0, token.start - 2), token.start);
  if (token.hour === 1 && /^[都也没不事用]/.test(text.slice(token.end))) return true;
  return /[有差]$|(?:^|[,。 都已经])快$/.test(left) || (token.hour === 1 && /(?<![昨今前当那])[早晚]$|[多少好大小高低那这]$/.test(left));
}

/** Clock times in `text`, in order, without overlaps. */
export function findClocks(text: string): ClockToken[] {
  const found = RULES.flatMap(([pattern, read]) => firstMatches(text, pattern).map((match) => read(match, match.groups ?? {})));
  const valid = found.filter((token) => token.hour <= 24 && token.minute >= 0 && token.minute < 60 && !isIdiom(token, text));
  valid.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: ClockToken[] = [];
  for (const token of valid) if (token.start >= (kept.at(-1)?.end ?? 0)) kept.push(token);
  return kept;
}
