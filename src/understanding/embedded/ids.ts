import type { Asking, SlotName, TextSlot } from '../../domain/slots';
import { anyOf } from './any-of';
import { type Found, firstMatches } from './found';

const SPOKEN: Readonly<Record<string, string>> = {
  〇: '0',
  零: '0',
  一: '1',
  幺: '1',
  二: '2',
  两: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
  洞: '0',
  拐: '7',
  勾: '9',
};
const toDigits = (words: string): string => [...words.replace(/[\s-]/g, '')].map((char) => SPOKEN[char] ?? char).join('');

const FILLER =
  '(?:号码?|编号|码)?\\s?(?:后四位|后4位)?(?:[^\\d,。]{0,3}(?:搞|写|说|打|弄|报)错了?[ ,。]{0,2})?(?:应该|好像|就|其实)?(?:是|为|我?念?给[你您]听?|写的?是?|写着|显示的?是?|:|=|叫|id|is|was|no\\.?|number)*\\s?';
const SPOKEN_DIGITS = '[\\d〇零一二三四五六七八九幺两洞拐勾]';
const CODE = '[0-9a-z]';

interface Label {
  readonly name: RegExp;
  readonly value: string;
  /** Slot by the value found; undefined refuses it. */
  readonly slot: (value: string, left: string) => TextSlot | undefined;
}

const padded = (length: number, slot: TextSlot) => (value: string) => (value.length <= length ? slot : undefined);

function merchantNumber(value: string): TextSlot | undefined {
  if (value.length === 15) return 'merchantNo';
  return value.length >= 8 && value.length <= 20 ? 'merchantNoRaw' : undefined;
}
function walletMerchant(value: string): TextSlot | undefined {
  return value.length >= 8 && value.length <= 10 ? 'walletMchId' : merchantNumber(value);
}
function order(value: string): TextSlot | undefined {
  if (/^(?:4200\d{24}|20\d{26}|\d{28,32})$/.test(value)) return 'orderNo';
  return value.length >= 6 ? 'merchantOrderNo' : undefined;
}
function serial(value: string): TextSlot | undefined {
  if (/^\d{12}$/.test(value)) return 'rrn';
  if (/^\d{1,6}$/.test(value)) return 'traceNo';
  return value.length >= 20 ? 'orderNo' : undefined;
}

/** Said before the tail: 结算卡, 收款卡, 到账的卡 is the settlement card. */
const SETTLE = /到账那张|结算|收款卡|到账卡|入账卡|到账的卡|收钱的|打款到|绑定?的?卡|提现|settle|payout/;
const PAYER = /顾客|客人|客户|付款|刷的|对方|持卡|他的卡|信用卡|customer/;
/** Words after the tail that make it the settlement card. */
const SETTLE_AFTER = /^[^,]{0,8}(?:收款|结算|到账)/;
/** The settlement card is the only card of the message. */
const SETTLE_ONLY = /结算卡|收款卡|结算账户|settlement (?:card|account)/;
const ONLY_PAYER = /刷|付|顾客|客人|客户|持卡/;

function isSettleCard(left: string, right: string, text: string): boolean {
  if (SETTLE_AFTER.test(right)) return true;
  const at = left.search(SETTLE);
  if (at >= 0) return !PAYER.test(left.slice(at));
  return SETTLE_ONLY.test(text) && !ONLY_PAYER.test(text) && !left.includes('卡');
}

