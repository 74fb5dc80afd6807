import { addHours, addMs, compare, MINUTE_MS, momentRange } from '../calendar';
import type { CaseDraft } from '../case';
import { hasSignal, isUnknown, timesAsked, valueIn } from '../draft';
import { reversalDeadline } from '../settlement';
import { advise, isWallet, nextLook, triedInVain } from './conclusions';
import { clockVerdict } from './settlement-clock';
import { ask, cause, firstOpen, mayAsk, type Rules, type Verdict } from './verdict';

/** How long 支付中 may last before it is treated as failed. */
const PROCESSING_MS = 30 * MINUTE_MS;
const RECHECK_PROCESSING_MS = 10 * MINUTE_MS;
const HOURS_A_DAY = 24;

/** R2: the card was charged and the sale failed or is unknown (单边账), also 「店家说没收到」 and online orders. */
export function chargedVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const opening = firstOpen(draft, 'role', 'amount', 'txTime', 'payMethod');
  if (opening) return opening;
  if (hasSignal(draft, 'wrongPayee')) return advise(rules, 'SS-CHECK', [cause('C1', 'high', 'said')], 'Q-DISPUTE');
  if (hasSignal(draft, 'orderNotUpdated') || valueIn(draft, 'payMethod') === 'online') return onlineVerdict(draft, rules);
  const status = firstOpen(draft, 'txStatus');
  if (status) return status;
  if (isPayeeInDoubt(draft)) return payeeVerdict(draft, rules);
  switch (valueIn(draft, 'txStatus')) {
    case 'success':
      return succeeded(draft, rules);
    case 'reversed':
      return advise(rules, 'SS-CHECK', [cause('C6', 'high', 'status')], 'Q-DISPUTE');
    case 'processing':
      if (isYoung(draft, rules)) return processing(rules);
      break;
    default:
  }
  const debited = firstOpen(draft, 'cardholderDebited');
  if (debited) return debited;
  return debitVerdict(draft, rules);
}

/** Paid by wallet, and the shop does not find it: the money may have gone to another code. */
function isPayeeInDoubt(draft: CaseDraft): boolean {
  const unseen = ['notFound', 'cannotCheck', undefined].includes(valueIn(draft, 'txStatus'));
  return unseen && isWallet(draft) && hasSignal(draft, 'shopDenies') && valueIn(draft, 'role') === 'cardholder';
}

function payeeVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const payee = firstOpen(draft, 'payeeName');
  if (payee) return payee;
  return advise(rules, 'SS-VERIFY', [cause('C1', 'medium', 'status'), cause('B1', 'low')], 'Q-DISPUTE');
}

/** C10: paid online, order page unpaid. A day is enough for the page to follow. */
function onlineVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const txTime = valueIn(draft, 'txTime');
  const causes = [cause('C10', 'high', 'said')];
  const late = txTime !== undefined && compare(rules.now, addHours(momentRange(txTime, rules.now).to, HOURS_A_DAY)) > 0;
  if (late) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
  const recheckAt = txTime ? addHours(momentRange(txTime, rules.now).to, HOURS_A_DAY) : nextLook(rules);
  return { ...advise(rules, 'SS-CHECK', causes, 'Q-DISPUTE'), recheckAt };
}

/** The sale went through. The merchant goes to the clock (B2: only the slip failed); the cardholder shows the proof. */
function succeeded(draft: CaseDraft, rules: Rules): Verdict {
  if (valueIn(draft, 'role') === 'cardholder') return { ...advise(rules, 'SS-VERIFY', [cause('B2', 'medium', 'status')], 'Q-DISPUTE') };
  if (valueIn(draft, 'hasSlip') === 'no') return advise(rules, 'SS-REPRINT', [cause('B2', 'high', 'noSlip')]);
  return clockVerdict(draft, rules);
}

function isYoung(draft: CaseDraft, rules: Rules): boolean {
  const txTime = valueIn(draft, 'txTime');
  return txTime !== undefined && compare(rules.now, addMs(momentRange(txTime, rules.now).to, PROCESSING_MS)) <= 0;
}

