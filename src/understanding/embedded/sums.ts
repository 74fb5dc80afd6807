import type { Asking, Fen } from '../../domain/slots';
import type { AmountToken } from './amounts';
import { anyOf } from './any-of';
import { clauseAt } from './found';

/** What a figure is the amount of. `other`: money of another matter (a limit, a fee beside the sale, a balance). */
export type SumRole = 'sale' | 'net' | 'instantFee' | 'fee' | 'total' | 'each' | 'short' | 'balance' | 'other';

export interface Sum {
  readonly token: AmountToken;
  readonly fen: Fen;
  readonly role: SumRole;
  /** Replaced by another figure of the same message (不是2300). */
  readonly denied: boolean;
  /** Said as the right one (应该是, 不对，是, 打错了). */
  readonly correction: boolean;
}

export interface SumOptions {
  readonly expecting: Asking | undefined;
  /** The message speaks of money at all: 刷, 付, 到账, 钱 … */
  readonly aboutMoney: boolean;
}

const ASKS_MONEY = new Set<Asking | undefined>(['amount', 'netAmount', 'instantFee', 'confirm']);
const MONEY_TALK = anyOf(
  /刷|交了|付|收|扣|只到|才到|就到|到手|少了|人民币|给我|给了|到账|入账|进账|没到|不到|没影|没动静|钱|款|金额|退|转|单|卡|进|应到|实到|[td] ?\+ ?[01]|[td][01]|成功|秒到|消费|交易|买|支付|扫|进来|笔|余额|charged?|paid/,
  /pay|amount|sale|swiped?|received|refund|transaction|debit|credit|card|yuan|settle|deposit/,
);
export const aboutMoney = (text: string): boolean => MONEY_TALK.test(text);

/** Directly before a figure: what was done with that money. */
const VERB_BEFORE =
  /(?:结账|饭|费|刷|付|收|扣|转|退|花|买|打|结|充|存|交|给|扫|消费|支付|进|到|共|卡|计|合计|总|金额|额|款|钱|笔|是|为|有|张|单|才|只|就|少|卖|做|成|成功|失败|了|个|约|大概|差不多|也|又|的|每次|每笔|各|,|:|charged|paid|took|taken|spent|deducted|debited|cost|for|of|amount|was|is|got|received|only|just|rmb|about|around|、|□)\s?(?:我|他|她|你|咱|俺|了|过|掉|走|的是|的|是|:|差不多|大概|大约|约|了个|了一个|了一笔|一笔|a)*\s?$/;
const AFTER_SALE =
  /^\s?(?:信用卡|储蓄卡|借记卡|微信|支付宝|云闪付|刷卡|扫码|[td]\+?[01]|□|、|什么|说是|那个|的|那笔|这笔|没|不|未|还没|还|都|到现在|一直|也|就|被|,|。|$|进|到|扣|呢|啊|吧|左右|元|整|这单|那单|has|have|not|never|but|yesterday|today|on|at|from|in|and)/;

