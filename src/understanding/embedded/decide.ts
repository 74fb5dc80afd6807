import { type Asking, MONEY_SLOTS, type SlotName, TIME_SLOTS, YES_NO_SLOTS } from '../../domain/slots';
import { type Command, INTENTS, type IntentName, type Understanding } from '../recognizer';

/** What the rules read from the text; the part of an understanding that needs no model. */
export type Extracted = Pick<
  Understanding,
  'slots' | 'transactions' | 'amountRange' | 'ambiguousHour' | 'signals' | 'reply' | 'command' | 'language'
> & { readonly normalized: string };

/** When to act; all bounds are 0…1 and come from cross-validation. */
export interface Bands {
  /** Confidence below it: the text is not ours. */
  readonly clarify: number;
  /** Confidence an intent needs to be acted on … */
  readonly act: number;
  /** … and its share among the intents; with less, choices are offered. */
  readonly share: number;
}

export interface Ranked {
  readonly name: IntentName;
  readonly confidence: number;
}

/** What the model makes of a text: the in-scope intents by falling confidence, and the share of the first among them. */
export interface Ranking {
  readonly ranked: readonly Ranked[];
  readonly share: number;
}

const IN_SCOPE = INTENTS.filter((name) => name !== 'out_of_scope');

/** Confidence of what an exact rule decided. */
const EXACT = 0.99;

const COMMAND_INTENTS: Readonly<Partial<Record<Command, IntentName>>> = {
  human: 'talk_to_human',
  restart: 'restart',
  cancel: 'cancel',
  progress: 'check_case_status',
  deleteData: 'privacy_question',
};

const YES_NO: ReadonlySet<Asking> = new Set<Asking>(['confirm', 'handoff', 'resolved', ...YES_NO_SLOTS]);

/** Facts that nobody asked for are more often part of a report; by cross-validation. */
const UNASKED = 0.6;

/** How a pending question shifts what the next message probably is. */
function priorOf(name: IntentName, expecting: Asking | undefined): number {
  if (expecting === undefined || expecting === 'menu') return name === 'provide_info' ? UNASKED : 1;
  if (name === 'provide_info') return YES_NO.has(expecting) ? 1.5 : 3;
  if (name === 'affirm' || name === 'deny') return YES_NO.has(expecting) ? 3 : 1;
  if (name === 'correct_info') return expecting === 'confirm' ? 3 : 1.5;
  return name === 'greet' ? 0.5 : 1;
}

/** How much doubt between two of our intents lowers the confidence that a text is ours at all: hardly. */
const DOUBT = 0.1;

/**
 * Ranks the in-scope intents. The confidence of the best is the likelihood that the text is ours, a little lowered when the intents are
 * close; the others follow in proportion.
 */
export function rank(probabilities: ReadonlyMap<string, number>, expecting?: Asking): Ranking {
  const outside = probabilities.get('out_of_scope') ?? 0;
  const weighted = IN_SCOPE.map((name) => ({ name, weight: (probabilities.get(name) ?? 0) * priorOf(name, expecting) }));
  weighted.sort((a, b) => b.weight - a.weight);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const best = weighted[0]?.weight || 1;
  const share = best / total;
  const confidence = (total / (total + outside)) * share ** DOUBT;
  return { share, ranked: weighted.map(({ name, weight }) => ({ name, confidence: (confidence * weight) / best })) };
}

/** The model's first choice stands against a plain answer that nobody asked for (「ok谢谢」) from this share on. */
const CERTAIN = 0.9;

function plainAnswer({ reply }: Extracted): IntentName | undefined {
  if (reply === 'yes') return 'affirm';
  return reply === 'no' ? 'deny' : undefined;
}