/** C2 支付中: look the order up again in ten minutes, no goods before. */
function processing(rules: Rules): Verdict {
  return { ...advise(rules, 'SS-CHECK', [cause('C2', 'high', 'status')], 'Q-DISPUTE'), recheckAt: addMs(rules.now, RECHECK_PROCESSING_MS) };
}

function debitVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const debited = valueIn(draft, 'cardholderDebited');
  if (debited === 'no')
    return { ...advise(rules, 'SS-PAYAGAIN', [cause('B1', 'low', 'notDebited')], 'Q-DISPUTE'), recheckAt: addHours(rules.now, 1) };
  if (debited === 'yes') return reversalVerdict(draft, rules, 'B1');
  if (isWallet(draft)) {
    const payee = firstOpen(draft, 'codeKind', 'payeeName');
    if (payee) return payee;
    return advise(rules, 'SS-VERIFY', [cause('C1', 'medium', 'status'), cause('G2', 'medium', 'status')], 'Q-DISPUTE');
  }
  const causes = [cause('B1', 'medium', 'status'), cause('C5', 'low')];
  // Whether it is a charge or only a hold, the payer's own bank can tell.
  if (valueIn(draft, 'role') === 'cardholder') return advise(rules, 'SS-ISSUER', causes, 'Q-DISPUTE');
  return advise(rules, 'SS-VERIFY', [cause('B1', 'medium', 'status'), cause('G2', 'low')], 'Q-DISPUTE');
}

/** 冲正: back by itself within 48 hours of the sale, else a person corrects it. The hour is asked when it decides. */
function reversalVerdict(draft: CaseDraft, rules: Rules, id: string): Verdict {
  const txTime = valueIn(draft, 'txTime');
  const causes = [cause(id, 'high', 'status')];
  if (!txTime) return { ...advise(rules, 'SS-REVERSAL', causes, 'Q-DISPUTE'), recheckAt: reversalDeadline(rules.now, rules.profile) };
  const range = momentRange(txTime, rules.now);
  const [early, late] = [reversalDeadline(range.from, rules.profile), reversalDeadline(range.to, rules.profile)];
  const past = (iso: string) => compare(rules.now, iso) > 0;
  if (past(early) !== past(late) && mayAsk(draft) && timesAsked(draft, 'txTime') < 2) return ask('txTime');
  if (past(late)) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
  return { ...advise(rules, 'SS-REVERSAL', causes, 'Q-DISPUTE'), expectedBy: late, recheckAt: late };
}

/** Charged another sum than the price: the merchant gives the difference back, else a person (C-金额错). */
export function wrongAmountVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const open = firstOpen(draft, 'role', 'amount', 'txTime', 'payMethod');
  if (open) return open;
  const causes = [cause('C6', 'medium', 'said')];
  if (hasSignal(draft, 'merchantRefuses') || triedInVain(draft)) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
  return advise(rules, 'SS-REFUNDWAIT', causes, 'Q-DISPUTE');
}

/** B6 重复扣款: both succeeded → the merchant gives one back; one failed → it comes back by itself. */
export function duplicateVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const open = firstOpen(draft, 'role', 'amount', 'txTime', 'payMethod', 'txStatus');
  if (open) return open;
  const causes = [cause('B6', 'high', 'said')];
  const status = valueIn(draft, 'txStatus');
  if (hasSignal(draft, 'merchantRefuses')) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
  if (status === 'success') {
    if (hasSignal(draft, 'fixDone')) return { kind: 'escalation', causes, queue: 'Q-DISPUTE', base: 'P2' };
    return { ...advise(rules, 'SS-REFUNDWAIT', causes, 'Q-DISPUTE'), base: 'P2' };
  }
  if (isUnknown(draft, 'txTime') && status === undefined) return advise(rules, 'SS-CHECK', causes, 'Q-DISPUTE');
  return reversalVerdict(draft, rules, 'B6');
}
