/**
 * Every fact the bot may learn, by name, with the values it may take. Source: docs/domain.md §4.2–4.3.
 * Money is integer fen, times are Asia/Shanghai. `unknown` (不知道) is a legal answer to any question.
 */

/** Integer fen (分). */
export type Fen = number & { readonly __unit?: 'fen' };

const PARTS_OF_DAY = ['dawn', 'morning', 'noon', 'afternoon', 'evening', 'night'] as const;
/** dawn 凌晨 00–06 · morning 早上/上午 06–12 · noon 中午 11–14 · afternoon 下午 12–18 · evening 傍晚/晚上 18–24 · night 半夜/深夜 22–03 */
export type PartOfDay = (typeof PARTS_OF_DAY)[number];

/** A time as a person says it: a date, with a clock time or only a part of the day. Wall clock of Asia/Shanghai. */
export interface Moment {
  /** YYYY-MM-DD */
  readonly date: string;
  /** HH:MM, absent when only the date or a part of the day was said. */
  readonly time?: string;
  readonly part?: PartOfDay;
}

export const ENUM_SLOTS = {
  role: ['merchant', 'cardholder', 'staff', 'bystander'],
  /** The readings R1–R8 of 「扣费未到账」, docs/domain.md §2.2. */
  issueType: ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8'],
  payMethod: ['creditCard', 'debitCard', 'wechat', 'alipay', 'unionpayQr', 'ecny', 'foreignCard', 'online'],
  /** What is known of the method before it is exact: 刷卡 without 信用/储蓄, 扫码 without which wallet. */
  payFamily: ['card', 'qr'],
  txStatus: ['success', 'failed', 'processing', 'notFound', 'reversed', 'cannotCheck'],
  cardholderDebited: ['yes', 'no'],
  hasSlip: ['yes', 'no'],
  settleProduct: ['T1', 'D1', 'T0', 'D0'],
  payoutStatus: ['notPaid', 'paying', 'paid', 'failed', 'frozen'],
  refundMethod: ['wechatBalance', 'wechatCard', 'alipayBalance', 'alipayCard', 'posVoid', 'posDebit', 'posCredit', 'manual', 'online'],
  walletBalance: ['yes', 'no'],
  accountClass: ['I', 'II', 'III'],
  settleCardChanged: ['yes', 'no'],
  feeAgreed: ['yes', 'no'],
  slipType: ['sale', 'preauth'],
  codeKind: ['device', 'sticker'],
  fixTried: ['yes', 'no'],
} as const;

export type EnumSlot = keyof typeof ENUM_SLOTS;
/** Slots whose question is answered by yes or no. */
export const YES_NO_SLOTS = (Object.keys(ENUM_SLOTS) as EnumSlot[]).filter((slot) =>
  (ENUM_SLOTS[slot] as readonly string[]).includes('yes'),
);
export const MONEY_SLOTS = ['amount', 'netAmount', 'instantFee'] as const;
export type MoneySlot = (typeof MONEY_SLOTS)[number];
export const TIME_SLOTS = ['txTime', 'refundTime', 'feeTime'] as const;
export type TimeSlot = (typeof TIME_SLOTS)[number];
/** Free or formatted text; the format of each is in `parseSlot`. `feeName` is one of FEE_NAMES where recognised, else the user's words. */
export const TEXT_SLOTS = [
  'cardLast4',
  'merchantNo',
  'merchantNoRaw',
  'walletMchId',
  'terminalNo',
  'deviceSn',
  'rrn',
  'traceNo',
  'batchNo',
  'authCode',
  'orderNo',
  'merchantOrderNo',
  'settleCardLast4',
  'settleBank',
  'acquirerName',
  'contactPhone',
  'responseCode',
  'issuerName',
  'payeeName',
  'payerName',
  'feeName',
  'noticeText',
  'affectedMerchants',
  'caseId',
] as const;
export type TextSlot = (typeof TEXT_SLOTS)[number];

/** feeRate is in basis points of a percent-percent: 0.60 % = 60. */
export type SlotName = EnumSlot | MoneySlot | TimeSlot | TextSlot | 'feeRate';
export const SLOT_NAMES: readonly SlotName[] = [
  ...(Object.keys(ENUM_SLOTS) as EnumSlot[]),
  ...MONEY_SLOTS,
  ...TIME_SLOTS,
  ...TEXT_SLOTS,
  'feeRate',
];

