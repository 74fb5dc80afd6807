import { addHours, compare, momentRange } from '../calendar';
import type { CaseDraft } from '../case';
import { hasSignal, valueIn } from '../draft';
import { preauthLapse, refundDeadline } from '../settlement';
import type { SlotValue } from '../slots';
import { advise } from './conclusions';
import { clockVerdict } from './settlement-clock';
import { cause, firstOpen, type Rules, type Verdict } from './verdict';

type RefundMethod = SlotValue<'refundMethod'>;

/** The slowest usual way back for each method of payment, when the user cannot name the refund's way. */
const REFUND_OF: Readonly<Record<SlotValue<'payMethod'>, RefundMethod>> = {
  creditCard: 'posCredit',
  debitCard: 'posDebit',
  wechat: 'wechatCard',
  alipay: 'alipayCard',
  unionpayQr: 'posDebit',
  ecny: 'online',
  foreignCard: 'posCredit',
  online: 'online',
};

const POS_TO_CARD: ReadonlySet<RefundMethod> = new Set<RefundMethod>(['posDebit', 'posCredit']);

/** The way of the refund: as told, or as it was paid. 「退回银行卡」 of what a wallet paid goes through the wallet. */
function wayBack(draft: CaseDraft): RefundMethod {
  const payMethod = valueIn(draft, 'payMethod');
  const told = valueIn(draft, 'refundMethod');
  const byWallet = payMethod === 'wechat' || payMethod === 'alipay';
  if (told && !(byWallet && POS_TO_CARD.has(told))) return told;
  return payMethod ? REFUND_OF[payMethod] : 'online';
}

/** R6 退款未到: inside its clock wait, past it a person. Source: docs/domain.md §5.6. */
export function refundVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const causes = [cause('C6', 'medium', 'said')];
  if (hasSignal(draft, 'merchantRefuses')) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
  // The shop sees a refund it did not make: its own people know more than the bank.
  const unexplained = valueIn(draft, 'txStatus') === 'reversed' && valueIn(draft, 'role') !== 'cardholder';
  if (unexplained && !valueIn(draft, 'refundTime')) return advise(rules, 'SS-CHECK', causes, 'Q-DISPUTE');
  const open = firstOpen(draft, 'amount', 'refundTime', 'refundMethod');
  if (open) return open;
  const started = valueIn(draft, 'refundTime');
  const method = wayBack(draft);
  if (!started) return advise(rules, 'SS-REFUNDWAIT', causes, 'Q-DISPUTE');
  const start = momentRange(started, rules.now).to;
  const { by, provisional } = refundDeadline(method, { start, profile: rules.profile, calendar: rules.calendar });
  if (compare(rules.now, by) > 0) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2', expectedBy: by, provisional };
  return { ...advise(rules, 'SS-REFUNDWAIT', causes, 'Q-DISPUTE'), expectedBy: by, recheckAt: by, provisional };
}

/** R7 预授权: a hold, not a charge; it lapses by itself after about 30 days. */
export function preauthVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const open = firstOpen(draft, 'txTime');
  if (open) return open;
  const causes = [cause('C5', 'high', 'said')];
  const txTime = valueIn(draft, 'txTime');
  if (!txTime) return advise(rules, 'SS-PREAUTH', causes, 'Q-DISPUTE');
  const lapse = preauthLapse(momentRange(txTime, rules.now).to, rules.profile);
  if (compare(rules.now, lapse) > 0) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2', expectedBy: lapse };
  return { ...advise(rules, 'SS-PREAUTH', causes, 'Q-DISPUTE'), expectedBy: lapse, recheckAt: lapse };
}

/** R8 假象: only the merchant's own records count; a payer's screenshot proves nothing (G2). */
export function proofVerdict(draft: CaseDraft, rules: Rules): Verdict {
  if (hasSignal(draft, 'wrongPayee')) return advise(rules, 'SS-CHECK', [cause('C1', 'high', 'said')], 'Q-DISPUTE');
  const open = firstOpen(draft, 'txStatus');
  if (open) return open;
  if (valueIn(draft, 'txStatus') === 'success') return firstOpen(draft, 'amount', 'txTime') ?? clockVerdict(draft, rules);
  // A delayed transfer shows within a day or never.
  return {
    ...advise(rules, 'SS-CHECK', [cause('G2', 'high', 'said'), cause('C1', 'low')], 'Q-DISPUTE'),
    recheckAt: addHours(rules.now, 24),
  };
}
