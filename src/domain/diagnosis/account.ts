import type { CaseDraft, Cause } from '../case';
import { hasSignal, isUnknown, valueIn } from '../draft';
import type { Clock } from './clock';
import { advise, clockFacts, isWallet, triedInVain } from './conclusions';
import { cause, type Escalation, firstOpen, type Rules, type Verdict } from './verdict';

/** From this many working days on, even a fault the merchant can mend goes to a person. Source: docs/domain.md §4.5. */
const OVERDUE_TO_PERSON = 3;

/** S7 检查账户: the payout is late or was refused; what became of it, and can the merchant mend it? */
export function accountVerdict(draft: CaseDraft, rules: Rules, clock: Clock | undefined): Verdict {
  const open = firstOpen(draft, 'payoutStatus');
  if (open) return open;
  const status = valueIn(draft, 'payoutStatus');
  if (status === 'frozen') return heldVerdict(draft, rules);
  if (status === 'failed') return failedPayout(draft, rules, clock);
  if (status === 'paid') return paidOut(draft, rules, clock);
  if (isWallet(draft)) {
    const balance = firstOpen(draft, 'walletBalance');
    if (balance) return balance;
  }
  if (!clock) return late([cause('U0', 'medium'), cause('C3', 'low')], clock);
  return late([cause('C3', 'high', 'payoutLate'), cause('E1', 'low'), ...(status === undefined ? [cause('U0', 'medium')] : [])], clock);
}

/** Overdue by two working days or more is P2, less is P3. */
function late(causes: readonly Cause[], clock: Clock | undefined): Escalation {
  const overdue = clock?.overdueWorkdays ?? 0;
  return { kind: 'escalation', causes, queue: 'Q-SETTLE', base: overdue >= 2 || !clock ? 'P2' : 'P3', ...clockFacts(clock) };
}

/** 划款失败/退票: which fault of the settlement card, D1–D3; none → the acquirer must look (C3). */
function failedPayout(draft: CaseDraft, rules: Rules, clock: Clock | undefined): Verdict {
  if (hasSignal(draft, 'wrongCardInfo', 'limitedAccount', 'cardUnusable')) return fixCardVerdict(draft, rules, clock);
  const account = firstOpen(draft, 'accountClass');
  if (account) return account;
  if (isLimited(draft)) return fixCardVerdict(draft, rules, clock);
  const changed = firstOpen(draft, 'settleCardChanged');
  if (changed) return changed;
  if (valueIn(draft, 'settleCardChanged') === 'yes') return fixCardVerdict(draft, rules, clock);
  const causes = isUnknown(draft, 'accountClass')
    ? [cause('C3', 'medium', 'payoutFailed'), cause('D2', 'medium'), cause('D3', 'low')]
    : [cause('C3', 'high', 'payoutFailed'), cause('D3', 'low')];
  return { kind: 'escalation', causes, queue: 'Q-SETTLE', base: 'P2', ...clockFacts(clock) };
}

const isLimited = (draft: CaseDraft): boolean =>
  hasSignal(draft, 'limitedAccount') || ['II', 'III'].includes(valueIn(draft, 'accountClass') ?? '');

/** D1–D3: the merchant mends the card, unless long overdue or tried in vain. */
export function fixCardVerdict(draft: CaseDraft, rules: Rules, clock: Clock | undefined): Verdict {
  const causes: Cause[] = [];
  if (isLimited(draft)) causes.push(cause('D2', 'high', 'said'));
  if (hasSignal(draft, 'cardUnusable')) causes.push(cause('D3', 'high', 'said'));
  if (hasSignal(draft, 'wrongCardInfo') || valueIn(draft, 'settleCardChanged') === 'yes') causes.push(cause('D1', 'high', 'said'));
  if (triedInVain(draft) || (clock?.overdueWorkdays ?? 0) >= OVERDUE_TO_PERSON)
    return { kind: 'escalation', causes, queue: 'Q-SETTLE', base: 'P2', ...clockFacts(clock) };
  return { ...advise(rules, 'SS-FIXCARD', causes), ...clockFacts(clock) };
}

/** 已划款 but not in the account: the wrong account, the bank, or a payout returned later (A7, B5, C3); a private payer is C11. */
function paidOut(draft: CaseDraft, rules: Rules, clock: Clock | undefined): Verdict {
  const open = firstOpen(draft, 'settleCardLast4', 'payerName');
  if (open) return open;
  const causes = [cause('A7', 'medium', 'paidOut'), cause('C3', 'medium', 'paidOut'), cause('B5', 'low')];
  if (triedInVain(draft) || (clock?.overdueWorkdays ?? 0) >= OVERDUE_TO_PERSON) return late(causes, clock);
  return { ...advise(rules, 'SS-CHECK', causes), ...clockFacts(clock) };
}

/**
 * 冻结/延迟/调单/退单: proof goes through the acquirer's official way, and a person is offered (E1, C7).
 * A freeze by an authority is D4: information only.
 */
export function heldVerdict(draft: CaseDraft, rules: Rules): Verdict {
  if (hasSignal(draft, 'judicialFreeze')) return { kind: 'escalation', causes: [cause('D4', 'high', 'said')], queue: 'Q-RISK', base: 'P1' };
  // A chargeback or a retrieval request says by its name what is wanted; of a hold only the notice tells.
  const named = hasSignal(draft, 'chargeback', 'retrieval');
  const open = named ? undefined : firstOpen(draft, 'noticeText');
  if (open) return open;
  const causes = [cause(hasSignal(draft, 'chargeback') ? 'C7' : 'E1', 'high', 'said')];
  return { ...advise(rules, 'SS-EVIDENCE', causes, 'Q-RISK'), base: 'P2' };
}
