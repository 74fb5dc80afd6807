import { isTextKey, type TextKey, text } from '../locales';
import type { Rules } from '../src/domain/diagnosis/verdict';
import { hasSignal, isUnknown, timesAsked, valueIn } from '../src/domain/draft';
import { formatFen } from '../src/domain/money';
import { type Asking, ENUM_SLOTS, FEE_NAMES, type SlotName } from '../src/domain/slots';
import { saysNextDay } from '../src/understanding/embedded/question';
import { formatDay, recapOf } from './format';
import type { Choice, Session } from './services';
import { stepOf } from './steps';

export interface QuestionText {
  readonly text: string;
  readonly choices: readonly Choice[];
}

/** The words of a question, fitted to who is asked and what is already known. */
export function questionFor(session: Session, asking: Asking, rules: Rules): QuestionText {
  const { variant, params } = wording(session, asking, rules);
  const base = `${stepOf(asking)}.${asking}`;
  const key = `${base}.${variant}`;
  return {
    text: text(session.locale, (isTextKey(key) ? key : `${base}.question`) as TextKey, params),
    choices: choicesFor(session, asking, rules),
  };
}

interface Wording {
  readonly variant: string;
  readonly params?: Record<string, string>;
}

const PLAIN: Wording = { variant: 'question' };

/** Which of a question's wordings fits. Every branch is about words; what to ask was decided by the domain. */
function wording(session: Session, asking: Asking, rules: Rules): Wording {
  const { draft } = session;
  const cardholder = valueIn(draft, 'role') === 'cardholder';
  switch (asking) {
    case 'issueType':
      return isFeeTrap(session, rules) ? { variant: 'fee-or-sale', params: { amount: formatFen(valueIn(draft, 'amount') ?? 0) } } : PLAIN;
    case 'amount':
      return amountWording(session);
    case 'txTime':
      return timeWording(session, rules);
    case 'payMethod': {
      const family = valueIn(draft, 'payFamily');
      return { variant: family ?? (cardholder ? 'cardholder' : 'question') };
    }
    case 'txStatus':
      if (hasSignal(draft, 'doubleCharge')) return { variant: 'duplicate' };
      return { variant: cardholder ? 'cardholder' : 'question' };
    case 'cardholderDebited':
      return { variant: cardholder ? 'cardholder' : 'question' };
    case 'refundTime':
      if (isUnknown(draft, 'refundTime')) return { variant: 'retry' };
      return { variant: draft.facts.refundMethod ? 'question' : 'both' };
    case 'feeName':
      return { variant: draft.facts.feeTime ? 'question' : 'both' };
    case 'feeTime':
    case 'feeAgreed':
      return { variant: valueIn(draft, 'issueType') === 'R5' ? 'deposit' : 'question' };
    case 'settleProduct':
      return { variant: saysNextDay(session.text) ? 'weekend' : 'question' };
    case 'confirm':
      return { variant: 'question', params: { recap: recapOf(session.locale, draft) } };
    default:
      return PLAIN;
  }
}

function amountWording({ draft, understanding, doubted }: Session): Wording {
  if (doubted.includes('amount') && !draft.facts.amount) return { variant: 'huge' };
  if (understanding.amountRange || draft.facts.amount?.approx) return { variant: 'exact' };
  if (isUnknown(draft, 'amount')) return { variant: 'retry' };
  const reading = valueIn(draft, 'issueType');
  if (reading === 'R3' || reading === 'R6') return { variant: reading === 'R3' ? 'fee' : 'refund' };
  const fee = reading === 'R4' || reading === 'R5';
  return { variant: draft.facts.txTime || fee || timesAsked(draft, 'txTime') > 0 ? 'question' : 'both' };
}

function timeWording({ draft, understanding, locale, doubted }: Session, rules: Rules): Wording {
  if (doubted.includes('txTime') && !draft.facts.txTime) return { variant: 'future' };
  const moment = valueIn(draft, 'txTime');
  if (understanding.ambiguousHour || (hasSignal(draft, 'ambiguousHour') && !moment?.time)) return { variant: 'noon' };
  if (moment) return { variant: 'hour', params: { date: formatDay(locale, moment.date), cutoff: rules.profile.cutoff } };
  return { variant: isUnknown(draft, 'txTime') ? 'retry' : 'question' };
}

