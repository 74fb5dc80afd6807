import words from './data/secret-words.json';

/** Numbers as people really type them: full-width, circled or Chinese digits, split by spaces, dashes and invisible characters. */

/** The text as a rule should see it: half-width, lower case, without invisible characters; `at[i]` is where unit i starts in the original. */
export interface View {
  readonly text: string;
  /** One longer than `text`; the last entry is the length of the original. */
  readonly at: readonly number[];
}

/** A number in a view: one run of digits, or several that belong together. `end` is exclusive; `digits` may end in x (ID number). */
export interface NumberRun {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  readonly groups: number;
}

/** Format characters, combining marks and blank letters: they hide between digits. */
const INVISIBLE = /\p{Cf}|\p{Mn}|\p{Me}|[\u115f\u1160\u3164\uffa0]/u;
/** First code points of foreign digit rows (Arabic, Persian, Devanagari, Bengali, Thai …). */
const DIGIT_ROWS = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0xed0, 0x1040, 0x17e0];

function halfWidth(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const row = DIGIT_ROWS.find((first) => code >= first && code < first + 10);
  if (row !== undefined) return String(code - row);
  const folded = char.normalize('NFKC');
  return folded.length === 1 || /^\d$/.test(folded) ? folded : char;
}

/** All matches of a global pattern; `matchAll` copies the pattern at every call, which takes longer than the search in a message. */
export function matchesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    matches.push(match);
    if (match[0] === '') pattern.lastIndex++;
  }
  return matches;
}

/** What most characters of a text are between: they stand for themselves. */
const FIRST_HAN = '\u4e00';
const LAST_HAN = '\u9fff';

function plainOf(char: string): string {
  if (char >= '\u0080' && INVISIBLE.test(char)) return '';
  const plain = char < '\u0080' ? char : halfWidth(char);
  const lower = plain.toLowerCase();
  return lower.length === plain.length ? lower : plain;
}

/** The view of a text. Linear. */
export function viewOf(original: string): View {
  const at: number[] = [];
  let text = '';
  let index = 0;
  for (const char of original) {
    const unit = char >= FIRST_HAN && char <= LAST_HAN ? char : plainOf(char);
    for (let i = 0; i < unit.length; i++) at.push(index);
    text += unit;
    index += char.length;
  }
  at.push(original.length);
  return { text, at };
}

/** Luhn check of a card number. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += i % 2 === 0 ? digit : doubled;
  }
  return sum % 10 === 0;
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An 18-character resident ID number (身份证) with a true birth date and checksum (GB 11643). */
export function isResidentId(digits: string): boolean {
  if (!/^[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]$/.test(digits)) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return '10x98765432'[sum % 11] === digits[17];
}

/** First digits that cards in China begin with; used only together with Luhn. */
const CARD_PREFIX = /^(?:3|4|5|6|2[2-7]|81|9[5-9]|10)/;

/** 13–19 digits that begin as a card does and pass Luhn. */
export function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && CARD_PREFIX.test(digits) && passesLuhn(digits);
}

const CHINESE_DIGITS: Readonly<Record<string, string>> = words.chineseDigits;
const SPOKEN_CLASS = `[\\d${Object.keys(CHINESE_DIGITS).join('')}]`;
const SPOKEN = new RegExp(`${SPOKEN_CLASS}(?:[\\s,，。.-]?${SPOKEN_CLASS}){9,}`, 'gu');

/** Chinese digits (and their foreign kin) as ASCII; other characters are dropped. */
export function asciiDigits(text: string): string {
  let digits = '';
  for (const char of text) digits += /\d/.test(char) ? char : (CHINESE_DIGITS[char] ?? '');
  return digits;
}

/** Numbers read out in Chinese digits (六二二二…), at least `min` digits of which four are Chinese. */
export function spokenNumbers(view: View, min: number): NumberRun[] {
  const runs: NumberRun[] = [];
  for (const match of matchesOf(view.text, SPOKEN)) {
    const digits = asciiDigits(match[0]);
    const chinese = match[0].replace(/[\d\s,，。.-]/g, '').length;
    if (digits.length >= min && chinese >= 4) runs.push({ start: match.index, end: match.index + match[0].length, digits, groups: 1 });
  }
  return runs;
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Separator to the next group: its class, or undefined when they do not belong together. */
  readonly joint: string | undefined;
}

function jointOf(between: string): string | undefined {
  if (between.length > 3) return undefined;
  if (/^[^\S\n]+$/.test(between)) return 'space';
  if (/^\s*\n\s*$/.test(between)) return 'line';
  if (/^ ?[-–—‐‑‒−ー~] ?$/.test(between)) return 'dash';
  if (/^ ?[.·•‧∙・。] ?$/.test(between)) return 'dot';
  if (/^[_/|*]$/.test(between)) return 'other';
  return undefined;
}

const DIGIT_RUN = /\d+/g;

