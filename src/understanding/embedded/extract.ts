import type { Asking, Signal } from '../../domain/slots';
import type { Locale, SlotMention, Understanding } from '../recognizer';
import { anyOf } from './any-of';
import { commandOf, replyOf } from './commands';
import { findEnums } from './enums';
import { firstMatches, takeOut } from './found';
import { findIds } from './ids';
import { languageOf } from './language';
import { readMoney } from './money';
import { feeNameOf, findNamed, merchantsMention } from './names';
import { normalize } from './normalize';
import { isQuestion } from './question';
import { findRates } from './rates';
import { issueOf, roleOf } from './roles';
import { findSignals } from './signals';
import { aboutMoney } from './sums';
import { readWhen, timeSlots } from './when';

/** Everything rules can say of a text; the intent is another's matter. */
export interface Extraction
  extends Pick<Understanding, 'slots' | 'transactions' | 'amountRange' | 'ambiguousHour' | 'signals' | 'reply' | 'command' | 'language'> {
  /** The text as the rules read it (`normalize`). */
  readonly normalized: string;
}

export interface ExtractOptions {
  /** ISO +08:00 of the message. */
  readonly now: string;
  readonly expecting?: Asking;
  readonly locale: Locale;
}

/** How long things last, counts and other figures that are neither time nor money. */
const OTHER_FIGURES = anyOf(
  /(?<![\d.])(?:\d{1,4}|[一二两三四五六七八九十百半几]{1,4})(?:个)?(?:多|来|几)?(?:个)?(?:半)?\s?(?:天|小时|钟头|分钟|秒钟|秒(?!到|结)|周|月|年|工作日|自然日|星期|岁|级|寸)(?!\d)/g,
  /24 ?小时|7 ?[x*×] ?24|\d{1,3} ?(?:hours?|days?|minutes?|mins?|weeks?|months?|years?|times)\b|第[一二三四五六七八九十\d]{1,3}/g,
  /(?<!\d)\d{4}(?:[ -]\d{3,4}){2,}(?!\d)|(?<!\d)\d{1,6}(?= ?\[卡号)/g,
);

/** Facts, signals and plain answers of a (masked) text. Never throws; considers at most 2,000 characters; linear. */
export function extract(text: string, options: ExtractOptions): Extraction {
  const normalized = normalize(text);
  const { expecting } = options;
  const reply = replyOf(normalized, expecting);
  const command = commandOf(normalized, expecting);
  const signals = findSignals(normalized);
  const found = findFacts(normalized, text, { ...options, reply, signals });
  const language = languageOf(text);
  const shrugs = (!reply && shrug(normalized, expecting, found.slots)) || lacks(normalized, expecting, found.slots);
  return {
    normalized,
    slots: shrugs ? found.slots.filter(({ slot }) => slot !== expecting) : found.slots,
    transactions: found.transactions,
    signals,
    ...(shrugs ? { reply: 'unknown' as const } : {}),
    ...(found.amountRange ? { amountRange: true } : {}),
    ...(found.ambiguousHour ? { ambiguousHour: true } : {}),
    ...(reply && !(reply === 'unknown' && found.slots.some(({ slot }) => slot === expecting)) ? { reply } : {}),
    ...(command ? { command } : {}),
    ...(language ? { language } : {}),
  };
}

const FEE_QUESTIONS = new Set<Asking | undefined>(['feeName', 'feeTime', 'feeAgreed', 'amount']);
const FREE_TEXT = new Set<string>(['feeName', 'payerName', 'payeeName', 'noticeText']);
const SHRUG = /不知道|不清楚|不确定|没看清|没算|不好说|搞不懂|没印象|not sure|don'?t know/;
const SHRUG_LENGTH = 16;

/** 就是不知道才问, 外卡的不知道: a short answer that has no value in it. */
function shrug(text: string, expecting: Asking | undefined, slots: readonly SlotMention[]): boolean {
  if (!expecting || text.length > SHRUG_LENGTH || !SHRUG.test(text)) return false;
  const own = slots.find(({ slot }) => slot === expecting);
  return own === undefined || (FREE_TEXT.has(own.slot) && own.value === text);
}

/** Asked for what is written somewhere: 单子没打出来, 没有入账哪来的打款方. Asked when it was refunded: 还没退呢. */
const LOOKED_UP = new Set<Asking>([
  'caseId',
  'rrn',
  'merchantNo',
  'terminalNo',
  'orderNo',
  'merchantOrderNo',
  'cardLast4',
  'settleCardLast4',
  'payerName',
  'payeeName',
  'noticeText',
  'issuerName',
  'acquirerName',
  'contactPhone',
]);
const LACKS = /^[^,\d]{0,8}(?:没|未|无|不(?:知|清|记|方便)|看不|找不|查不|丢|扔|哪来|哪有)|\b(?:no|not|n't|none|lost)\b/;
/** Questions that are about no fact, or whose words are read elsewhere. */
const NO_SLOT = new Set<Asking>(['confirm', 'handoff', 'menu', 'resolved', 'role', 'issueType']);
const CANNOT_SAY =
  /谁(?:知道|晓得|记得)|忘(?:了|记|光)|想不起|(?:算|数)不(?:过来|清|出)|说不(?:准|清|好|上来)|先?别管|不想说|[没未](?:有)?(?:看过|开过|看见|看清|注意|问过)|看不出|哪(?:里)?(?:知道|晓得|懂|记得)/;
const WONT_SAY = /问(?:那么|这么|恁)多|别(?:再)?问|问(?:什么|个没完|来问去)/;
const NOT_STARTED = /(?:没|未|没有)(?:有)?(?:给我)?(?:退|发起|申请|办|弄|操作|开始)|not (?:yet )?(?:started|requested|refunded)/;

function lacks(text: string, expecting: Asking | undefined, slots: readonly SlotMention[]): boolean {
  if (!expecting || text.length > 30 || slots.some(({ slot }) => slot === expecting)) return false;
  if (expecting === 'refundTime' && NOT_STARTED.test(text)) return true;
  if (WONT_SAY.test(text)) return expecting !== 'confirm' && expecting !== 'handoff';
  if (!NO_SLOT.has(expecting) && CANNOT_SAY.test(text)) return true;
  return LOOKED_UP.has(expecting) && LACKS.test(text);
}

interface FactOptions extends ExtractOptions {
  readonly reply: 'yes' | 'no' | 'unknown' | undefined;
  readonly signals: readonly Signal[];
}
type Facts = Pick<Extraction, 'slots' | 'transactions'> & { readonly amountRange: boolean; readonly ambiguousHour: boolean };

function findFacts(normalized: string, original: string, options: FactOptions): Facts {
  const { expecting, reply, signals } = options;
  if (reply === 'unknown')
    return { slots: findEnums(normalized, { expecting, reply }), transactions: [], amountRange: false, ambiguousHour: false };
  const ids = findIds(normalized, expecting);
  const withoutIds = takeOut(normalized, ids.taken);
  const rates = findRates(withoutIds, expecting);
  const withoutRates = takeOut(withoutIds, rates.taken);
  const role = roleOf(normalized, expecting === 'role');
  const fee = feeNameOf(normalized);
  const feeOnly = fee !== undefined && fee.name !== 'merchantFee' && fee.name !== 'instantFee';
  const when = readWhen(withoutRates, {
    now: options.now,
    expecting,
    fee: feeOnly || expecting === 'feeTime' || signals.includes('rateRaised'),
  });
  const withoutTimes = takeOut(
    withoutRates,
    when.timed.map(({ mention }) => mention),
  );
  const figures = takeOut(
    withoutTimes,
    firstMatches(withoutTimes, OTHER_FIGURES).map((match) => ({ start: match.index, end: match.index + match[0].length })),
  );
  const money = readMoney(figures, {
    expecting,
    aboutMoney: aboutMoney(normalized) || when.timed.length > 0 || ids.found.length > 0 || fee !== undefined,
    timed: when.timed,
    doubled: signals.includes('doubleCharge'),
    fee: feeOnly,
    shortCounts: feeOnly || signals.includes('chargeback'),
  });
  const feeTalk = fee !== undefined || FEE_QUESTIONS.has(expecting) || /扣|费|收钱|要钱|返|fee|charge/.test(normalized);
  const enums = findEnums(normalized, { expecting, reply }).filter(({ slot }) => slot !== 'feeAgreed' || feeTalk);
  const issue = issueOf(
    normalized,
    {
      role: role?.value,
      signals,
      fee: fee?.name,
      arrivedLess: money.slots.some((slot) => slot.slot === 'netAmount') && money.slots.some((slot) => slot.slot === 'amount'),
      txFailed: enums.some((slot) => slot.slot === 'txStatus' && slot.value !== 'success'),
    },
    expecting === 'issueType',
  );
  const named = findNamed(withoutIds, original, {
    expecting,
    merchant: role?.value === 'merchant',
    cardholder: role?.value === 'cardholder',
    reply,
  });
  const slots: SlotMention[] = [
    ...(role ? [{ slot: 'role', value: role.value, text: role.text } as const] : []),
    ...(issue ? [{ slot: 'issueType', value: issue.value, text: issue.text } as const] : []),
    ...enums,
    ...money.slots,
    ...timeSlots(when),
    ...ids.found.map(({ mention }) => mention),
    ...rates.found.map(({ mention }) => mention),
    ...named,
    ...feeMention(normalized, fee, expecting, issue?.value),
    ...merchantsMention(normalized, expecting),
  ];
  return {
    slots: once(slots, normalized),
    transactions: money.transactions,
    amountRange: money.amountRange,
    ambiguousHour: when.ambiguousHour,
  };
}

/** At most one mention of each slot: the corrected one, else the last. */
function once(slots: readonly SlotMention[], text: string): SlotMention[] {
  const bySlot = new Map<string, SlotMention>();
  for (const mention of slots) if (!bySlot.get(mention.slot)?.correction || mention.correction) bySlot.set(mention.slot, mention);
  return [...bySlot.values()].sort((a, b) => place(text, a) - place(text, b));
}
const place = (text: string, mention: SlotMention): number => {
  const at = text.indexOf(mention.text);
  return at < 0 ? text.length : at;
};

/** The fee in question: by its code name, or the user's words when it was asked. */
function feeMention(
  text: string,
  fee: ReturnType<typeof feeNameOf>,
  expecting: Asking | undefined,
  issue: string | undefined,
): SlotMention[] {
  if (expecting === 'instantFee' && fee?.name === 'instantFee') return [];
  if (fee && (expecting === 'feeName' || issue === 'R3' || issue === 'R5' || issue === 'R4' || issue === undefined))
    return [{ slot: 'feeName', value: fee.name, text: fee.word }];
  return expecting === 'feeName' && isName(text) ? [{ slot: 'feeName', value: text, text }] : [];
}

/** Shortest and longest words that may be what a fee is called; a question or a sentence about oneself is no name. */
const NAME_LENGTH = { least: 2, most: 16 };
const isName = (text: string): boolean =>
  text.length >= NAME_LENGTH.least && text.length <= NAME_LENGTH.most && !isQuestion(text) && !/[我你您\d]|[,!]/.test(text);
