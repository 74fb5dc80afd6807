import { at, dateOf, nextWorkday } from '../calendar';
import type { CaseDraft, Cause } from '../case';
import { hasSignal, valueIn } from '../draft';
import type { Clock } from './clock';
import type { Rules, SelfService } from './verdict';

/** Look again on the next working day at the hour by which T+1 money is in. */
export function nextLook(rules: Rules): string {
  return at(nextWorkday(dateOf(rules.now), rules.calendar, rules.profile), rules.profile.arriveBy.T1);
}

/** A self-service conclusion, to be looked at again on the next working day unless a better hour is known. */
export function advise(rules: Rules, outcome: string, causes: readonly Cause[], queue: SelfService['queue'] = 'Q-SETTLE'): SelfService {
  return { kind: 'self-service', outcome, causes, queue, base: 'P3', recheckAt: nextLook(rules) };
}

/** What a verdict says of the settlement clock. */
export function clockFacts(clock: Clock | undefined): Partial<Pick<SelfService, 'expectedBy' | 'overdueWorkdays' | 'provisional'>> {
  return clock ? { expectedBy: clock.expectedBy, overdueWorkdays: clock.overdueWorkdays, provisional: clock.provisional } : {};
}

/** What was advised has been tried and did not help. */
export const triedInVain = (draft: CaseDraft): boolean => hasSignal(draft, 'fixDone') || valueIn(draft, 'fixTried') === 'yes';

const WALLETS: readonly string[] = ['wechat', 'alipay', 'unionpayQr'];

export const isWallet = (draft: CaseDraft): boolean =>
  WALLETS.includes(valueIn(draft, 'payMethod') ?? '') || valueIn(draft, 'payFamily') === 'qr';
