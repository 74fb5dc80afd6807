import type { CaseDraft, Queue } from './case';
import type { SlotName } from './slots';

/** What a person needs to act, by queue (docs/domain.md §4.4) and by method (§6.1). Nothing here ever blocks a handoff. */

const CARDS: ReadonlySet<unknown> = new Set(['creditCard', 'debitCard', 'foreignCard']);
const WALLETS: ReadonlySet<unknown> = new Set(['wechat', 'alipay', 'unionpayQr', 'ecny']);

function known(draft: CaseDraft, slot: SlotName): boolean {
  const fact = draft.facts[slot];
  return fact !== undefined && fact.value !== 'unknown';
}

function isMerchant(draft: CaseDraft): boolean {
  return draft.facts.role?.value === 'merchant';
}

function isCard(draft: CaseDraft): boolean {
  return CARDS.has(draft.facts.payMethod?.value) || draft.facts.payFamily?.value === 'card';
}

/** Each way to find the sale: every slot of one of them is enough. The merchant number serves only the merchant's side. */
function locatorsOf(draft: CaseDraft): readonly (readonly SlotName[])[] {
  const sale: readonly (readonly SlotName[])[] = [
    ['rrn'],
    ['orderNo'],
    ['merchantOrderNo'],
    ['traceNo', 'terminalNo'],
    ['cardLast4', 'authCode'],
  ];
  return isMerchant(draft) ? [...sale, ['merchantNo'], ['merchantNoRaw'], ['walletMchId']] : sale;
}

/** Locators worth asking for, best first, by method and role. */
function locatorOrder(draft: CaseDraft): readonly SlotName[] {
  if (!isCard(draft) && (WALLETS.has(draft.facts.payMethod?.value) || draft.facts.payFamily?.value === 'qr')) {
    return isMerchant(draft) ? ['orderNo', 'merchantNo'] : ['orderNo', 'merchantOrderNo'];
  }
  if (draft.facts.payMethod?.value === 'online') return ['orderNo', 'merchantOrderNo'];
  if (isMerchant(draft)) return ['rrn', 'merchantNo', 'cardLast4'];
  return draft.facts.hasSlip?.value === 'yes' ? ['rrn', 'cardLast4'] : ['cardLast4', 'rrn'];
}

/** The one locator to ask for next; undefined when the sale can be found. When none is known to the user the first stays missing. */
function missingLocator(draft: CaseDraft): SlotName | undefined {
  if (locatorsOf(draft).some((slots) => slots.every((slot) => known(draft, slot)))) return undefined;
  const order = locatorOrder(draft);
  return order.find((slot) => draft.facts[slot] === undefined) ?? order.find((slot) => !known(draft, slot));
}

/** The sale itself, which every queue but fraud starts from. */
const SALE: readonly SlotName[] = ['amount', 'txTime', 'payMethod'];
const PERSON: readonly SlotName[] = ['role', 'issueType'];

function wantedBy(queue: Queue, draft: CaseDraft): readonly (SlotName | 'locator')[] {
  const issue = draft.facts.issueType?.value;
  switch (queue) {
    case 'Q-FRAUD':
      return [];
    case 'Q-FEE':
      return ['feeName', 'amount', 'feeTime', 'feeAgreed', ...(isMerchant(draft) ? (['locator'] as const) : []), ...PERSON];
    case 'Q-RISK':
      return ['noticeText', ...SALE, 'locator', ...PERSON];
    case 'Q-TECH':
      return ['affectedMerchants', ...SALE, 'locator', ...PERSON];
    case 'Q-COMPLAINT':
      return ['payerName', 'acquirerName', ...SALE, 'locator', ...PERSON];
    case 'Q-DISPUTE':
      if (issue === 'R6') return ['amount', 'refundTime', 'refundMethod', 'locator', 'payMethod', 'issuerName', ...PERSON];
      return [...SALE, 'cardholderDebited', 'txStatus', 'locator', 'issuerName', ...PERSON];
    case 'Q-SETTLE':
      return [...SALE, 'locator', 'payoutStatus', 'settleProduct', 'settleCardLast4', ...PERSON];
  }
}