function groupsOf(text: string): Group[] {
  const matches = matchesOf(text, DIGIT_RUN);
  return matches.map((match, i) => {
    const end = match.index + match[0].length;
    const next = matches[i + 1];
    return { start: match.index, end, digits: match[0], joint: next ? jointOf(text.slice(end, next.index)) : undefined };
  });
}

/** Sizes as cards are printed: 4-4-4-4(-1…3), which joins whatever the digits are. */
function isCardGrouping(sizes: readonly number[]): boolean {
  const head = sizes.slice(0, 4).every((size) => size === 4);
  return head && (sizes.length === 4 || (sizes.length === 5 && (sizes[4] ?? 4) < 4));
}

/** Four round sums in a row (3200 4500 1200 6800) are no card. */
const areSums = (digits: string) => /^(?:\d\d00){4}$/.test(digits);

/** Sizes that join only when the digits are a true card number: all groups but the last ≥ 4, or all of one size. */
function mayBeCard(sizes: readonly number[]): boolean {
  const head = sizes.slice(0, -1);
  return head.every((size) => size >= 4) || (sizes.length >= 4 && head.every((size) => size === sizes[0]));
}

function sureNumber(digits: string, sizes: readonly number[], nextChar: string): string | undefined {
  if (digits.length === 17 && nextChar === 'x' && isResidentId(`${digits}x`)) return `${digits}x`;
  if (digits.length === 18 && isResidentId(digits)) return digits;
  if (/^1[3-9]\d{9}$/.test(digits) && sizes.join() === '3,4,4') return digits;
  if (/^(?:42\d{26}|20\d{26})$/.test(digits) && sizes.every((size) => size === 4)) return digits;
  if (isCardNumber(digits) && mayBeCard(sizes) && !areSums(digits)) return digits;
  if (digits.length >= 13 && digits.length <= 19 && sizes.every((size) => size === 1)) return digits;
  return undefined;
}

type Judge = (digits: string, sizes: readonly number[], nextChar: string, start: number) => string | undefined;

/** Longest run of groups from `i` that the judge accepts, at most 28 digits. */
function joinFrom(groups: readonly Group[], i: number, taken: ReadonlySet<number>, text: string, judge: Judge) {
  let digits = '';
  let joint: string | undefined;
  const sizes: number[] = [];
  let found: { count: number; run: NumberRun } | undefined;
  const first = groups[i];
  for (let j = i; first && j < groups.length && !taken.has(j); j++) {
    const group = groups[j];
    if (!group || digits.length + group.digits.length > 28) break;
    digits += group.digits;
    sizes.push(group.digits.length);
    const number = sizes.length > 1 && digits.length >= 11 ? judge(digits, sizes, text[group.end] ?? '', first.start) : undefined;
    if (number !== undefined) {
      const end = group.end + (number.endsWith('x') ? 1 : 0);
      found = { count: sizes.length, run: { start: first.start, end, digits: number, groups: sizes.length } };
    }
    if (group.joint === undefined || (joint !== undefined && group.joint !== joint)) break;
    joint = group.joint;
  }
  return found;
}

/**
 * Every number of a view in order. Groups join when the whole is a true card, ID, phone or order number, else when they are
 * printed like a card; never across words or 和/、. At a start in `cards` (right after 卡号) 13–19 digits join in any grouping.
 * Source: docs/domain.md §4.3.
 */
export function numbersOf({ text }: View, cards: ReadonlySet<number> = new Set()): NumberRun[] {
  const groups = groupsOf(text);
  const taken = new Set<number>();
  const runs: NumberRun[] = [];
  const claim = (judge: Judge) => {
    for (let i = 0; i < groups.length; i++) {
      const found = taken.has(i) ? undefined : joinFrom(groups, i, taken, text, judge);
      if (!found) continue;
      for (let j = 0; j < found.count; j++) taken.add(i + j);
      runs.push(found.run);
    }
  };
  // A tail of one to three digits ends a card: 4-4-4-4-3 is one number, although 4-4-4-3 of it may pass as another.
  claim((digits, sizes) => (sizes.length === 5 && isCardGrouping(sizes) ? digits : undefined));
  claim(sureNumber);
  claim((digits, sizes, _next, start) =>
    cards.has(start) && (sizes[0] ?? 13) < 13 && digits.length >= 13 && digits.length <= 19 ? digits : undefined,
  );
  claim((digits, sizes) => (isCardGrouping(sizes) && !areSums(digits) && /^(?:62|[3-69])/.test(digits) ? digits : undefined));
  claim((digits, sizes) => (isCardGrouping(sizes) && !areSums(digits) ? digits : undefined));
  groups.forEach((group, i) => {
    if (taken.has(i)) return;
    const id = group.digits.length === 17 && text[group.end] === 'x' && !/[a-z0-9]/.test(text[group.end + 1] ?? '');
    const [digits, end] = id ? [`${group.digits}x`, group.end + 1] : [group.digits, group.end];
    runs.push({ start: group.start, end, digits, groups: 1 });
  });
  return runs.sort((a, b) => a.start - b.start);
}
