import words from './data/secret-words.json';
import { matchesOf, type NumberRun, type View } from './digits';

/** Finds what a label gives away: passwords, codes, CVV, expiry dates (密码 验证码 后三位 有效期). Source: docs/domain.md §4.3, §6.2. */

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Alternation of words, longest first; Latin words only as whole words. */
export function anyOf(list: readonly string[]): string {
  const sorted = [...list].sort((a, b) => b.length - a.length);
  return sorted
    .map((word) => (/^[a-z].*[a-z\d]$/.test(word) ? `(?<![a-z])${escaped(word).replace(/ /g, '[ ._-]?')}(?![a-z])` : escaped(word)))
    .join('|');
}

const LINK = `(?:[\\s:=#"'“”‘’「」(),，、no.${words.linkChars}]|is|was|number){0,8}`;

/** Whether the text right before `start` ends in one of the words, with nothing but 是/:/号 between. */
export function labelTest(list: readonly string[]): (text: string, start: number) => boolean {
  const pattern = new RegExp(`(?:${anyOf(list)})${LINK}$`);
  return (text, start) => pattern.test(text.slice(Math.max(0, start - 28), start));
}

const AMOUNT_BEFORE = new RegExp(`(?:${anyOf(words.amountBefore)})[\\s:${words.amountLinkChars}]{0,4}$`);
const AMOUNT_AFTER = new RegExp(`^\\s{0,2}(?:[.,]\\d|(?:${anyOf(words.amountAfter)})|[wk](?![a-z\\d]))`);
const { year: YEAR, month: MONTH, day: DAY, places: PLACES } = words.dateMarks;
const DATE_OR_TIME = new RegExp(
  [
    `(?<!\\d)\\d{4}[-/.${YEAR}]\\d{1,2}[-/.${MONTH}]\\d{1,2}${DAY}?(?!\\d)`,
    '(?<!\\d)\\d{1,2}:\\d{2}(?::\\d{2})?(?!\\d)',
    '(?<!\\d)\\d{1,3}(?:,\\d{3})+(?:\\.\\d{1,2})?(?!\\d)',
    '(?<!\\d)\\d+\\.\\d{1,2}(?![\\d.])',
  ].join('|'),
  'g',
);

/** True when the number at the span reads as a sum, a count or a duration. */
export function readsAsAmount(text: string, { start, end }: Span): boolean {
  return AMOUNT_BEFORE.test(text.slice(Math.max(0, start - 12), start)) || AMOUNT_AFTER.test(text.slice(end, end + 14));
}

/** Dates, clock times and sums with decimals or thousands: never secrets. */
export function plainSpans({ text }: View): Span[] {
  return matchesOf(text, DATE_OR_TIME).map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

const NEGATED = new RegExp(anyOf(words.negation));
const CHINESE_DIGIT = Object.keys(words.chineseDigits).join('');
const DIGITS = `(?:\\d(?:[ -]?\\d){2,11}(?!\\d)|[${CHINESE_DIGIT}](?:[ -]?[${CHINESE_DIGIT}]){2,11}(?![${CHINESE_DIGIT}]))`;
/** Words between label and value: same sentence, no other number, at most 14 characters; 六位/6位 may stand there. */
const GAP = `(?:\\d${PLACES}|[^\\d\\[\\n。!?;]){0,14}?`;

interface Rule {
  readonly kind: 'password' | 'code' | 'cvv' | 'expiry';
  readonly label: RegExp;
  readonly after: RegExp;
  readonly before: RegExp;
  readonly min: number;
  readonly max: number;
}

const LINK_BEFORE = `(?:[\\s:,，"”」${words.linkBeforeChars}]|is|was|the|my|a|as)*`;
const EXPIRY = `(?:\\d{1,2} ?[/.\\-${YEAR}] ?\\d{2,4}|\\d{4} ?[/.\\-${YEAR}] ?\\d{1,2}|\\d{4})${MONTH}?(?![\\d/.\\-:])`;

function rule(kind: Rule['kind'], labels: readonly string[], value: string, min: number, max: number, not: readonly string[] = []): Rule {
  const guard = not.length > 0 ? `(?<!(?:${not.map(escaped).join('|')})[ -]?)` : '';
  return {
    kind,
    label: new RegExp(`${guard}(?:${anyOf(labels)})`, 'g'),
    after: new RegExp(`^(${GAP})(${value})`),
    before: new RegExp(`(?<![\\d.,:/¥$-])(${value})${LINK_BEFORE}$`),
    min,
    max,
  };
}

const RULES: readonly Rule[] = [
  rule('cvv', words.cvv, DIGITS, 3, 4),
  rule('code', words.code, DIGITS, 4, 8, words.notCode),
  // A code is known by what was done with it: 「念给他了552913」.
  rule('code', words.given, DIGITS, 6, 6),
  rule('password', words.password, DIGITS, 4, 12),
  rule('expiry', words.expiry, EXPIRY, 3, 10),
];

/** A word of letters (and digits) after a password label; without a digit only after 密码是 or 密码: . */
const WORD = '[!-Z\\^-~]';
const QUOTE = '["\'“「]?';
const COPULA = anyOf(words.copula);
const WORD_VALUE = new RegExp(
  `^\\s{0,3}(?:(?:${COPULA}|[:=])\\s{0,3}${QUOTE}((?=${WORD}{0,31}[a-z])${WORD}{5,32})` +
    `|(?:(?:is|was)\\s)?${QUOTE}((?=${WORD}{0,31}\\d)(?=${WORD}{0,31}[a-z])${WORD}{4,32}))`,
);
const SECOND_VALUE = new RegExp(`^\\s?(?:${words.valueJoiners.join('|')}|、|or|and)\\s?(${DIGITS})`);
const DIRECT = new RegExp(`(?:${COPULA}|[:=]|\\bis)\\s{0,3}$`);
const NOT_EXPIRY = new RegExp(`^\\s?(?:${words.notExpiry.join('|')})`);
const LIST = new RegExp(`^\\s?[、,，${words.listJoiners}]\\s?$`);
const countDigits = (value: string) => value.replace(/[ -]/g, '').length;

interface Scan {
  readonly text: string;
  /** Spans that may not be taken: dates, sums, labelled references. */
  readonly kept: readonly Span[];
}

/** Binary search: whether any kept span (sorted, not overlapping) touches the span. */
function isKept(kept: readonly Span[], span: Span): boolean {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.end ?? 0) <= span.start) low = middle + 1;
    else high = middle;
  }
  const candidate = kept[low];
  return candidate !== undefined && candidate.start < span.end;
}