/** False for what the user cannot have: payout facts are the merchant's, an issuer belongs to a card, a count of merchants to staff. */
function applies(slot: SlotName, draft: CaseDraft): boolean {
  if (slot === 'settleProduct' || slot === 'payoutStatus' || slot === 'settleCardLast4' || slot === 'payerName') {
    return draft.facts.role?.value !== 'cardholder';
  }
  if (slot === 'issuerName') return isCard(draft);
  if (slot === 'affectedMerchants') return draft.facts.role?.value === 'staff';
  return true;
}

/** What the queue needs and the draft lacks (unknown counts as lacking), most useful first, with one locator of the sale. */
export function missingFor(queue: Queue, draft: CaseDraft): readonly SlotName[] {
  return wantedBy(queue, draft).flatMap((wanted): SlotName[] => {
    const slot = wanted === 'locator' ? missingLocator(draft) : wanted;
    return slot !== undefined && !known(draft, slot) && applies(slot, draft) ? [slot] : [];
  });
}

/** Papers and pictures that help, by code; the words are in locales. Those of `official` go only through the acquirer's app or counter. */
export type Paper =
  | 'salesSlip'
  | 'debitRecord'
  | 'billDetail'
  | 'orderPage'
  | 'payoutStatusPage'
  | 'bankStatement'
  | 'refundVoucher'
  | 'contract'
  | 'chatRecord'
  | 'invoice'
  | 'deliveryProof'
  | 'shopPhoto';

export interface Checklist {
  readonly slots: readonly SlotName[];
  readonly papers: readonly Paper[];
  /** Submit only through official channels, never in the chat (风控调单). */
  readonly official: boolean;
}

const BY_ISSUE = {
  fee: { slots: ['feeName', 'amount', 'feeTime', 'feeAgreed'], papers: ['contract', 'chatRecord', 'debitRecord'] },
  refund: { slots: ['refundTime', 'refundMethod', 'amount', 'orderNo'], papers: ['refundVoucher'] },
  payout: { slots: ['merchantNo', 'settleCardLast4', 'settleBank', 'payerName'], papers: ['payoutStatusPage', 'bankStatement'] },
  card: {
    slots: ['txTime', 'amount', 'cardLast4', 'merchantNo', 'terminalNo', 'rrn', 'traceNo', 'batchNo', 'authCode', 'responseCode'],
    papers: ['salesSlip', 'debitRecord'],
  },
  wallet: { slots: ['txTime', 'amount', 'orderNo', 'merchantOrderNo', 'payeeName', 'codeKind'], papers: ['billDetail'] },
  online: { slots: ['txTime', 'amount', 'merchantOrderNo', 'orderNo'], papers: ['debitRecord', 'orderPage'] },
  risk: { slots: ['noticeText'], papers: ['salesSlip', 'invoice', 'deliveryProof', 'shopPhoto'] },
} as const satisfies Record<string, { slots: readonly SlotName[]; papers: readonly Paper[] }>;

function subjectOf(queue: Queue, draft: CaseDraft): keyof typeof BY_ISSUE {
  const issue = draft.facts.issueType?.value;
  if (queue === 'Q-RISK') return 'risk';
  if (queue === 'Q-FEE' || issue === 'R3' || issue === 'R5') return 'fee';
  if (issue === 'R6') return 'refund';
  if (draft.facts.payMethod?.value === 'online') return 'online';
  if (queue === 'Q-SETTLE' && isMerchant(draft) && draft.facts.txStatus?.value === 'success') return 'payout';
  return WALLETS.has(draft.facts.payMethod?.value) || draft.facts.payFamily?.value === 'qr' ? 'wallet' : 'card';
}

/** The checklist of §6.1 for the draft: what is not known yet, and the papers to have at hand. */
export function checklistFor(queue: Queue, draft: CaseDraft): Checklist {
  const subject = subjectOf(queue, draft);
  const { slots, papers } = BY_ISSUE[subject];
  return { slots: slots.filter((slot) => !known(draft, slot)), papers, official: subject === 'risk' };
}
