import type { Transaction } from '../src/domain/case';
import { addSignals, addTransactions, learn, setFact, type Told, valueIn, withoutFact } from '../src/domain/draft';
import { isFuture, isHuge } from '../src/domain/limits';
import { type Asking, type Moment, SIGNALS, type Signal, SLOT_NAMES, type SlotName, TEXT_SLOTS, YES_NO_SLOTS } from '../src/domain/slots';
import { soundsOf } from '../src/understanding/embedded/pinyin';
import { tellsAnother } from '../src/understanding/embedded/question';
import type { IntentName } from '../src/understanding/recognizer';
import { type Heard, hear, UNTOLD } from './heard';
import { inferReading, inferRole, intentSignals, READING_OF } from './readings';
import type { Choice, Session } from './services';

/** Takes every fact of the message into the draft, before any dialog runs. A picked choice or a general question tells nothing beside itself. */
export function takeFacts(session: Session): void {
  const at = session.now;
  const picked = pickedChoice(session);
  const heard = picked ? UNTOLD : hear(session);
  const more = anotherSale(session, heard);
  const several = more !== undefined || heard.transactions.length > 1;
  const mentions = (heard.slots as readonly Told[]).filter(({ slot }) => !several || (slot !== 'amount' && slot !== 'txTime'));
  const told = [...factsOf(picked), ...(picked ? [] : replyFacts(session)), ...mentions.filter((item) => !isStray(session, item))];
  const learnt = learn(
    session.draft,
    told.filter((item) => isPlausible(session, item)),
    { at, asking: session.asking },
  );
  session.draft = addSignals(learnt.draft, [...heard.signals, ...signalsOf(picked), ...intentSignals(heard), ...hourSignals(session)]);
  session.freshSignals = session.draft.signals.filter((signal) => !learnt.draft.signals.includes(signal) && !MOODS.has(signal));
  if (more) session.draft = addTransactions(session.draft, [more], at);
  else if (heard.transactions.length > 1) session.draft = addTransactions(session.draft, heard.transactions, at);
  const total = session.draft.facts.amount !== learnt.draft.facts.amount && !learnt.fresh.includes('amount');
  session.fresh = total ? [...learnt.fresh, 'amount'] : learnt.fresh;
  session.replaced = learnt.replaced;
  session.draft = inferRole(timeOfFee(inferReading(session, heard)), at);
  session.answered = answers(session, told);
}

const hourSignals = ({ understanding: { ambiguousHour } }: Session): readonly Signal[] => (ambiguousHour ? ['ambiguousHour'] : []);

/** 「还有一笔500也没到」: one more sale beside the one that is known, not another figure for it. */
function anotherSale({ draft, text: words, asking }: Session, { slots, transactions }: Heard): Transaction | undefined {
  const amount = slots.find((mention) => mention.slot === 'amount');
  const known = valueIn(draft, 'amount');
  if (amount?.slot !== 'amount' || amount.correction || asking === 'amount' || transactions.length > 1) return undefined;
  if (known === undefined || known === amount.value || !tellsAnother(words)) return undefined;
  const txTime = slots.find((mention) => mention.slot === 'txTime');
  return { amount: amount.value, ...(txTime?.slot === 'txTime' ? { txTime: txTime.value } : {}) };
}

/** Cues of how the person feels or how the last answer fared, which change no judgement by themselves. */
const MOODS: ReadonlySet<Signal> = new Set<Signal>(['angry', 'stillMissing', 'solved', 'fixDone', 'ambiguousHour']);

/** Where a fee of the machine is the matter, the time that was told is the fee's. */
function timeOfFee(draft: Session['draft']): Session['draft'] {
  const told = valueIn(draft, 'txTime');
  const ofFee = ['R3', 'R5'].includes(valueIn(draft, 'issueType') ?? '');
  if (!ofFee || !told || valueIn(draft, 'feeTime')) return draft;
  return setFact(withoutFact(draft, 'txTime'), 'feeTime', told, 'said', draft.facts.txTime?.at ?? draft.openedAt);
}

/** Slots that take any words; a plain no to them is an answer, not a value. */
const FREE_TEXT: ReadonlySet<SlotName> = new Set<SlotName>(['noticeText', 'payerName', 'payeeName', 'acquirerName', 'issuerName']);

/** The 1 of T+1, read as one yuan. */
const PRODUCT = /[td]\s*[+＋]\s*1/i;
const PRODUCT_DAY = 100;

/** A bare number at a recap names nothing, and the fees that explain a shortfall are no fee in dispute. */
function isStray({ asking, draft, text: words, understanding: { reply } }: Session, { slot, value, correction }: Told): boolean {
  if (slot === asking && FREE_TEXT.has(slot)) return reply !== undefined;
  // 「就问问」 of who has told a matter makes it no less his.
  if (slot === 'role' && value === 'bystander') return valueIn(draft, 'role') !== undefined;
  if (slot === 'amount' && value === PRODUCT_DAY && PRODUCT.test(words)) return true;
  if (slot === 'amount') return asking === 'confirm' && !correction && /^\d+$/.test(words.trim());
  return slot === 'feeName' && valueIn(draft, 'issueType') === 'R4';
}

