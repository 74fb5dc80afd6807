import type { CaseDraft } from '../case';
import { hasSignal, valueIn } from '../draft';
import { cause, type Escalation, firstOpen, type Question } from './verdict';

/** A person (as opposed to a company) paid the merchant out; the payer's name says so. */
const COMPANY = /公司|银行|支付|财付通|网银在线|拉卡拉|银联|备付金|清算|中心|bank|pay|co\.|ltd/i;
const THIRD_PARTY = /科技|信息技术|贸易|商贸|咨询/;

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
  const strangePayer = payer !== undefined && (!COMPANY.test(payer) || THIRD_PARTY.test(payer));
  const personal = hasSignal(draft, 'personalPayer') || strangePayer;
  if (!personal && !hasSignal(draft, 'institutionGone')) return undefined;
  const open = firstOpen(draft, 'amount', 'txTime', 'payMethod');
  if (open) return open;
  return { kind: 'escalation', causes: [cause(personal ? 'C11' : 'C12', 'high', 'said')], queue: 'Q-COMPLAINT', base: 'P1' };
}