const LABELS: readonly Label[] = [
  {
    name: /系统参考|检索参考|交易参考|参考|检索|参考编|reference|\bref\b|\brrn\b/g,
    value: `${SPOKEN_DIGITS}(?:[ -]?${SPOKEN_DIGITS}){5,14}`,
    slot: (value) => (value.length === 12 ? 'rrn' : value.length === 15 ? 'merchantNo' : undefined),
  },
  {
    name: /凭证|票据|trace|voucher/g,
    value: `${SPOKEN_DIGITS}(?:[ -]?${SPOKEN_DIGITS}){0,5}(?!${SPOKEN_DIGITS})`,
    slot: padded(6, 'traceNo'),
  },
  { name: /流水/g, value: `${SPOKEN_DIGITS}(?:[ -]?${SPOKEN_DIGITS}){2,31}`, slot: serial },
  { name: /批次|batch/g, value: `${SPOKEN_DIGITS}(?:[ -]?${SPOKEN_DIGITS}){0,5}(?!${SPOKEN_DIGITS})`, slot: padded(6, 'batchNo') },
  {
    name: /终端|terminal(?: id| no\.?)?|\btid\b/g,
    value: `(?:${CODE}{8}(?!${CODE})|${SPOKEN_DIGITS}{8}(?!${SPOKEN_DIGITS}))`,
    slot: () => 'terminalNo',
  },
  { name: /序列|机身|机器号|设备|\bsn\b|serial/g, value: `${CODE}{9,24}(?!${CODE})`, slot: () => 'deviceSn' },
  { name: /授权|auth(?:orization|orisation)? code|approval code|\bauth\b/g, value: `${CODE}{6}(?!${CODE})`, slot: () => 'authCode' },
  { name: /微信(?:支付)?商户|mchid|支付宝商户/g, value: `${CODE}{8,20}(?!${CODE})`, slot: walletMerchant },
  {
    name: /商户单|商户订单|商家订单|商城订?单|商家单|merchant order|shop order/g,
    value: '[0-9a-z_*@|-]{6,64}',
    slot: () => 'merchantOrderNo',
  },
  {
    name: /商户|商编|店铺编|merchant|\bmid\b/g,
    value: `(?:\\d{3,4}(?: \\d{3,4}){2,4}(?!\\d)|${CODE}{8,20}(?!${CODE})|${SPOKEN_DIGITS}{8,20})`,
    slot: merchantNumber,
  },
  { name: /交易单|微信单|支付宝单|支付单|转账单|transaction/g, value: '[0-9a-z]{16,64}', slot: () => 'orderNo' },
  { name: /订单|交易|单|order/g, value: '[0-9a-z_*@|-]{6,64}', slot: order },
  {
    name: /应答|返回|错误|响应|报错|代码|跳出来|报(?=\d)|报了|屏幕(?:上)?(?:提示|显示|写着?|出现)?|提示|显示|response|error code/g,
    value: `(?:${CODE}\\d|\\d${CODE})(?!${CODE}|[.:点年月日号块元秒分次笔%])`,
    slot: () => 'responseCode',
  },
];

const COMPILED = LABELS.map((label) => ({ ...label, pattern: new RegExp(`(?:${label.name.source})${FILLER}(?<v>${label.value})`, 'g') }));
const RESPONSE_LABEL = /(?:应答|返回|错误|响应|报错|代码|response|code)/;

const MENDED = '(?:[^\\d,。]{0,3}(?:搞|写|说|打|弄|报)错了?[ ,。]{0,2})?';
const LAST4 = `${SPOKEN_DIGITS}(?: ?${SPOKEN_DIGITS}){3}(?!\\d)`;
/** 尾号1234 · 卡是6677 · 6217这张卡. */
const TAIL = new RegExp(
  [
    `(?:尾号|后面的?[四4]个数字?|尾[四4](?:个字|位|个数字?)?|尾|(?:后|末|最后)(?:四|4)(?:位|码|个数字?)?(?:数字|数)?|last ?(?:four|4)(?: digits)?|ending(?: in| with)?)${MENDED}(?:应该|好像|就|其实)?(?:是|为|:|=| is| are)*\\s?(?<v>${LAST4})`,
    `卡号?(?:是|为|:)?\\s?\\d{9,15}(?<v4>\\d{4})(?!\\d)`,
    `卡号?(?:是|为|:)[^,\\d刷付扣收款]{0,8}(?:银行|行)?的? ?(?<v3>\\d{4})(?![\\d元块.万千])`,
    `(?<v2>(?<!\\d)\\d{4})(?=\\s?(?:的?(?:尾号|结尾|那张卡|这张卡)|的(?:信用|储蓄|借记)?卡))`,
  ].join('|'),
  'g',
);
const MASKED_CARD = /\[[^\]]{0,30}?尾号\s?(?<v>\d{4})[^\]]{0,10}\]/g;
const MASKED = /\[[^\]]{0,20}隐藏[^\]]{0,20}\]/g;
const PHONE = /(?<![\d*])(?<v>1[3-9]\d(?:\*{4}|[ -]?\d{4}[ -]?)\d{4}|0\d{2,3}-\d{7,8}|0\d{2,3}\*{3,4}\d{4})(?![\d*])/g;
const CASE = anyOf(
  /(?<![a-z\d])(?<v>dz\d{8}(?:-[0-9a-z]{2,10}){1,3})(?![a-z\d])/g,
  /(?<=(?:案件|工单)(?:编?号)?(?:是|为|:)?\s?)(?:\d{8}-\d{3,6}(?:-\d{2})?|[a-z]{1,6}-?\d[0-9a-z-]{3,20}|\d{5,20})(?![\da-z])/g,
);
const HOTLINE =
  /(?<![\d,.])(?:95\d{3}|96110|12363|12378|12315|12345|12306|12356|(?<=[打拨报]了?(?:过|个)?\s?)1[12]0(?!块|元)|400[- ]?\d{3,4}[- ]?\d{3,4}|10086|10010)(?=\s?(?:[^\d.万千百块元wk]|$))(?<!(?:刷|付|收|扣|额|元|¥|钱)了?95\d{3})/g;

