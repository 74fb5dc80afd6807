import type { Asking, SlotName } from '../src/domain/slots';

/** The questions of each troubleshooting step, in the order of the flow S1–S12 (docs/domain.md §4). The name is also dialog id, locale prefix and metric label. */
export const STEPS = {
  'confirm-problem': ['issueType', 'role', 'amount', 'txTime', 'payMethod'],
  'confirm-transaction': ['txStatus', 'cardholderDebited', 'hasSlip'],
  'settlement-clock': ['settleProduct'],
  'check-account': ['payoutStatus', 'accountClass', 'settleCardChanged', 'settleCardLast4', 'payerName', 'walletBalance'],
  'handle-by-method': ['codeKind', 'payeeName'],
  refund: ['refundTime', 'refundMethod'],
  fee: ['feeName', 'feeTime', 'feeAgreed', 'netAmount', 'feeRate', 'instantFee'],
  'provide-evidence': [
    'noticeText',
    'rrn',
    'orderNo',
    'merchantOrderNo',
    'merchantNo',
    'cardLast4',
    'issuerName',
    'acquirerName',
    'affectedMerchants',
  ],
  'contact-agent': ['confirm', 'handoff'],
  'follow-up': ['resolved'],
} as const satisfies Record<string, readonly Asking[]>;

export type StepName = keyof typeof STEPS;

const STEP_OF = new Map<Asking, StepName>(
  (Object.keys(STEPS) as StepName[]).flatMap((step) => STEPS[step].map((asking) => [asking, step] as const)),
);

/** The step that asks for a slot; slots that no step asks for belong to the evidence. */
export function stepOf(asking: Asking | SlotName): StepName {
  return STEP_OF.get(asking) ?? 'provide-evidence';
}