function acceptable({ text, kept }: Scan, span: Span, found: Rule, gap: string): boolean {
  const value = text.slice(span.start, span.end);
  if (isKept(kept, span)) return false;
  if (found.kind === 'expiry') return !NOT_EXPIRY.test(text.slice(span.end, span.end + 3));
  const count = countDigits(value);
  if (count < found.min || count > found.max || readsAsAmount(text, span)) return false;
  const direct = DIRECT.test(gap) || /^[^,，]{0,2}$/.test(gap);
  if (found.kind === 'cvv') return gap.length <= 8 && (direct || !/[,，]/.test(gap));
  if (direct || count === 6) return true;
  return !/[,，]/.test(gap) && !NEGATED.test(gap);
}

/** Values that stand after the label at `end`. */
function valuesAfter(scan: Scan, end: number, found: Rule): Span[] {
  const tail = scan.text.slice(end, end + 48);
  const word = found.kind === 'password' || found.kind === 'code' ? secretWord(scan, end, tail, found.kind) : undefined;
  if (word) return [word];
  const match = found.after.exec(tail);
  const gap = match?.[1] ?? '';
  const first = { start: end + gap.length, end: end + gap.length + (match?.[2] ?? '').length };
  if (!match || !acceptable(scan, first, found, gap)) return [];
  const second = found.kind === 'expiry' ? undefined : SECOND_VALUE.exec(scan.text.slice(first.end, first.end + 24));
  if (!second?.[1]) return [first];
  const stop = first.end + second[0].length;
  const next = { start: stop - second[1].length, end: stop };
  return acceptable(scan, next, found, '') ? [first, next] : [first];
}

/** A password of letters and digits; a code has both and is short (验证码：A8F3K2). */
function secretWord(scan: Scan, end: number, tail: string, kind: Rule['kind']): Span | undefined {
  const word = WORD_VALUE.exec(tail);
  const value = word?.[1] ?? word?.[2];
  if (!word || value === undefined || (kind === 'code' && !/^(?=.*\d)[a-z\d]{4,8}$/.test(value))) return undefined;
  const span = { start: end + word[0].length - value.length, end: end + word[0].length };
  return isKept(scan.kept, span) || readsAsAmount(scan.text, span) ? undefined : span;
}

/** A value right before the label: 「482913是验证码」. */
function valueBefore(scan: Scan, start: number, found: Rule): Span | undefined {
  const from = Math.max(0, start - 36);
  const match = found.before.exec(scan.text.slice(from, start));
  if (!match?.[1]) return undefined;
  const span = { start: from + match.index, end: from + match.index + match[1].length };
  return acceptable(scan, span, found, '') ? span : undefined;
}

/** Digits and words that a label marks as secret; `kept` are spans that may not be taken. */
export function labelledSecrets(view: View, kept: readonly Span[]): (Span & { readonly kind: Rule['kind'] })[] {
  const scan = { text: view.text, kept };
  return RULES.flatMap((found) =>
    matchesOf(view.text, found.label).flatMap((match) => {
      const after = valuesAfter(scan, match.index + match[0].length, found);
      const before = after.length > 0 ? undefined : valueBefore(scan, match.index, found);
      return (before ? [before] : after).map((span) => ({ ...span, kind: found.kind }));
    }),
  );
}

/** Whether a number is labelled as a reference (单号 参考号 商户号 …), as a card or account, an ID, a phone, or the last four digits. */
export const LABELS = {
  reference: labelTest(words.reference),
  merchant: labelTest(words.merchant),
  account: labelTest(words.account),
  id: labelTest(words.id),
  phone: labelTest(words.phone),
  tail: labelTest(words.tail),
};

const CARD_LABEL = new RegExp(`(?:${anyOf(words.account)})${LINK}(?=\\d)`, 'g');

/** Where a number begins right after 卡号 or 账号. */
export function cardStarts(text: string): ReadonlySet<number> {
  return new Set(matchesOf(text, CARD_LABEL).map((match) => match.index + match[0].length));
}

/** The number right after a labelled one, joined by 和/、: it inherits the label. */
export function inherits(text: string, previous: NumberRun | undefined, run: NumberRun): boolean {
  return previous !== undefined && run.start - previous.end <= 4 && LIST.test(text.slice(previous.end, run.start));
}
