import words from './data/secret-words.json';
import { isCardNumber, isResidentId, matchesOf, type NumberRun, numbersOf, passesLuhn, spokenNumbers, type View, viewOf } from './digits';
import { cardStarts, inherits, LABELS, labelledSecrets, plainSpans, type Span } from './secret-words';
import type { Asking } from './slots';

/** The number classifier (docs/domain.md §4.3): what may never be stored, logged or echoed (§6.2). Applied before anything else sees a text. */

export type SecretKind = 'pan' | 'id' | 'password' | 'code' | 'cvv' | 'expiry';

export interface Masked {
  /** The text without secrets; equal to the input when nothing was found. Masking it again changes nothing. */
  readonly text: string;
  /** Secrets masked, by kind; a phone number is not one. */
  readonly found: Readonly<{ [K in SecretKind]?: number }>;
  /** The notice the user is owed: a code or password outweighs an ID, an ID a card number. */
  readonly notice?: 'secret' | 'id' | 'pan';
  /** Last four digits of the card number, when exactly one was found. */
  readonly cardLast4?: string;
  /** The contact number said, digits only; the text shows it as 138****1234. The last one wins. */
  readonly phone?: string;
}

type Verdict = 'pan' | 'id' | 'phone' | 'kept' | 'free';

const ORDER_ASKED: ReadonlySet<Asking> = new Set<Asking>([
  'orderNo',
  'merchantOrderNo',
  'merchantNo',
  'merchantNoRaw',
  'rrn',
  'deviceSn',
  'walletMchId',
  'caseId',
]);
const CARD_ASKED: ReadonlySet<Asking> = new Set<Asking>(['cardLast4', 'settleCardLast4']);
const MOBILE = /^(?:86)?1[3-9]\d{9}$/;
const LANDLINE = /^0(?:10|2\d|[3-9]\d{2})\d{7,8}$/;

interface Judging {
  readonly text: string;
  readonly asking: Asking | undefined;
  /** The number before this one in a list, when it was labelled as a reference. */
  readonly previous: NumberRun | undefined;
}

/** §4.3 in its order: ID, then card numbers by label, length and Luhn, then phone; a reference label or question keeps a number. */
function judge(run: NumberRun, { text, asking, previous }: Judging): Verdict {
  const { digits, start } = run;
  const count = digits.length;
  if (isResidentId(digits) || digits.endsWith('x')) return 'id';
  if (count < 7) return 'free';
  const labelledId = LABELS.id(text, start);
  if (labelledId && count >= 8 && count <= 18) return 'id';
  const merchant = LABELS.merchant(text, start);
  const labelled = merchant || LABELS.reference(text, start) || inherits(text, previous, run);
  const sure = isCardNumber(digits) && /^(?:3|4|5|62)/.test(digits);
  if (!labelled && MOBILE.test(digits)) return 'phone';
  if (count >= 9 && (LABELS.account(text, start) || LABELS.tail(text, start))) return 'pan';
  if (count >= 20) return 'kept';
  const asked = asking !== undefined && ORDER_ASKED.has(asking);
  if (count >= 16) return (labelled || asked) && !sure ? 'kept' : 'pan';
  if (count >= 13) return judgeShort(run, { labelled, merchant, sure, asking, asked });
  if (labelled) return 'kept';
  if (run.groups === 1 && (asking === 'contactPhone' || LABELS.phone(text, start)) && (count === 7 || count === 8 || LANDLINE.test(digits)))
    return 'phone';
  return 'free';
}

interface ShortCard {
  readonly labelled: boolean;
  readonly merchant: boolean;
  readonly sure: boolean;
  readonly asking: Asking | undefined;
  readonly asked: boolean;
}

/** 13–15 digits: a card when they pass Luhn, unless a merchant number is meant, or another reference that is no true card. */
function judgeShort({ digits }: NumberRun, { labelled, merchant, sure, asking, asked }: ShortCard): Verdict {
  if (asking !== undefined && CARD_ASKED.has(asking) && !labelled) return 'pan';
  if (!passesLuhn(digits)) return labelled ? 'kept' : 'free';
  if (merchant || asking === 'merchantNo' || asking === 'merchantNoRaw') return 'kept';
  return (labelled || asked) && !sure ? 'kept' : 'pan';
}

interface Replacement extends Span {
  readonly with: string;
  readonly kind?: SecretKind;
  readonly last4?: string;
  readonly phone?: string;
}

function cardReplacement(run: Span, digits: string): Replacement {
  const last4 = digits.slice(-4);
  return { start: run.start, end: run.end, with: words.markers.card.replace('{last4}', last4), kind: 'pan', last4 };
}

function phoneReplacement(run: NumberRun): Replacement {
  const phone = run.digits.replace(/^86(?=1)/, '');
  return { start: run.start, end: run.end, with: maskPhone(phone), phone };
}

