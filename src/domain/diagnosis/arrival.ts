import { addHours } from '../calendar';
import type { CaseDraft } from '../case';
import { hasSignal, valueIn } from '../draft';
import { accountVerdict, fixCardVerdict } from './account';
import { chargedVerdict } from './charged';
import { type Clock, hourIsAmbiguous, readClock } from './clock';
import { advise, clockFacts, triedInVain } from './conclusions';
import { clockVerdict } from './settlement-clock';
import { ask, cause, firstOpen, type Rules, type SelfService, type Verdict } from './verdict';

/** R1: the customer paid and the merchant's money is not there. S3–S7 of docs/domain.md §4.2, the cheap decisive check first. */
export function arrivalVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const opening = firstOpen(draft, 'role', 'amount', 'txTime');
  if (opening) return opening;
  if (hourIsAmbiguous(draft)) return ask('txTime');
  return cueVerdict(draft, rules) ?? saleVerdict(draft, rules);
}

/** Cues that decide without the clock: an override of S6 or a cause the user named. */
function cueVerdict(draft: CaseDraft, rules: Rules): Verdict | undefined {
  // Most sales have no such cue, and reading the clock is the dearest step of a judgement.
  const clock = () => readClock(draft, rules);
  const payout = valueIn(draft, 'payoutStatus');
  if (payout === 'failed' || payout === 'frozen') return accountVerdict(draft, rules, clock());
  if (hasSignal(draft, 'wrongCardInfo', 'limitedAccount', 'cardUnusable')) return fixCardVerdict(draft, rules, clock());
  if (hasSignal(draft, 'moneyInWallet') || valueIn(draft, 'walletBalance') === 'yes')
    return advise(rules, 'SS-WITHDRAW', [cause('A6', 'high', 'said')]);
  if (valueIn(draft, 'settleCardChanged') === 'yes') return changedCard(rules, clock());
  if (hasSignal(draft, 'qualification')) return selfOrPerson(draft, rules, 'E2', 'Q-RISK');
  if (hasSignal(draft, 'overLimit')) return advise(rules, 'SS-CHECK', [cause('E3', 'high', 'said')]);
  if (hasSignal(draft, 'notUploaded')) return selfOrPerson(draft, rules, 'B4', 'Q-TECH');
  if (hasSignal(draft, 'bankMaintenance')) return { ...advise(rules, 'SS-WAIT', [cause('B5', 'high', 'said')]), ...clockFacts(clock()) };
  if (hasSignal(draft, 'outage')) return outage(rules, clock());
  if (hasSignal(draft, 'askedWallet')) return advise(rules, 'SS-NOTOURS', [cause('C4', 'high', 'said')]);
  if (hasSignal(draft, 'wrongAccountSeen')) return advise(rules, 'SS-CHECK', [cause('A7', 'high', 'said')]);
  if (hasSignal(draft, 'batchedPayout')) return advise(rules, 'SS-NETAMOUNT', [cause('A5', 'high', 'said')]);
  const method = valueIn(draft, 'payMethod');
  // Foreign cards are paid out by a contract of their own: the domestic clock says nothing of them.
  if (method === 'foreignCard') return { kind: 'escalation', causes: [cause('C8', 'high', 'method')], queue: 'Q-SETTLE', base: 'P3' };
  if (method === 'ecny') return advise(rules, 'SS-CHECK', [cause('C9', 'high', 'method')]);
  return undefined;
}

/** The user can mend it; once tried in vain a person takes it. */
function selfOrPerson(draft: CaseDraft, rules: Rules, id: string, queue: SelfService['queue']): Verdict {
  const causes = [cause(id, 'high', 'said')];
  if (triedInVain(draft)) return { kind: 'escalation', causes, queue, base: 'P3' };
  return advise(rules, 'SS-CHECK', causes, queue);
}

/** D6: a change of the settlement card takes one or two working days to be checked. */
function changedCard(rules: Rules, clock: Clock | undefined): Verdict {
  const causes = [cause('D6', 'high', 'said')];
  if (clock && clock.overdueWorkdays >= 2) return { kind: 'escalation', causes, queue: 'Q-SETTLE', base: 'P3', ...clockFacts(clock) };
  return { ...advise(rules, 'SS-WAIT', causes), ...clockFacts(clock) };
}

function outage(rules: Rules, clock: Clock | undefined): SelfService {
  return {
    ...advise(rules, 'SS-WAIT', [cause('B3', 'high', 'said')], 'Q-TECH'),
    ...clockFacts(clock),
    recheckAt: addHours(rules.now, rules.profile.graceHours),
  };
}

/** S3–S5: method and status of the sale, then the clock. */
function saleVerdict(draft: CaseDraft, rules: Rules): Verdict {
  const open = valueIn(draft, 'payoutStatus') ? firstOpen(draft, 'payMethod') : firstOpen(draft, 'payMethod', 'txStatus');
  if (open) return open;
  // What is being paid out was a sale, whatever a second look-up showed.
  const status = valueIn(draft, 'payoutStatus') ? 'success' : valueIn(draft, 'txStatus');
  if (status === 'failed' || status === 'notFound' || status === 'processing') return chargedVerdict(draft, rules);
  if (status === 'reversed') return advise(rules, 'SS-CHECK', [cause('C6', 'high', 'status')]);
  // Nothing to look it up with: the slip is the next best proof.
  const slip = status === 'cannotCheck' ? firstOpen(draft, 'hasSlip') : undefined;
  return slip ?? clockVerdict(draft, rules);
}