/** What is said before the right value. */
const CORRECTS =
  /(?:不对|不是|错了|错|搞错|打错|说错|写错|记错|更正|纠正|具体是?|准确(?:地|的)?说?是?|改成|改为|改一下|应该是|应为|其实是|实际是|实际上是|是我|sorry|no,? wait|scratch that|wrong|correction|i mean(?:t)?|actually|should be|instead)(?:[^\d一二三四五六七八九]{0,14}|[a-z ,:'¥]{0,26})$/;

/** 不是1980，是1890: the second of the two. */
const AFTER_DENIAL = /(?:不是|并非|not)\s?[\d.,一二三四五六七八九十百千万]{2,12}[块元]?[ ,。]{0,2}(?:而)?(?:是|应该是|应为|but|it'?s)\s?$/;

/** A bare figure is money only when the words around it say so. */
function counts(token: AmountToken, text: string, options: SumOptions): boolean {
  if (token.strength !== 'unit' && /^0\.[1-9]\d?$/.test(token.text) && !ASKS_MONEY.has(options.expecting)) return false;
  if (token.strength !== 'bare') return true;
  const whole = /^[^\d\p{Script=Han}a-z□]*$/u.test(text.slice(0, token.start) + text.slice(token.end));
  if (ASKS_MONEY.has(options.expecting)) return true;
  if (FEE_AFTER.test(text.slice(token.end, token.end + 10)) || FEE_BEFORE.test(text.slice(Math.max(0, token.start - 16), token.start)))
    return true;
  if (whole)
    return (
      STANDS_FOR_SUM.has(options.expecting) &&
      (options.expecting === 'feeName' ? /^\d{2,6}(?:\.\d\d?)?$/ : /^\d{3,6}(?:\.\d\d?)?$/).test(token.text)
    );
  if (
    options.aboutMoney &&
    (EACH_AFTER.test(text.slice(token.end, token.end + 8)) || EACH_BEFORE.test(text.slice(Math.max(0, token.start - 6), token.start)))
  )
    return true;
  const wide = text.slice(Math.max(0, token.start - 24), token.start);
  const corrects = CORRECTS.test(wide) || AFTER_DENIAL.test(wide);
  if (corrects && token.text.length >= 2) return true;
  if (!options.aboutMoney) return false;
  const left = text.slice(Math.max(0, token.start - 12), token.start);
  const before = VERB_BEFORE.test(left) || NET_BEFORE.test(left);
  if (/\d、$/.test(text.slice(0, token.start)) || /^、\d/.test(text.slice(token.end, token.end + 2))) return true;
  const figure = /^(?:\d{3,8}|\d{1,8}\.\d{1,2}|\d{3,8}\.\d)$/.test(token.text);
  if (figure) return before || AFTER_SALE.test(text.slice(token.end, token.end + 8));
  return before && DIRECT_VERB.test(text.slice(Math.max(0, token.start - 8), token.start));
}
/** Asked for a choice, a lone figure can only be the sum. */
const STANDS_FOR_SUM = new Set<Asking | undefined>([
  'role',
  'issueType',
  'feeName',
  'payMethod',
  'txStatus',
  'settleProduct',
  'payoutStatus',
  'menu',
]);
const DIRECT_VERB =
  /(?:吃饭|饭钱|菜钱|油钱|车费|房费|药费|餐费|货款|尾款|买单|结账|结帐|埋单|刷|付|收|扣|转|退|花|消费|支付|到|金额|额|笔|是|少|扫|入|给|打|卖|每次|每笔|每月|各|charged|paid|of|took|taken|spent|deducted|debited|cost)\s?(?:了|过|掉|走|的是|的|是|:|差不多|大概|约|我|他|一笔|了一笔|了个)*\s?$/;

const NET_BEFORE =
  /(?:(?:只|才|就|实际|实|总共|一共|最后|结果|但|却)(?:给我)?(?:到|收|进|入|打|来|结|给|划)(?:账|款|到|了|来|手|过来|进来)*|实到|实收|到手|到账(?:金额|的)?|到了|进账|入账|到(?:我|了)?(?:的)?卡(?:上|里)?(?:了)?|收到|打过来|划过来|打来|卡里(?:只)?(?:进|到|有)|进来|进卡|净额|变成了?|(?:就|只|才)剩|给我(?:结|打|划|到)(?:了|来|的)?|(?:结果|实际|最后|但|却|就)?只有|(?<=[\d块元万千百□] ?)到|received|got|arrived|credited|settled|paid out|payout (?:was|is)|deposited)(?:了|的|是|就|一笔|只有|只|才|账|个|我|only|just|a|me|:| )*\s?$/;
const NOT_NET = /(?:没|未|不|还没|没有)(?:有)?(?:到|收|进|入)\S{0,3}$|(?:应该|应|该|要|说好)\S{0,2}(?:到账?|收|进)\S{0,2}$/;
const NET_AFTER =
  /^\s?(?:块|元)?(?:的?到账了?(?!的)|的?进账|到手|入账|进来了?|到了卡|arrived)(?!(?:只有|只|才|就)?\s?[\d□一二三四五六七八九十百两])/;
const INSTANT_BEFORE =
  /(?:□|率\s?[\d.]+)\s?(?:加|\+)\s?$|(?:秒到|提现|秒结|加急|d\+?0|t\+?0|实时)(?:的)?(?:手续)?费?(?:用|又|多|加|还|也|是|要|收|扣|了|我|:|每笔|一笔|每次|又扣)*\s?$/;
const INSTANT_AFTER = /^\s?(?:块|元)?(?:钱)?(?:的|是)?\s?(?:秒到|提现|秒结|加急)(?:的)?(?:(?:手续)?费|$|[,。 ])/;
const FEE_BEFORE =
  /(?:手续费|服务费|流量费|会员费|保险费?|押金|激活(?:款|费)?|年费|管理费|费用|通讯费|通信费|sim卡费|保证金|违约金|fee|deposit)(?:的?(?:□+|一年|一个月|是|又|还|也|要|收|扣|了|掉|我|:|竟然|居然|一下|单独|就|到|每年|每月|of|was|is)){0,4}\s?$/;
const FEE_AFTER =
  /^\s?(?:块|元)?(?:钱)?(?:的|是|做|当|作为|一年的|一个月的)?\s?(?:手续费|服务费|流量费|流量卡?费|流量|会员费?|保险费?|押金|激活|年费|管理费|通讯费|通信费|费用|保证金|fee|deposit)/;
const TOTAL_BEFORE =
  /(?:一共|总共|合计|共计|总计|加起来|总额|总金额|合起来|共|total(?:ling)?(?: of)?|altogether)(?:是|有|刷了|收了|大概|差不多|:|就|要|应该|扣了|付了|了)*\s?$/;
const TOTAL_AFTER = /^\s?(?:块|元)?(?:钱)?\s?(?:in total|altogether|一共|总共)/;
const EACH_BEFORE = /(?:都是|每笔|每单|各|每次|均为|单笔|分别都是|each)(?:是|都是|都|刷了|了|of|刷|收|:)*\s?$/;
const EACH_AFTER = /^\s?(?:块|元)?(?:钱)?(?:的)?\s?(?:一笔(?!都|也)|每笔|一单|each|的?(?:两|三|四|五|2|3|4|5)笔)/;
const LIMIT_BEFORE =
  /(?:限额|单笔不|最高|上限|超过|超|只能(?:进|转|收|刷)?|最多(?:进|转|收|刷)?|额度|不能超|不超过|满|每日|日限|以上|大于|limit)(?:是|了|为|有|每天|每日|单笔|:)*\s?$/;
const LIMIT_AFTER = /^\s?(?:块|元)?(?:的)?\s?(?:以上|以下|限额|额度|以内|封顶|limit)/;
const BALANCE_BEFORE = /(?:余额|还剩|剩余?|结余|里面?还?有|balance)(?:是|了|还|有|只|就|显示|里|里面|of|:)*\s?$/;
const SHORT_BEFORE = /(?:少了?|差了?|短了?|缺|少到|少给|多扣|short(?: by)?|missing)(?:我|了|给|账|大概|差不多|到|整整|将近)*\s?$/;
/** 急用五千: a need, not a sale. */
const NEED_BEFORE = /(?:急用|等着用|要用|急需)(?:这|那)?\s?$/;
const PRICE_BEFORE = /(?:应该|该|本来|原本|应当|价格|标价|实际消费|账单|只用|只该|说好)(?:是|只|就|收|付|刷|要|消费|扣|的|为|我)*\s?$/;
/** 前天那笔600到了: that one is settled. */
/** 120的东西刷了1200: a price. */
const PRICE_AFTER = /^(?:块|元)?(?:钱)?的(?:东西|货|饭|菜|商品|账单|衣服|鞋)[^,]{0,6}(?:刷|扣|收)(?:了|成)/;
const ARRIVED_AFTER =
  /^(?:块|元)?(?:钱)?(?:的)?\s?(?:那|这)?(?:一)?(?:单|笔)?(?:都|已经?|也|倒|是|今天|昨天)*(?:到了(?!\s?[\d一二三四五六七八九])|收到了|没问题)/;
const DENIED_BEFORE = /(?:(?<![是哦噢呃额哎啊])不是|并非|而不是|并不是|唔是|not|别写)(?:说|那个|我说的|刷的|刷了|付的|it's|a)*\s?$/;
const PROMISE_BEFORE = /(?:刷满|满|返|返现|返还|奖励|送|赠)(?:了|给|我|我们|你|:|现|够)*\s?$/;

/** Role of a figure by the words right before and after it, within its clause. */
function roleOf(before: string, after: string): SumRole {
  if (INSTANT_BEFORE.test(before) || INSTANT_AFTER.test(after)) return 'instantFee';
  if (LIMIT_BEFORE.test(before) || LIMIT_AFTER.test(after) || PROMISE_BEFORE.test(before)) return 'other';
  if (FEE_BEFORE.test(before) || FEE_AFTER.test(after)) return 'fee';
  if (/^\s?(?:块|元)?(?:钱)?的?现金/.test(after) || /现金(?:收|付|给)(?:了|的)?\s?$/.test(before)) return 'other';
  if (/卡(?:里|上)?(?:的钱)?(?:就|都)?少了\s?$/.test(before)) return 'sale';
  if (SHORT_BEFORE.test(before)) return 'short';
  if (TOTAL_BEFORE.test(before) || TOTAL_AFTER.test(after)) return 'total';
  if (EACH_BEFORE.test(before) || EACH_AFTER.test(after)) return 'each';
  if ((NET_BEFORE.test(before) && !NOT_NET.test(before)) || NET_AFTER.test(after)) return 'net';
  if (ARRIVED_AFTER.test(after) || PRICE_AFTER.test(after) || NEED_BEFORE.test(before)) return 'other';
  if (BALANCE_BEFORE.test(before)) return 'balance';
  return 'sale';
}

/** 到了4970扣了30: what was taken from the sale. */
const TAKEN_OFF = /扣(?:了|掉|走)(?:我)?\s?$/;

/** 秒到，每笔收3块: the fee for speed is a few yuan. */
const AT_ONCE = /秒到|秒结|d\+0/;
const SMALL_FEE = 1000;

/** D+0 8600: so much is no fee for speed unless it is called one. */
const MOST_UNNAMED = 10_000;

/** Between two sums of one list. */
const AND = /^\s?(?:和|跟|、|加|及|与|还有|,|and)\s?$|^ $/;

/** A figure such as a sum has, of two digits at least. */
const PLAIN_SUM = /^(?:[1-9]\d{1,5}|\d{1,6}\.\d{1,2})$/;
/** A number of something, or another's: no sum even where it stands alone. */
const NO_SUM_AFTER = /^(?:网|路|店|群|栋|室|房|平台|版|型)/;
const NO_SUM_BEFORE = /(?:超过?|不到|限|满|差|第|号|尾|码|房|间|室|栋|桌|名|龄|岁|版|型|[a-z])\s?$/;

/** Where money is spoken of and no figure stands out, the only plain one is the sum (那860, 退货 4380). */
function loneSum(tokens: readonly AmountToken[], text: string, options: SumOptions): AmountToken | undefined {
  const [only, ...others] = tokens.filter(({ fen, range }) => fen !== undefined || range);
  if (!only || others.length > 0 || !options.aboutMoney || only.strength !== 'bare' || !PLAIN_SUM.test(only.text)) return undefined;
  const named = NO_SUM_BEFORE.test(text.slice(Math.max(0, only.start - 4), only.start)) || NO_SUM_AFTER.test(text.slice(only.end));
  return named ? undefined : only;
}

/** Least part of a sale that still arrives when only fees are taken off. */
const MOSTLY = 0.9;
const CAME = /到|进|入|收到|打|划|结|剩|卡(?:上|里)|came|got/;

/** 320、455、1200 … 卡上就一笔1963.15: what is a little less than all that was sold before it arrived of it. */
function arrivedOf(sums: readonly Sum[], text: string): Sum | undefined {
  const sold = sums.filter(({ role, denied, correction }) => role === 'sale' && !denied && !correction);
  const last = sold.at(-1);
  const before = sold.slice(0, -1);
  if (!last || before.length === 0 || sums.some(({ role }) => role === 'net')) return undefined;
  const total = before.reduce((all, { fen }) => all + fen, 0);
  const from = before.at(-1)?.token.end ?? 0;
  const short = last.fen < total && last.fen >= total * MOSTLY;
  return short && CAME.test(text.slice(from, last.token.start)) ? last : undefined;
}

/** 1200和880，1200那单到了，880没到: a sum told once more. */
const isSaidBefore = (sums: readonly Sum[], at: number, fen: Fen, role: SumRole): boolean =>
  sums.slice(0, at).some((earlier) => earlier.fen === fen && earlier.role === role);

/** Figures of the text with what each is; those that are no money are left out. */
export function readSums(tokens: readonly AmountToken[], text: string, options: SumOptions): Sum[] {
  const lone = loneSum(tokens, text, options);
  const counted = tokens.map((token) => token.fen !== undefined && (token === lone || counts(token, text, options)));
  const beside = (a: AmountToken | undefined, b: AmountToken | undefined): boolean =>
    a !== undefined && b !== undefined && AND.test(text.slice(a.end, b.start));
  const sums = tokens.flatMap((token, at): Sum[] => {
    const listed =
      (counted[at - 1] === true && beside(tokens[at - 1], token)) || (counted[at + 1] === true && beside(token, tokens[at + 1]));
    if (token.fen === undefined || !(counted[at] || listed)) return [];
    const { before, after } = clauseAt(text, token.start, token.end);
    const wide = text.slice(Math.max(0, token.start - 24), token.start);
    const named = PRICE_BEFORE.test(before) && !/应该是|应为/.test(before) ? 'other' : roleOf(before, after);
    const role = named === 'instantFee' && token.fen > MOST_UNNAMED && !/费/.test(before) ? 'sale' : named;
    return [
      {
        token,
        fen: token.fen,
        role,
        denied: DENIED_BEFORE.test(before),
        correction: (CORRECTS.test(wide) || AFTER_DENIAL.test(wide)) && !DENIED_BEFORE.test(before),
      },
    ];
  });
  const settled = sums.filter(({ token }) => ARRIVED_AFTER.test(text.slice(token.end, token.end + 12))).map(({ fen }) => fen);
  const open = sums.filter(({ fen, role }, at) => !settled.includes(fen) && !(settled.length > 0 && isSaidBefore(sums, at, fen, role)));
  const told = settled.length > 0 && open.length > 0 ? open : sums;
  const arrived = arrivedOf(told, text);
  const net = arrived ?? sums.find(({ role }) => role === 'net');
  const atOnce = AT_ONCE.test(text);
  return told.map((sum) => {
    if (sum === arrived) return { ...sum, role: 'net' };
    if (atOnce && sum.role === 'each' && sum.fen <= SMALL_FEE) return { ...sum, role: 'instantFee' };
    const taken = TAKEN_OFF.test(text.slice(Math.max(0, sum.token.start - 5), sum.token.start));
    return net && sum.role === 'sale' && sum.fen < net.fen && taken ? { ...sum, role: 'short' } : sum;
  });
}