/** 138****1234; a landline keeps its first and last digits in the same way. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, phone.length > 8 ? 3 : 2)}****${phone.slice(-4)}`;
}

/** Area code and number of a landline (0571-8888 1234), which the number scan reads as separate groups. */
const LANDLINES = /(?<!\d)0(?:10|2\d|[3-9]\d{2})[ -]\d{3,4} ?\d{4}(?!\d)/g;
/** Card data as a reader gives it: number, = or D, expiry and service code. */
const TRACK = /(\d{13,19})[=d]\d{4,}/g;
const PASSPORT = /(?<![a-z\d])[a-z]{1,2}\d{7,9}(?!\d)/g;
/** An ID number ending in X whose checksum is wrong: a typing error, still an ID when it is labelled as one. */
const MISTYPED_ID = /\d{17}x/g;

function scanNumbers(view: View, asking: Asking | undefined): { readonly replaced: Replacement[]; readonly kept: Span[] } {
  const { text } = view;
  const replaced: Replacement[] = [];
  const kept: Span[] = [];
  for (const match of matchesOf(text, TRACK))
    replaced.push(cardReplacement({ start: match.index, end: match.index + match[0].length }, match[1] ?? ''));
  for (const match of matchesOf(text, LANDLINES)) {
    const digits = match[0].replace(/\D/g, '');
    replaced.push(phoneReplacement({ start: match.index, end: match.index + match[0].length, digits, groups: 1 }));
  }
  for (const pattern of [PASSPORT, MISTYPED_ID]) {
    for (const match of matchesOf(text, pattern)) {
      if (LABELS.id(text, match.index))
        replaced.push({ start: match.index, end: match.index + match[0].length, with: words.markers.hidden, kind: 'id' });
    }
  }
  let previous: NumberRun | undefined;
  for (const run of [...spokenNumbers(view, 11), ...numbersOf(view, cardStarts(text))].sort((a, b) => a.start - b.start)) {
    const verdict = judge(run, { text, asking, previous });
    const labelled =
      verdict === 'kept' ||
      (run.digits.length >= 3 && (LABELS.reference(text, run.start) || LABELS.merchant(text, run.start) || LABELS.tail(text, run.start)));
    if (verdict === 'pan') replaced.push(cardReplacement(run, run.digits));
    else if (verdict === 'phone') replaced.push(phoneReplacement(run));
    else if (verdict === 'id') replaced.push({ start: run.start, end: run.end, with: words.markers.hidden, kind: 'id' });
    else if (labelled) kept.push(run);
    previous = labelled ? run : undefined;
  }
  return { replaced, kept };
}

/** Spans in order without overlap; of two that touch, the one that starts first stays, the longer of two that start together. */
function disjoint<T extends Span>(spans: readonly T[]): T[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const result: T[] = [];
  for (const span of sorted) if (span.start >= (result.at(-1)?.end ?? 0)) result.push(span);
  return result;
}

function rewrite(original: string, view: View, replacements: readonly Replacement[]): string {
  let text = '';
  let from = 0;
  for (const replacement of replacements) {
    text += original.slice(from, view.at[replacement.start]) + replacement.with;
    from = view.at[replacement.end] ?? original.length;
  }
  return text + original.slice(from);
}

function noticeOf(found: Masked['found']): Masked['notice'] {
  if (found.password ?? found.code ?? found.cvv ?? found.expiry) return 'secret';
  if (found.id) return 'id';
  return found.pan ? 'pan' : undefined;
}

/** Every secret is made of digits, ASCII or Chinese, or has a letter. */
const CARRIER = new RegExp(`[\\da-z${Object.keys(words.chineseDigits).join('')}]`);

/**
 * Removes what may never be kept: full card and ID numbers, passwords, codes, CVV and expiry dates; phone numbers are shown masked.
 * `asking` is the pending question, so that an order number that is asked for survives. Linear in the length of the text.
 */
export function maskSecrets(original: string, asking?: Asking): Masked {
  const view = viewOf(original);
  if (!CARRIER.test(view.text)) return { text: original, found: {} };
  const { replaced, kept } = scanNumbers(view, asking);
  const numbers = disjoint(replaced);
  const secrets = labelledSecrets(view, disjoint([...plainSpans(view), ...kept, ...numbers]));
  const hidden = secrets.map(({ start, end, kind }): Replacement => ({ start, end, kind, with: words.markers.hidden }));
  const all = disjoint([...numbers, ...hidden]);
  const found: Partial<Record<SecretKind, number>> = {};
  for (const { kind } of all) if (kind) found[kind] = (found[kind] ?? 0) + 1;
  const tails = all.flatMap(({ last4 }) => last4 ?? []);
  const phone = all.flatMap((one) => one.phone ?? []).at(-1);
  const notice = noticeOf(found);
  return {
    text: all.length > 0 ? rewrite(original, view, all) : original,
    found,
    ...(notice ? { notice } : {}),
    ...(tails.length === 1 && tails[0] ? { cardLast4: tails[0] } : {}),
    ...(phone ? { phone } : {}),
  };
}