/** A sum of millions or a time that has not come is asked again before it is believed; said a second time it stands. */
function isPlausible(session: Session, { slot, value }: Told): boolean {
  if (value === 'unknown') return true;
  const huge = slot === 'amount' && isHuge(value as number);
  const early = (slot === 'txTime' || slot === 'refundTime') && isFuture(value as Moment, session.now);
  if (!huge && !early) return true;
  const again = session.doubted.includes(slot) && huge;
  session.doubted = [...session.doubted, slot];
  return again;
}

function answers({ asking, fresh, replaced }: Session, told: readonly Told[]): boolean {
  if (!asking) return false;
  return fresh.includes(asking as SlotName) || replaced.includes(asking as SlotName) || told.some((item) => item.slot === asking);
}

/** The choice that the message picks, by its label or by its number. */
export function pickedChoice({ text: words, choices }: Pick<Session, 'text' | 'choices'>): Choice | undefined {
  const said = plain(words);
  const byTitle = choices.find(({ title }) => plain(title) === said);
  return byTitle ?? (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : soundsLike(said, choices));
}

/** Without width, closing marks and outer blanks: 「１、」 is 1, and a label typed with its bracket is the label. */
const plain = (words: string): string =>
  words
    .normalize('NFKC')
    .trim()
    .replace(/[.。、)]+$/, '');

/** Longest answer that is compared by its sound: 「成工」, 「成」. */
const SHORT = 4;

/** The only choice whose label begins with what was said, by sound rather than by character. */
function soundsLike(said: string, choices: readonly Choice[]): Choice | undefined {
  if (said === '' || [...said].length > SHORT) return undefined;
  const sound = soundOf(said);
  const alike = choices.filter(({ title }) => soundOf(title.normalize('NFKC')).startsWith(sound));
  return alike.length === 1 ? alike[0] : undefined;
}

const soundOf = (words: string): string =>
  soundsOf([...words])
    .map((sound) => `${sound} `)
    .join('');

function factsOf(picked: Choice | undefined): readonly Told[] {
  const means = picked?.means;
  return means?.kind === 'fact' ? [{ slot: means.slot, value: means.value, correction: true } as Told] : [];
}

function signalsOf(picked: Choice | undefined): readonly Signal[] {
  const means = picked?.means;
  const signal = means?.kind === 'signal' ? SIGNALS.find((name) => name === means.signal) : undefined;
  return signal ? [signal] : [];
}

/** 「是」「没有」「不知道」 as the answer to the pending question; a no to a question for a number means there is none. */
function replyFacts({ asking, understanding }: Session): readonly Told[] {
  const { reply } = understanding;
  const told = understanding.slots.some(({ slot }) => slot === asking);
  if (!reply || !isSlot(asking) || (told && !FREE_TEXT.has(asking))) return [];
  if (reply === 'unknown') return [{ slot: asking, value: 'unknown' } as Told];
  if ((YES_NO_SLOTS as readonly Asking[]).includes(asking)) return [{ slot: asking, value: reply } as Told];
  const isText = (TEXT_SLOTS as readonly string[]).includes(asking) || asking === 'feeRate' || asking === 'instantFee';
  return isText && reply === 'no' ? [{ slot: asking, value: 'unknown' } as Told] : [];
}

/** Whether a question asks for a fact, rather than for a yes or no to what was said. */
export function isSlot(asking: Asking | undefined): asking is SlotName {
  return asking !== undefined && (SLOT_NAMES as readonly string[]).includes(asking);
}

/** Facts of the shop or the person that stay true for the next problem. */
const LASTING: readonly SlotName[] = [
  'role',
  'settleProduct',
  'settleBank',
  'settleCardLast4',
  'merchantNo',
  'terminalNo',
  'acquirerName',
  'contactPhone',
];

/** After a conclusion: does this message open another problem, rather than go on with the one concluded? */
export function opensAnother({ draft, understanding, text: words }: Session): boolean {
  const reading = understanding.decided ? READING_OF[understanding.decided as IntentName] : undefined;
  const current = valueIn(draft, 'issueType');
  const amount = understanding.slots.find((mention) => mention.slot === 'amount');
  const otherSum =
    amount !== undefined && !amount.correction && valueIn(draft, 'amount') !== undefined && amount.value !== valueIn(draft, 'amount');
  const ofItsOwn = understanding.slots.some(({ slot }) => slot === 'amount' || slot === 'txTime');
  const otherKind = reading !== undefined && current !== undefined && reading !== current && ofItsOwn;
  if (reading !== undefined && tellsAnother(words)) return true;
  return !understanding.signals.includes('stillMissing') && (otherSum || otherKind);
}

export function lastingFacts(draft: Session['draft']): Session['draft']['facts'] {
  return Object.fromEntries(LASTING.flatMap((slot) => (draft.facts[slot] ? [[slot, draft.facts[slot]]] : [])));
}
