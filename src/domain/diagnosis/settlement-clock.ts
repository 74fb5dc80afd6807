import type { CaseDraft, Cause } from '../case';
import { hasSignal, isUnknown, valueIn } from '../draft';
import { accountVerdict } from './account';
import { type Clock, hourMatters, readClock } from './clock';
import { advise, clockFacts } from './conclusions';
import { ask, cause, firstOpen, type Rules, type Verdict } from './verdict';

/** S6 结算时钟. Without a time nothing can be computed: the payout status decides. */
export function clockVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const open = firstOpen(draft, 'settleProduct');
  if (open) return open;
  if (hourMatters(draft, rules)) return ask('txTime');
  const clock = readClock(draft, rules);
  if (!clock || hasSignal(draft, 'allSalesMissing') || clock.state === 'overdue') return accountVerdict(draft, rules, clock);
  const facts = { ...clockFacts(clock), ...(clock.earliest ? { earliest: clock.earliest } : {}) };
  if (clock.state === 'grace') {
    const causes = [cause('C3', 'medium', 'grace'), cause('A7', 'low'), cause('B5', 'low')];
    return { ...advise(rules, 'SS-CHECK', causes), ...facts, recheckAt: clock.graceUntil };
  }
  const recheckAt = clock.expectedBy;
  if (clock.state === 'fallback') return { ...advise(rules, 'SS-FALLBACK', [cause('A4', 'high', ...clock.fellBack)]), ...facts, recheckAt };
  return { ...advise(rules, 'SS-WAIT', waitCauses(draft, clock)), ...facts, recheckAt };
}

function waitCauses(draft: CaseDraft, clock: Clock): readonly Cause[] {
  const causes = [cause('A1', 'high', 'clock')];
  if (clock.afterCutoff) causes.unshift(cause('A2', 'high', 'cutoff'));
  if (clock.holiday) causes.unshift(cause('A3', 'high', 'holiday'));
  if (isUnknown(draft, 'settleProduct')) return causes;
  return valueIn(draft, 'hasSlip') === 'no' ? [...causes, cause('B2', 'medium', 'noSlip')] : causes;
}