const mention = (slot: TextSlot, value: string, text: string): Found['mention'] => ({ slot, value, text }) as Found['mention'];
const found = (match: RegExpMatchArray, slot: TextSlot, value: string): Found => ({
  start: match.index ?? 0,
  end: (match.index ?? 0) + match[0].length,
  mention: mention(slot, value, match[0]),
});

/** Value as it is kept: upper case, digits spoken as digits, short traceNo and batchNo padded with zeros. */
function kept(slot: TextSlot, words: string): string {
  if (slot === 'merchantOrderNo' || slot === 'orderNo') return words.toUpperCase();
  if (slot === 'caseId') return words.toUpperCase();
  const value = toDigits(words).toUpperCase();
  return slot === 'traceNo' || slot === 'batchNo' ? value.padStart(6, '0') : value;
}

function labelled(text: string): Found[] {
  return COMPILED.flatMap(({ pattern, slot }) =>
    firstMatches(text, pattern).flatMap((match) => {
      const raw = match.groups?.v ?? '';
      if (!/[\d〇零一二三四五六七八九幺]/.test(raw)) return [];
      const compact = toDigits(raw);
      const which = slot(compact, '');
      if (!which || (which === 'responseCode' && !isResponseCode(match, raw, text))) return [];
      return [found(match, which, kept(which, raw))];
    }),
  );
}

/** 提示96, 显示A7: two characters with a digit; a bare amount such as 显示50 is not one. */
function isResponseCode(match: RegExpMatchArray, raw: string, text: string): boolean {
  if (RESPONSE_LABEL.test(match[0]) || /[a-z]/.test(raw)) return true;
  return /^(?:提示|屏幕|跳出来|报)/.test(match[0]) && !/^\s?(?:块|元|笔|次)/.test(text.slice((match.index ?? 0) + match[0].length));
}

function tails(text: string, expecting: Asking | undefined): Found[] {
  const cards = [...firstMatches(text, MASKED_CARD), ...firstMatches(text, TAIL)];
  return cards.flatMap((match) => {
    const value = match.groups?.v ?? match.groups?.v2 ?? match.groups?.v3 ?? match.groups?.v4 ?? '';
    const left = text.slice(Math.max(0, match.index - 14), match.index);
    if (/(?:手机号?|电话|车牌|身份证)(?:的|号)?$/.test(left)) return [];
    const end = match.index + match[0].length;
    const settles = isSettleCard(left, text.slice(end, end + 10), text) || (expecting === 'settleCardLast4' && !PAYER.test(left));
    const start = match.groups?.v3 ? end - value.length : match.index;
    return [{ start, end, mention: mention(settles ? 'settleCardLast4' : 'cardLast4', toDigits(value), match[0]) }];
  });
}

interface Asked {
  readonly pattern: RegExp;
  readonly slot: (value: string) => TextSlot | undefined;
}
const whole = (length: string): RegExp =>
  new RegExp(`^\\D{0,16}?(${SPOKEN_DIGITS}${length})(?:吧|的|呢|啊|呀|哈|左右| ?[这那][几四六八]?[个位](?:数字?|号码?)?)?[。.!]?$`);
const exactly =
  (slot: TextSlot): ((value: string) => TextSlot) =>
  () =>
    slot;
