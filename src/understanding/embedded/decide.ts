import type { Asking } from '../../domain/slots';
import { type Command, INTENTS, type IntentName, type Understanding } from '../recognizer';

/** What the rules read from the text; the part of an understanding that needs no model. */
export type Extracted = Pick<
  Understanding,
  'slots' | 'transactions' | 'amountRange' | 'ambiguousHour' | 'signals' | 'reply' | 'command' | 'language'
> & { readonly normalized: string };

/** Confidence at and above which an intent is acted on, and offered as a choice; below `clarify` the text is not ours. */
export interface Bands {
  readonly act: number;
  readonly clarify: number;
}

export interface Ranked {
  readonly name: IntentName;
  readonly confidence: number;
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

const YES_NO: ReadonlySet<Asking> = new Set([
  'confirm',
  'handoff',
  'resolved',
  'cardholderDebited',
  'hasSlip',
  'walletBalance',
  'settleCardChanged',
  'feeAgreed',
  'fixTried',
]);

/** How a pending question shifts what the next message probably is. */
function priorOf(name: IntentName, expecting: Asking | undefined): number {
  if (expecting === undefined || expecting === 'menu') return 1;
  if (name === 'provide_info') return YES_NO.has(expecting) ? 1.5 : 3;
  if (name === 'affirm' || name === 'deny') return YES_NO.has(expecting) ? 3 : 1;
  if (name === 'correct_info') return expecting === 'confirm' ? 3 : 1.5;
  return name === 'greet' ? 0.5 : 1;
}

/** In-scope intents by falling confidence: each share of what is in scope, lowered by the likelihood of out_of_scope. */
export function rank(probabilities: ReadonlyMap<string, number>, expecting?: Asking): Ranked[] {
  const outside = probabilities.get('out_of_scope') ?? 0;
  const shares = IN_SCOPE.map((name) => ({ name, share: (probabilities.get(name) ?? 0) * priorOf(name, expecting) }));
  const total = shares.reduce((sum, { share }) => sum + share, 0) || 1;
  const inside = total / (total + outside);
  return shares.map(({ name, share }) => ({ name, confidence: (share / total) * inside })).sort((a, b) => b.confidence - a.confidence);
}

/** The intent an exact rule gives, undefined when the words must be judged by the model. */
function exactIntent({ command, reply, slots }: Extracted, expecting: Asking | undefined): IntentName | undefined {
  const commanded = command && COMMAND_INTENTS[command];
  if (commanded) return commanded;
  if (reply === 'yes') return 'affirm';
  if (reply === 'no') return 'deny';
  if (reply === 'unknown' && expecting !== undefined) return 'provide_info';
  const answered = slots.some(({ slot }) => slot === expecting);
  return answered && slots.some(({ correction }) => correction) ? 'correct_info' : undefined;
}

/** Puts an intent decided by rule at the head of the ranking. */
function withExact(ranked: readonly Ranked[], exact: IntentName): Ranked[] {
  const others = ranked.filter(({ name }) => name !== exact);
  return [{ name: exact, confidence: EXACT }, ...others.map(({ name, confidence }) => ({ name, confidence: confidence * (1 - EXACT) }))];
}

/** Nothing but values: what is left of the text without them is too short to carry an intent. */
function isBareValue({ slots, normalized }: Extracted): boolean {
  if (slots.length === 0) return false;
  let rest = normalized;
  for (const { text } of slots) rest = rest.replace(text.toLowerCase(), '');
  return rest.replace(/[\s\p{P}是的了元块在我]/gu, '').length <= 2;
}

export interface Decision {
  readonly intent?: IntentName;
  readonly confidence: number;
  readonly decided: Understanding['decided'];
  readonly ranked: readonly Ranked[];
}

const CHOICES = 5;

function banded(confidence: number, name: IntentName, bands: Bands): Understanding['decided'] {
  if (confidence >= bands.act) return name;
  return confidence >= bands.clarify ? 'clarify' : 'out_of_scope';
}

/** What the bot would act on, given the model's probabilities, the rules' findings and the pending question. */
export function decide(
  probabilities: ReadonlyMap<string, number>,
  extracted: Extracted,
  context: { bands: Bands; expecting?: Asking },
): Decision {
  const { bands, expecting } = context;
  if (!/[\p{L}\p{N}]/u.test(extracted.normalized)) return { confidence: 0, decided: undefined, ranked: [] };
  const fromModel = rank(probabilities, expecting);
  const answers = extracted.slots.some(({ slot }) => slot === expecting);
  const best = fromModel[0];
  const exact =
    exactIntent(extracted, expecting) ??
    (isBareValue(extracted) || (answers && best !== undefined && best.confidence < bands.act) ? 'provide_info' : undefined);
  const ranked = exact ? withExact(fromModel, exact) : fromModel;
  const top = ranked[0];
  if (!top) return { confidence: 0, decided: undefined, ranked: [] };
  return {
    intent: top.name,
    confidence: top.confidence,
    decided: banded(top.confidence, top.name, bands),
    ranked: ranked.slice(0, CHOICES),
  };
}