export type SlotValue<S extends SlotName> = S extends EnumSlot
  ? (typeof ENUM_SLOTS)[S][number]
  : S extends MoneySlot
    ? Fen
    : S extends TimeSlot
      ? Moment
      : S extends 'feeRate'
        ? number
        : string;

/** Code names of fees of the device or package: 流量费 押金 激活款 服务费 会员费 保险费 秒到/提现费 手续费/费率. */
export const FEE_NAMES = [
  'dataFee',
  'deposit',
  'activationFee',
  'serviceFee',
  'memberFee',
  'insuranceFee',
  'instantFee',
  'merchantFee',
] as const;

/**
 * What a question may be about, as the trace names it: a slot, or one of
 * confirm (recap 「对吗？」) · handoff (offer of a person) · menu · resolved (「解决了吗？」/「还有什么」).
 */
export type Asking = SlotName | 'confirm' | 'handoff' | 'menu' | 'resolved';

/** Cues in the words that no slot holds; each is a yes. Source: docs/domain.md §2–§4. */
export const SIGNALS = [
  // safety
  'codeLeaked', // already gave a code/password to someone, or shared the screen, or moved money on instruction (G1)
  'scamContact', // a "customer service" asks for 验证码/屏幕共享/扫码/转账/解冻费/保证金 (G1)
  'unauthorizedCharge', // 不是我刷的/盗刷 (G3)
  'settleCardHijacked', // settlement card changed without consent, unfamiliar tail (D5)
  'qrSwapped', // the shop's code was swapped or pasted over (C1)
  'lifeThreat', // threat to own or another's life
  'refundElsewhere', // asked to refund to another account
  // account and payout
  'wrongCardInfo', // 卡号/户名/开户行填错 (D1)
  'limitedAccount', // 二类卡/三类卡/账户限额 (D2)
  'cardUnusable', // 注销/挂失/冻结/过期/久悬 settlement card, not by an authority (D3)
  'judicialFreeze', // 公安/法院/司法冻结, 止付 (D4)
  'riskHold', // 风控/延迟结算/审核/冻结出款 (E1)
  'retrieval', // 调单 (E1)
  'chargeback', // 拒付/退单/被扣回 (C7)
  'qualification', // 资质过期/未认证/资料待补 (E2)
  'overLimit', // 超限 (E3)
  'moneyInWallet', // 钱在余额/钱包/活期 (A6)
  'notUploaded', // 终端未结算/未上送/没签退 (B4)
  'wrongAccountSeen', // looked at another card or shop, SMS off (A7)
  'personalPayer', // payout came from a person or 科技公司 (C11)
  'institutionGone', // 跑路/倒闭/牌照注销/App打不开 (C12)
  'outage', // 系统维护/故障/大家都 (B3)
  'bankMaintenance', // 收款银行维护 (B5)
  'newMerchant', // 新机/刚办 <90 days
  'batchedPayout', // several sales paid as one sum (A5)
  'askedWallet', // asked WeChat/Alipay for a payout of an acquirer's device (C4)
  // the sale
  'doubleCharge', // 扣了两次 (B6)
  'shopDenies', // 店家说没收到
  'wrongPayee', // paid to a wrong or personal code (C1)
  'fakeProof', // only a screenshot or delayed transfer was shown (G2)
  'orderNotUpdated', // online order paid, order page unpaid (C10)
  'wrongAmount', // charged another sum than the price
  'ambiguousHour', // 12点 without 中午 or 半夜
  'merchantRefuses', // the merchant refuses the refund
  'allSalesMissing', // every sale, or several days, missing
  'manySales', // three sales or more, told as a number only
  'stillMissing', // 还是没到/又没到, of something already discussed
  // fees
  'firstSwipe', // 首刷/激活刷
  'noSaleMade', // 没刷卡就扣
  'rateRaised', // 费率涨了 (F6)
  'promisedReturn', // 说好返还/刷满退 and it is late (F4)
  // person
  'angry',
  'complained', // complained or will complain to a regulator or the media
  'fixDone', // already tried what was advised, still not
  'solved', // 到了/解决了
  // refusals
  'asksGuarantee',
  'asksEvade',
  'asksAds',
  'asksOthersData',
  'asksLegal',
] as const;
export type Signal = (typeof SIGNALS)[number];