/** How a bare answer to the question about each id looks. */
const ASKED: { readonly [S in SlotName]?: Asked } = {
  cardLast4: { pattern: whole('(?: ?[\\d〇零一二三四五六七八九幺两]){3}'), slot: exactly('cardLast4') },
  settleCardLast4: { pattern: whole('(?: ?[\\d〇零一二三四五六七八九幺两]){3}'), slot: exactly('settleCardLast4') },
  rrn: {
    pattern: whole('(?:[ -]?[\\d〇零一二三四五六七八九幺两]){11,14}'),
    slot: (value) => (value.length === 12 ? 'rrn' : value.length === 15 ? 'merchantNo' : undefined),
  },
  traceNo: { pattern: whole('(?: ?[\\d〇零一二三四五六七八九幺两]){0,5}'), slot: exactly('traceNo') },
  batchNo: { pattern: whole('(?: ?[\\d〇零一二三四五六七八九幺两]){0,5}'), slot: exactly('batchNo') },
  contactPhone: { pattern: /^\D{0,6}?([1一幺](?:[ -]?[\d〇零一二三四五六七八九幺]){10})\D{0,4}$/, slot: exactly('contactPhone') },
  merchantNo: { pattern: /^[^a-z\d]{0,8}([0-9a-z](?: ?[0-9a-z]){7,19})[^a-z\d]{0,4}$/, slot: merchantNumber },
  walletMchId: { pattern: /^\D{0,8}(\d{8,10})\D{0,4}$/, slot: exactly('walletMchId') },
  terminalNo: {
    pattern: new RegExp(`^[^a-z\\d]{0,8}?([0-9a-z]{8,24}|${SPOKEN_DIGITS}{8})[^a-z\\d]{0,8}$`),
    slot: (value) => (value.length === 8 ? 'terminalNo' : 'deviceSn'),
  },
  deviceSn: { pattern: /^[^a-z\d]{0,8}([0-9a-z]{8,24})[^a-z\d]{0,4}$/, slot: exactly('deviceSn') },
  authCode: { pattern: /^[^a-z\d]{0,8}([0-9a-z]{6})[^a-z\d]{0,4}$/, slot: exactly('authCode') },
  orderNo: { pattern: /^[^a-z\d]{0,8}([0-9a-z](?: ?[0-9a-z_-]){9,63})[^a-z\d]{0,4}$/, slot: exactly('orderNo') },
  merchantOrderNo: { pattern: /^[^a-z\d]{0,8}([0-9a-z_*@|-]{6,64})[^a-z\d]{0,4}$/, slot: exactly('merchantOrderNo') },
  caseId: {
    pattern: /^[^a-z\d]{0,8}((?:dz)?\d{8}-[0-9a-z-]{3,16}|[a-z]{1,6}-?\d[0-9a-z-]{3,20}|\d{5,20})[^a-z\d]{0,4}$/,
    slot: exactly('caseId'),
  },
  responseCode: { pattern: /^[^a-z\d]{0,8}([0-9a-z]{2})[^a-z\d]{0,4}$/, slot: exactly('responseCode') },
};

function answered(text: string, expecting: Asking | undefined): Found[] {
  const asked = expecting && ASKED[expecting as SlotName];
  const raw = asked && text.match(asked.pattern)?.[1];
  if (!asked || !raw || !/[\d〇零一二三四五六七八九幺]/.test(raw)) return [];
  const value = /[a-z]/.test(raw) || expecting === 'caseId' ? raw : toDigits(raw);
  const slot = asked.slot(value.replace(/ /g, ''));
  return slot ? [{ start: 0, end: text.length, mention: mention(slot, kept(slot, value.replace(/ /g, '')), raw) }] : [];
}

/** Numbers nobody labelled: only what their length makes certain. Source: docs/domain.md §4.3. */
function byLength(text: string): Found[] {
  return firstMatches(text, /(?<![\da-z.*:-])\d{12,32}(?![\da-z*])/g).flatMap((match) => {
    const value = match[0];
    if (value.length >= 28) return [found(match, 'orderNo', value)];
    if (value.length === 15) return [found(match, 'merchantNo', value)];
    return value.length === 12 ? [found(match, 'rrn', value)] : [];
  });
}

export interface Ids {
  readonly found: readonly Found[];
  /** Also places that hold no slot but no other fact either: hotlines, masked secrets. */
  readonly taken: readonly { readonly start: number; readonly end: number }[];
}

/** Numbers by label, by what is asked, and by length; phones, cases and masked cards. */
export function findIds(text: string, expecting: Asking | undefined): Ids {
  const sure = [
    ...answered(text, expecting),
    ...firstMatches(text, CASE).map((match) => found(match, 'caseId', match[0].toUpperCase())),
    ...tails(text, expecting),
    ...firstMatches(text, PHONE).map((match) => found(match, 'contactPhone', match[0].replace(/ /g, ''))),
    ...labelled(text),
    ...byLength(text),
  ];
  const kept: Found[] = [];
  for (const next of sure) if (!kept.some((other) => next.start < other.end && other.start < next.end)) kept.push(next);
  const other = [...firstMatches(text, MASKED), ...firstMatches(text, HOTLINE)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  return { found: kept, taken: [...kept, ...other] };
}
