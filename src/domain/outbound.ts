import words from './data/secret-words.json';
import { asciiDigits, matchesOf, type NumberRun, numbersOf, spokenNumbers, type View, viewOf } from './digits';
import type { Contact } from './profile';
import { anyOf, type Span } from './secret-words';

/** The last step before a reply is kept: nothing that leads a user to an unknown party leaves (docs/domain.md §8.1). */

export interface Filtered {
  readonly text: string;
  /** How many numbers, addresses or accounts were taken out. */
  readonly removed: number;
}

export interface Allowed {
  readonly contacts: readonly Contact[];
  /** Values of this conversation that the reply may repeat: 参考号, 单号, 商户号 … Digits are compared without separators. */
  readonly allow?: readonly string[];
}

const TLD =
  'com|cn|net|org|top|xyz|vip|cc|io|info|shop|site|link|me|app|club|pro|tv|co|gov|edu|ltd|online|store|fun|icu|wang|hk|tw|ly|gl|gd|im|pw|work|live|club|mobi|biz|asia|fund|tech';
/** A link with a scheme, or a bare domain; every repetition is bounded, so the scan is linear. */
const REST = '[^\\s<>"\'，。；、）)」\\]]';
const ADDRESS = new RegExp(
  `(?<![a-z0-9])[a-z][a-z0-9+]{1,14}:\\/\\/${REST}+|(?<![a-z0-9-])(?:[a-z0-9-]{1,63}\\.){1,10}(?:${TLD})(?![a-z0-9])(?:[/?#:]${REST}*)?`,
  'g',
);
/** What stands before the domain of a mail address. */
const MAILBOX = /[\w.+-]{1,64}@$/;
const EXPLICIT_ID = `[\\s:="“「${words.accountCopula}]{1,4}([a-z][-_a-z0-9]{4,29}|\\d{5,12})`;
/** An account after its label: any word after 微信号：, otherwise only one with a digit or underscore (加微信 abc123). */
const ACCOUNT = new RegExp(
  `(?:${anyOf(words.wechat)})(?:${words.callNumberSuffix.join('|')}|id)?(?:${EXPLICIT_ID}|[\\s:=]{0,3}((?=[-_a-z0-9]{0,29}[_0-9])[a-z][-_a-z0-9]{4,29}|\\d{5,12}))`,
  'g',
);
const WXID = /(?<![a-z0-9])wxid_[a-z0-9]+/g;
/** The product's own names: case ids, sums, dates and times, masked phones. */
const OWN =
  /dz\d{8}-[a-z0-9]+-\d+|[¥$]\s?(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?![\d,])(?:\.\d{1,2})?|\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?|\d{1,4}\*{2,}\d{1,4}/g;
const CALL_BEFORE = new RegExp(`(?:${anyOf(words.callBefore)})[^\\d\\n。]{0,10}$`);
const SUM_AFTER = new RegExp(`^\\s?(?:${words.sumAfter.join('|')}|%|yuan|rmb|cny|[.,]\\d)`);
const SUM_BEFORE = /(?:[¥$]|rmb|cny)\s?$/;

/** A short service number (95588, 10086, 400…) that is a number to call, not a sum. */
function isHotline(text: string, { start, end, digits }: NumberRun): boolean {
  if (digits.length < 5 || digits.length > 8) return false;
  if (SUM_AFTER.test(text.slice(end, end + 6)) || SUM_BEFORE.test(text.slice(Math.max(0, start - 5), start))) return false;
  const called = CALL_BEFORE.test(text.slice(Math.max(0, start - 22), start));
  return called || /^(?:9[56]\d{3,4}|1(?:00|01|12|23)\d{2})$/.test(digits);
}

const PHONE_PARTS = /(?<!\d)(?:(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|(?:0\d{2,3}|[48]00)[ -]?\d{3,4}[ -]?\d{3,4})(?!\d)/g;

function isAllowedNumber(digits: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(digits);
}

/** The allow-list in the form that is compared. */
interface Known {
  readonly addresses: readonly string[];
  readonly phones: readonly string[];
}

const knownOf = new WeakMap<readonly Contact[], Known>();

/** Prepared once for a list, which never changes. */
function knownIn(contacts: readonly Contact[]): Known {
  const before = knownOf.get(contacts);
  if (before) return before;
  const valuesOf = (list: readonly Contact[]) => list.map(({ value }) => value);
  const known = {
    addresses: valuesOf(contacts.filter(({ kind }) => kind !== 'phone')).map((value) => value.toLowerCase()),
    phones: valuesOf(contacts.filter(({ kind }) => kind === 'phone')).map(digitsOf),
  };
  knownOf.set(contacts, known);
  return known;
}

const digitsOf = (value: string): string => asciiDigits(viewOf(value).text);

function addressSpans(view: View, known: readonly string[]): Span[] {
  const spans: Span[] = [];
  const add = (start: number, value: string) => {
    const bare = value.replace(/^https?:\/\//, '').replace(/[.?!]+$/, '');
    const ok = known.some((each) => bare === each || bare.startsWith(`${each}/`));
    if (!ok) spans.push({ start, end: start + value.length });
  };
  for (const match of matchesOf(view.text, ADDRESS)) {
    const mailbox = MAILBOX.exec(view.text.slice(Math.max(0, match.index - 65), match.index))?.[0] ?? '';
    add(match.index - mailbox.length, mailbox + match[0]);
  }
  for (const match of matchesOf(view.text, WXID)) add(match.index, match[0]);
  for (const match of matchesOf(view.text, ACCOUNT)) {
    const value = match[1] ?? match[2];
    if (value !== undefined) add(match.index + match[0].length - value.length, value);
  }
  return spans;
}

function numberSpans(view: View, allowed: ReadonlySet<string>): Span[] {
  const { text } = view;
  const own = matchesOf(text, OWN).map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const isOwn = (span: Span) => own.some((each) => each.start <= span.start && each.end >= span.end);
  const phones = matchesOf(text, PHONE_PARTS).map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    digits: match[0].replace(/\D/g, ''),
    groups: 2,
  }));
  const numbers = [...numbersOf(view), ...spokenNumbers(view, 7)].filter(
    (run) => run.digits.length >= 9 || run.groups > 1 || isHotline(text, run),
  );
  return [...phones, ...numbers].filter((run) => !isAllowedNumber(run.digits, allowed) && !isOwn(run));
}

/**
 * Takes out phone numbers, addresses, chat accounts and long numbers that are neither on the allow-list nor in `allow`.
 * Case ids, sums, dates and masked phones stay. Filtering again changes nothing.
 */
export function filterOutbound(original: string, { contacts, allow = [] }: Allowed): Filtered {
  const view = viewOf(original);
  // Words alone: only a number read out could be in them.
  if (!/[\da-z]/.test(view.text) && spokenNumbers(view, 7).length === 0) return { text: original, removed: 0 };
  const { addresses, phones } = knownIn(contacts);
  const allowed = new Set([...phones, ...allow.map(digitsOf)]);
  const spans = [...addressSpans(view, addresses), ...numberSpans(view, allowed)].sort((a, b) => a.start - b.start || b.end - a.end);
  let text = '';
  let from = 0;
  let removed = 0;
  for (const span of spans) {
    const start = view.at[span.start] ?? original.length;
    const end = view.at[span.end] ?? original.length;
    if (end <= from) continue;
    if (start >= from) {
      text += original.slice(from, start) + words.markers.removed;
      removed++;
    }
    from = end;
  }
  return { text: removed > 0 ? text + original.slice(from) : original, removed };
}
