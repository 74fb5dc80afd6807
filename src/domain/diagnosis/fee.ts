import type { CaseDraft, Cause } from '../case';
import { hasSignal, valueIn } from '../draft';
import { checkShortfall } from '../shortfall';
import { advise } from './conclusions';
import { cause, firstOpen, type Rules, type Verdict } from './verdict';

/** Fee by code name → cause. */
const CAUSE_OF: Readonly<Record<string, string>> = {
  dataFee: 'F3',
  deposit: 'F4',
  activationFee: 'F4',
  serviceFee: 'F4',
  memberFee: 'F5',
  insuranceFee: 'F5',
  merchantFee: 'F1',
  instantFee: 'F2',
};

/** R3 机具收费: which fee, when, agreed? Unagreed goes to a person, else what it is and how to stop it. */
export function feeVerdict(draft: CaseDraft, rules: Rules): Verdict {
  if (hasSignal(draft, 'rateRaised')) return rateRaised();
  const open = firstOpen(draft, 'feeName', 'amount', 'feeTime', 'feeAgreed');
  if (open) return open;
  const causes = [feeCause(draft, rules)];
  if (hasSignal(draft, 'promisedReturn')) return { kind: 'escalation', causes: [cause('F4', 'high', 'said')], queue: 'Q-FEE', base: 'P2' };
  if (valueIn(draft, 'feeAgreed') === 'no') return { kind: 'escalation', causes, queue: 'Q-FEE', base: 'P3' };
  return advise(rules, 'SS-FEEINFO', causes, 'Q-FEE');
}

function rateRaised(): Verdict {
  return { kind: 'escalation', causes: [cause('F6', 'high', 'said')], queue: 'Q-FEE', base: 'P2' };
}

function feeCause(draft: CaseDraft, rules: Rules): Cause {
  const named = CAUSE_OF[valueIn(draft, 'feeName') ?? ''];
  if (named) return cause(named, 'high', 'feeName');
  const amount = valueIn(draft, 'amount');
  const dataFee = rules.fees.typical.dataFee;
  return amount !== undefined && dataFee !== undefined && amount <= dataFee.max
    ? cause('F3', 'medium', 'feeAmount')
    : cause('F4', 'medium', 'feeAmount');
}

/** R5: a deposit or cashback that was promised and has not come. */
export function depositVerdict(draft: CaseDraft, _rules: Rules): Verdict {
  const open = firstOpen(draft, 'amount', 'feeTime', 'feeAgreed');
  if (open) return open;
  return { kind: 'escalation', causes: [cause('F4', 'high', 'said')], queue: 'Q-FEE', base: 'P2' };
}

/** R4 到账少了: do fees explain the difference? Source: docs/domain.md §5.5. */
export function shortfallVerdict(draft: CaseDraft, rules: Rules): Verdict {
  if (hasSignal(draft, 'rateRaised')) return rateRaised();
  const open = firstOpen(draft, 'amount', 'netAmount', 'feeRate');
  if (open) return open;
  const gross = valueIn(draft, 'amount');
  const net = valueIn(draft, 'netAmount');
  if (gross === undefined || net === undefined)
    return advise(rules, 'SS-NETAMOUNT', [cause('F1', 'medium'), cause('A5', 'medium')], 'Q-FEE');
  const rateBp = valueIn(draft, 'feeRate');
  const instantFee = valueIn(draft, 'instantFee');
  const check = checkShortfall({
    gross,
    net,
    ...(rateBp !== undefined ? { rateBp } : {}),
    ...(instantFee !== undefined ? { instantFee } : {}),
    profile: rules.profile,
    fees: rules.fees,
  });
  if (check.explained)
    return advise(
      rules,
      'SS-NETAMOUNT',
      [cause('F1', 'high', 'rate'), ...(instantFee !== undefined ? [cause('F2', 'high', 'said')] : [])],
      'Q-FEE',
    );
  if (hasSignal(draft, 'batchedPayout')) return advise(rules, 'SS-NETAMOUNT', [cause('A5', 'high', 'said')], 'Q-FEE');
  const ask = firstOpen(draft, 'instantFee');
  if (ask) return ask;
  return {
    kind: 'escalation',
    causes: [cause('F1', 'medium', 'shortfall'), cause('F2', 'medium'), cause('A5', 'low'), cause('F6', 'low')],
    queue: 'Q-FEE',
    base: 'P3',
  };
}