/** The intent an exact rule gives, undefined when the words must be judged by the model. */
function exactIntent(extracted: Extracted, expecting: Asking | undefined, { ranked, share }: Ranking): IntentName | undefined {
  const { command, reply, slots } = extracted;
  const answer = plainAnswer(extracted);
  if (answer && expecting !== undefined && YES_NO.has(expecting)) return answer;
  const commanded = command && COMMAND_INTENTS[command];
  if (commanded) return commanded;
  if (answer) return share >= CERTAIN ? ranked[0]?.name : answer;
  if (reply === 'unknown' && expecting !== undefined) return 'provide_info';
  const answered = slots.some(({ slot }) => slot === expecting);
  if (answered && slots.some(({ correction }) => correction)) return 'correct_info';
  return isBareValue(extracted, expecting !== undefined) ? 'provide_info' : undefined;
}

/** Puts an intent decided by rule at the head of the ranking. */
function withExact(ranked: readonly Ranked[], exact: IntentName): Ranked[] {
  const others = ranked.filter(({ name }) => name !== exact);
  return [{ name: exact, confidence: EXACT }, ...others.map(({ name, confidence }) => ({ name, confidence: confidence * (1 - EXACT) }))];
}

/** Slots whose mention is a value and names no matter by itself, as a fee or a bank would. */
const VALUES: ReadonlySet<SlotName> = new Set([
  ...MONEY_SLOTS,
  ...TIME_SLOTS,
  ...(['cardLast4', 'settleCardLast4', 'merchantNo', 'merchantNoRaw', 'walletMchId', 'terminalNo', 'deviceSn', 'rrn', 'traceNo'] as const),
  ...(['batchNo', 'authCode', 'orderNo', 'merchantOrderNo', 'contactPhone', 'caseId'] as const),
]);

/** Nothing but values, or but facts where something is asked: what is left of the text without them carries no intent. */
function isBareValue({ slots, normalized }: Extracted, isAsked: boolean): boolean {
  const values = isAsked ? slots : slots.filter(({ slot }) => VALUES.has(slot));
  if (values.length === 0) return false;
  let rest = normalized;
  for (const { text } of values) rest = rest.replace(text.toLowerCase(), '');
  return rest.replace(/[\s\p{P}是的了元块在我]/gu, '') === '';
}

export interface Decision {
  readonly intent?: IntentName;
  readonly confidence: number;
  readonly decided: Understanding['decided'];
  readonly ranked: readonly Ranked[];
}

/** Words people begin with and send before they have said anything. */
const OPENING =
  /^(?:那个|这个|就是|我们?|俺|然后|还有|因为|所以|但是|不过|对了|那么?|这|呃|额|嗯那个|是这样的?|事情是这样的?|我跟你说|我这[边里]|[\s\p{P}])+$/u;

/** Nothing to judge: no letter, number or picture, or but the opening of a sentence. */
function isSilent({ normalized, reply, command }: Extracted): boolean {
  if (!/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(normalized)) return true;
  return !reply && !command && OPENING.test(normalized);
}

const NOTHING: Decision = { confidence: 0, decided: undefined, ranked: [] };
/** Intents told in a ranking. */
const TOLD = 5;

function banded({ ranked, share }: Ranking, bands: Bands): Understanding['decided'] {
  const [top] = ranked;
  if (!top || top.confidence < bands.clarify) return 'out_of_scope';
  return top.confidence >= bands.act && share >= bands.share ? top.name : 'clarify';
}

/** What the bot would act on, given the model's probabilities, the rules' findings and the pending question. */
export function decide(
  probabilities: ReadonlyMap<string, number>,
  extracted: Extracted,
  { bands, expecting }: { bands: Bands; expecting?: Asking },
): Decision {
  if (isSilent(extracted)) return NOTHING;
  const judged = rank(probabilities, expecting);
  const decided = banded(judged, bands);
  const answers = extracted.slots.some(({ slot }) => slot === expecting) && decided !== judged.ranked[0]?.name;
  const exact = exactIntent(extracted, expecting, judged) ?? (answers ? 'provide_info' : undefined);
  const ranked = (exact ? withExact(judged.ranked, exact) : judged.ranked).slice(0, TOLD);
  const [top] = ranked;
  if (!top) return NOTHING;
  return { intent: top.name, confidence: top.confidence, decided: exact ?? decided, ranked };
}
