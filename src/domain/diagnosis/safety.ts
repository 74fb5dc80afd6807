import type { CaseDraft } from '../case';
import payerNames from '../data/payer-names.json';
import { hasSignal, valueIn } from '../draft';
import { cause, type Escalation, firstOpen, type Question } from './verdict';

/** Who paid the merchant out (打款方) is no institution that may: by its name a person, or a company of another trade. */
function isStrangePayer(payer: string): boolean {
  const name = payer.toLowerCase();
  const has = (word: string): boolean => name.includes(word);
  return !payerNames.institution.some(has) || payerNames.tradingCompany.some(has);
}

/** Cues where money or a person is in danger: hand over first, ask later. P0 and P1 of docs/domain.md §4.5. */
export function safetyVerdict(draft: CaseDraft): Escalation | undefined {
  if (hasSignal(draft, 'lifeThreat'))
    return { kind: 'escalation', causes: [cause('U0', 'high', 'lifeThreat')], queue: 'Q-FRAUD', base: 'P0', atOnce: true };
  if (hasSignal(draft, 'unauthorizedCharge'))
    return { kind: 'escalation', causes: [cause('G3', 'high', 'said')], queue: 'Q-FRAUD', base: 'P0', atOnce: true };
  if (hasSignal(draft, 'settleCardHijacked'))
    return { kind: 'escalation', causes: [cause('D5', 'high', 'said')], queue: 'Q-FRAUD', base: 'P0', atOnce: true };
  if (hasSignal(draft, 'codeLeaked', 'scamContact'))
    return { kind: 'escalation', causes: [cause('G1', 'high', 'said')], queue: 'Q-FRAUD', base: 'P0', atOnce: true };
  if (hasSignal(draft, 'qrSwapped'))
    return { kind: 'escalation', causes: [cause('C1', 'high', 'said')], queue: 'Q-FRAUD', base: 'P1', atOnce: true };
  return undefined;
}

/** 二清 and vanished institutions: the money may be gone, so a person takes it whatever the clock says (C11, C12). */
export function complaintVerdict(draft: CaseDraft): Escalation | Question | undefined {
  const payer = valueIn(draft, 'payerName');
  const personal = hasSignal(draft, 'personalPayer') || (payer !== undefined && isStrangePayer(payer));
  if (!personal && !hasSignal(draft, 'institutionGone')) return undefined;
  const open = firstOpen(draft, 'amount', 'txTime', 'payMethod');
  if (open) return open;
  return { kind: 'escalation', causes: [cause(personal ? 'C11' : 'C12', 'high', 'said')], queue: 'Q-COMPLAINT', base: 'P1' };
}