/** 「刷了299没到账」: a sum that is usually a fee of the device, with nothing that says it was a sale. Source: docs/domain.md §2.2. */
export function isFeeTrap({ draft }: Session, rules: Rules): boolean {
  const amount = valueIn(draft, 'amount');
  return amount !== undefined && rules.fees.feeSignatureAmounts.includes(amount);
}

function choicesFor(session: Session, asking: Asking, rules: Rules): readonly Choice[] {
  if (asking === 'issueType') return issueChoices(session, isFeeTrap(session, rules));
  if (asking === 'confirm' || asking === 'handoff' || asking === 'resolved') return replyChoices(session, asking);
  const values = valuesOf(session, asking);
  return values.flatMap((value): readonly Choice[] => {
    const title = choiceTitle(session, asking, value);
    if (!title) return [];
    if (value === 'cardUnusable') return [{ title, means: { kind: 'signal', signal: value } }];
    return [{ title, means: { kind: 'fact', slot: asking as SlotName, value } }];
  });
}

/** Values offered for a slot; 不清楚 comes last. */
function valuesOf({ draft }: Session, asking: Asking): readonly string[] {
  if (asking === 'feeName') return [...FEE_NAMES, 'unknown'];
  if (asking === 'payMethod') {
    const family = valueIn(draft, 'payFamily');
    if (family === 'card') return ['creditCard', 'debitCard', 'foreignCard', 'unknown'];
    if (family === 'qr') return ['wechat', 'alipay', 'unionpayQr', 'ecny', 'unknown'];
  }
  if (asking === 'accountClass') return ['I', 'II', 'III', 'cardUnusable', 'unknown'];
  return asking in ENUM_SLOTS ? [...ENUM_SLOTS[asking as keyof typeof ENUM_SLOTS], 'unknown'] : [];
}

function choiceTitle(session: Session, asking: Asking, value: string): string | undefined {
  const base = `${stepOf(asking)}.${asking}`;
  const variants: Record<string, string | false> = {
    txStatus: hasSignal(session.draft, 'doubleCharge') && 'duplicate-choices',
    feeAgreed: valueIn(session.draft, 'issueType') === 'R5' && 'deposit-choices',
    settleProduct: saysNextDay(session.text) && 'weekend-choices',
  };
  const key = `${base}.${variants[asking] || 'choices'}.${value}`;
  return isTextKey(key) ? text(session.locale, key) : undefined;
}

const READINGS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8'] as const;

function issueChoices({ locale }: Session, trap: boolean): readonly Choice[] {
  if (trap)
    return (['R1', 'R3'] as const).map((value) => ({
      title: text(locale, `confirm-problem.issueType.trap.${value}`),
      means: { kind: 'fact', slot: 'issueType', value },
    }));
  const readings = READINGS.map(
    (value): Choice => ({
      title: text(locale, `confirm-problem.issueType.choices.${value}`),
      means: { kind: 'fact', slot: 'issueType', value },
    }),
  );
  return [
    ...readings,
    { title: text(locale, 'confirm-problem.issueType.choices.doubleCharge'), means: { kind: 'signal', signal: 'doubleCharge' } },
    { title: text(locale, 'contact-agent.handoff.choices.yes'), means: { kind: 'human' } },
  ];
}

function replyChoices({ locale }: Session, asking: 'confirm' | 'handoff' | 'resolved'): readonly Choice[] {
  const base = `${stepOf(asking)}.${asking}.choices` as 'contact-agent.confirm.choices';
  const choices: Choice[] = [
    { title: text(locale, `${base}.yes`), means: asking === 'handoff' ? { kind: 'human' } : { kind: 'reply', reply: 'yes' } },
    { title: text(locale, `${base}.no`), means: { kind: 'reply', reply: 'no' } },
  ];
  if (asking === 'resolved') choices.push({ title: text(locale, 'follow-up.resolved.choices.human'), means: { kind: 'human' } });
  return choices;
}
