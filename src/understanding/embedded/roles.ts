import type { Signal, SlotValue } from '../../domain/slots';
import { anyOf } from './any-of';
import { withoutDenials } from './found';

type Role = SlotValue<'role'>;
type IssueType = SlotValue<'issueType'>;

const MERCHANT = anyOf(
  /我(?:们)?(?:这|那)(?:个|台)?(?:机器|机子|刷卡机|pos)|(?:微信|支付宝|云闪付|扫码|刷卡|信用卡|储蓄卡)收的|我们是[^,]{0,12}(?:站|店|馆|铺|摊|厂|超市),|开[^,去了]{1,5}(?:店|馆|铺)(?:赚|收)/,
  /(?:顾客|客人|客户)(?:用|拿|刷|的|是|,| )*(?:储蓄卡|信用卡|借记卡|银行卡|云闪付|外卡|花呗)/,
  /(?<!商家|店家|他们|她们|对方|酒店|老板|超市|医院|人家|店里|物业)收(?:的|了)(?:这|那)?(?:一)?[笔单个]?\s?(?:¥\s?)?(?:\d|[一二两三四五六七八九十百千]{1,6}[百千万块元多])(?![^,]{0,10}(?:押金|手续费|流量|服务费|会员|定金|年费|停车|激活))/,
  /卖(?!家)[^,我你]{1,6}收了|一共收了|[午上晚天号]卖的|(?:顾客|客人|客户)[^,]{0,3}退货|退(?:了|给)(?:他|她|人家|顾客|客人)(?!们)/,
  /收(?:了|的)(?:人家|顾客|客人|他|她)(?!的?(?:押金|手续))|我们(?:财务|会计|老板|店)/,
  /我(?:的|家)?[^,客顾他她]{0,4}(?:摊|铺|店)(?:子)?(?:上|里)(?:面)?[^,]{0,4}(?:收|刷|扫|付)/,
  /(?:大爷|大姐|大哥|大妈|大叔|小伙子?|姑娘|老头|老太太|阿姨|年轻人|老主顾|妹子|哥们|男的|女的|小孩|学生)[^,给帮]{0,8}(?:刷卡|扫码|刷了|刷的|付了|付的|扫了|扫的|买了|掏|拿(?!货|走))|收了?(?:一)?位/,
  /收了一(?:桌|单|笔)|我(?:妹|姐|哥|弟|老公|老婆|媳妇|爸|妈|爱人|儿子|女儿)[^,]{0,2}的[^,]{0,5}(?:店|铺|摊|馆)|(?:[点分半刻整多早午晚天号日]|[\d])收(?:的|了)(?!我|到|手续|费)/,
  /老板娘?(?:叫|让|喊)我(?:来)?(?:问|查)|收(?:钱|款)的?(?:那张)?(?:银行)?卡|给(?:人|人家|他|她|客人|顾客|老主顾)退|我(?:们)?(?:又|可|根本)?没(?:有)?(?:给人?)?退过|(?:收|刷)重了/,
  /(?:客人|顾客)(?:就|还|正)(?:站|等|在)|(?:货|东西)(?:到底)?给不给(?:他|她|人)/,
  /我(?:们)?(?:是|做)?(?:一?个|一家)?(?:开[^,]{1,5}(?:店|馆|的|厂|超市|铺)|[^,]{0,5}(?:店|超市|馆|铺|摊)的|[^,]{0,6}批发|[^,]{0,4}生意)/,
  /我(?:们)?(?:是|做)(?:一?个|一家)?(?:商户|商家|店家|店主|店员|老板|开店|收银|店长|(?:卖|做|开)[^,]{1,8}的|卖(?:东西|货|的)|财务|个体|做生意|收款)/,
  /(?:我|我们|俺|咱|本|自家)(?:的|家|这|那)*(?:店|机子|机器|pos机?|终端|铺子|铺|门面|饭店|餐馆|超市|商铺|摊|公司)(?!家)/,
  /(?:顾客|客人|客户|买家|消费者|老外|熟人|人家|游客)[^,]{0,20}(?:刷|付|扫|买|消费|转|支付|给我|结账|微信|支付宝|插|说(?:他|她|已经)?(?:付|扣|被扣))/,
  /(?:我|今天|昨天|前天|上午|下午|号)?卖(?:了|出|掉)(?!家)|(?:收|卖)(?:了|过)?(?:一)?(?:笔|单|个(?:顾客|客人|客户)?)/,
  /(?:搁|在|来|到|上)我(?:们)?(?:这儿|这里|这边|这嘎达|这疙瘩|这块儿?|这旮旯|店|家)[^,]{0,6}(?:刷|付|扫|买|消费|吃)|结算卡|结算账户|划款|出款|商户(?:后台|app|版|端|号)/,
  /收款(?:码|机|音箱|机器|员|到账)|我(?:这边|店里|们店|方)?(?:收款|收银|收的|收了|没收到(?:货款|结算|营业款))|(?:给|跟)(?:顾客|客人|客户)/,
  /(?:顾客|客人|客户)(?:[这那]张|说|短信|那边|手机|卡(?:上|里|都|已经|被)*扣|的(?:卡|手机|银行|信用卡|储蓄卡|微信|支付宝)|投诉|来找|找我|催)|我家[^,]{0,5}(?:店|馆|摊|铺|超市)(?!家)/,
  /\bi sold\b|customers? (?:used|paid)|[有个位啲枱台桌围]客(?=刷|碌|付|扫|买|用|给|拿)|给(?:人|别人|人家|他|她)刷|我?商户(?:$|,)|^商户|我[^,]{0,16}收(?:的|了)(?!到)/,
  /货款|营业款|营业额|到不了账|(?:我|我们)(?:的)?(?:小店|生意)|店里(?:收|刷|生意|营业)|(?:刷|收)(?:了)?(?:顾客|客人|客户)|(?:t|d) ?\+ ?[01]|秒到/,
  /my (?:shop|store|terminal|machine|pos|restaurant|business|customer)/,
  /i(?:'?m| am)? ?(?:run(?:ning)?|own|work(?:ing)? (?:at|in)|manag(?:e|ing)) (?:the|a|this|our|my) [a-z ]{0,14}(?:shop|store|restaurant|cafe|stall|hotel)/,
  /i(?:'m| am) (?:a|the) (?:merchant|shop ?keeper|(?:(?:small |coffee )?(?:store|shop|restaurant|cafe|business) ?)?owner|seller|cashier)/,
  /(?:a|the|our|my|one|some) (?:customer|tourist|guest|client|foreigner|buyer) (?:paid|swiped|scanned|bought|used)/,
  /settlement (?:account|card)|our (?:shop|store|terminal|machine|pos)/,
);
const CARDHOLDER = anyOf(
  /我[^,]{0,6}在[^,]{0,8}(?:商场|超市|店|市场)里?买|在你们(?:这|那)?(?:家|个)?店[^,]{0,4}(?:刷|买|付)|(?:^|[ ,])买[^,卖]{1,4}(?:刷|付)了|没(?:有)?回我(?:支付宝|微信|卡)|我的? ?(?:credit|debit) ?card/,
  /(?:商家|店家|店里|店员|间铺|老板)[^,]{0,8}退(?:了)?(?:给)?我|我是买嘢|酒吧(?:那边)?(?:却|又|都)?说/,
  /(?:那顿|吃)饭[^我]{0,12}我(?:刷|付|扫)|我是来(?:买|吃|住|消费)|我住的?(?:酒店|宾馆|民宿)|我(?:家)?(?:孩子|小孩|娃)在[^,]{1,8}(?:刷|付|扫|交)/,
  /本人[^,]{0,20}(?:消费|购买|支付|付款)|我[^,客顾卖]{0,14}(?:买的|买了)[^,]{0,14}(?:退|商家|坏|漏|不要|太)/,
  /我[^,客顾卖]{0,8}刷[^,客顾卖]{0,8}(?:卡|微信|支付宝)[^,客顾卖]{0,3}(?:买|付|交|吃|住|加油)|卡(?:里|上)的?钱(?:就|都|也|却)?(?:没了|少了|不见了)/,
  /(?:商家|店家|卖家)(?:说)?(?:已经?)?(?:也)?(?:同意|给)(?:我)?退|我用(?:的)?[^,客顾]{0,8}(?:信用卡|储蓄卡|微信|支付宝)[^,客顾]{0,2}(?:没退|付|买|退)/,
  /我(?:是)?在[^,客顾]{1,8}(?:付的|付了|买的|买了|下单|刷了|刷的)|^持卡人?$/,
  /(?:我(?:妈|爸|老公|老婆|媳妇|爱人|对象|儿子|女儿|闺女|奶奶|爷爷|姐|哥|弟|妹|朋友|同学|室友)|老妈|老爸|家里(?:人|老人))妈?爸?[^,我]{0,8}(?:买|去[^,]{1,5}(?:扫|付|刷)|在[^,]{1,8}(?:扫|付|刷))/,
  /(?:帮|替)(?:我|俺)?(?:妈|爸|老公|老婆|媳妇|奶奶|爷爷|朋友|家里)[^,]{0,6}(?:问|查|,| )|我(?:是|就是)(?:一?个)?(?:顾客|客人|持卡人?|付款(?:的|人|方)|买(?:东西|家)|消费者|刷卡的)/,
  /我(?:自己|本人|今天|昨天|前天|刚才|刚|去|在)[^,]{0,12}(?:买|消费|付款|付的|刷(?:的|了)?(?:我的?)?卡|吃饭|加油|住(?:酒店|院)|购物|看病|交(?:钱|费)|缴费|挂号)/,
  /我(?:的)?(?:卡|信用卡|储蓄卡|银行卡|账户)(?:里|上|都|也|的钱)?(?:却|已经?|就|都)?(?:被|扣|显示扣|少了|上扣|出去|走了|划走|没了)/,
  /(?:店家|商家|店里?|老板|收银(?:员|台)?|店员|超市|卖家|服务员|前台|(?<!银行|行)柜台|药店|药房|收费处|窗口|摊主|大妈|大叔|大姐|阿姨|师傅|餐厅|饭店|酒店|加油站|商场)(?:那个|里)?(?:的)?[^,我你您跟]{0,4}(?:却|又|都|还|那边|非)?(?:说|讲|不认|不肯|不给|(?:让|叫|要)我(?!问|来|查|打|联系|看)|坚持|拒绝)/,
  /我(?:用[^,]{0,8})?刷卡(?:付|买|结)|(?:让|叫|要)我再(?:付|刷|给|扫)|我(?:在|去)[^,]{0,10}(?:超市|饭店|餐厅|商场|药店|医院|加油站|酒店|店|商店|便利店|网上|淘宝)/,
  /(?:扫|付|刷)了(?:店家|商家|他们|老板|店里)的?|给(?:店家|商家|老板|卖家)(?:付|转|扫)|(?:我)(?:要|想)?(?:退货|退款)|(?:店家|商家|老板|卖家|商户|酒店|超市)(?:已经|答应|说)?(?:给我)?退/,
  /我(?:买的?|付的?|给的)|(?:商家|店家|老板|店里|卖家)(?:那边)?(?:也|都|还)?没(?:有)?(?:收到|到账)|给我(?:刷|扣|打|输|按)成/,
  /(?:^|[,.] )paid (?!out)[^,]{0,40}(?:in|at) (?:a|an|the) (?:cafe|coffee|shop|store|restaurant|supermarket|hotel|bar|market|pharmacy|mall)/,
  /网购|(?:京东|淘宝|拼多多|网上|抖音|商城|官网)(?:上|里)?(?:买|下单)|我(?:的)?(?:订单|快递)/,
  /i (?:bought|paid|was charged|swiped|used my card|am a (?:customer|cardholder))/,
  /my (?:debit |credit |bank )?(?:card|bank|account) (?:was|got|is|has been|shows?)/,
  /(?:the |a )?(?:shop|store|merchant|cashier|seller|clerk|shop owner|waiter) (?:says?|said|told|claims|refus)/,
);
const STAFF =
  /我是(?:内部|运营|客服|技术|公司)?(?:员工|同事|人员|坐席|运营)|渠道故障上报|案件摘要|算到账\s|^案件\s|internal staff|内部人员/;
const BYSTANDER =
  /(?:就|只是|随便|单纯)(?:想)?(?:问问|了解|咨询一下|打听)|还没办|没有pos|想办(?:一台|个|理)?(?:pos|刷卡机)|just asking|just curious/;

/** 就想问问 after a matter of one's own. */
const OWN_MATTER = /扣|划走|没到|未到|没来|少了|\d{2,}/;

/** Answers to 「这笔是顾客买东西付的款，还是办机、激活之类的扣款?」. */
const OF_A_PAYOUT: ReadonlySet<Signal> = new Set<Signal>([
  'institutionGone',
  'personalPayer',
  'riskHold',
  'retrieval',
  'chargeback',
  'judicialFreeze',
  'allSalesMissing',
  'outage',
  'settleCardHijacked',
]);
const NOT_OF_A_SALE = /不是[^,]{0,4}(?:顾客|客人|客户|货款|卖|收的|生意)/;
const ASKED_ISSUE: readonly (readonly [IssueType, RegExp])[] = [
  ['R3', /办机|激活|流量|服务费|会员|机器(?:的)?(?:收费|费|钱)|业务员|扣费|machine|fee/],
  ['R1', /货款|顾客|客人|客户|买东西|卖|生意|营业|customer|sale/],
];

/** Answers to 「您是商户还是付款人?」. */
const ASKED: readonly (readonly [Role, RegExp])[] = [
  ['staff', /内部|员工|staff|运营|坐席/],
  ['bystander', /(?<!天天|老是|总|问)问问(?!问)|随便|了解|都不是|两个都不|bystander|just asking/],
  [
    'merchant',
    /(?<!是)(?:客人|顾客|客户|人家)[^,(]{0,4}(?:刷了|付了|扫了|给了|买了|给我|付的(?:钱|款)|用)|我(?:是)?(?:来)?收(?!到)|店家|店员|收银/,
  ],
  ['cardholder', /顾客|持卡|付款|付钱|买|消费者|客人|刷卡的|我付|给钱的|扫的|cardholder|customer|payer|buyer|i paid/],
  [
    'merchant',
    /开[^,]{0,6}(?:的|店|馆|厂)|^开|做(?:生意|买卖)|商户|商家|老板|店主|收款|收钱|收银|店长|开店|店里|卖|财务|个体|merchant|seller|owner|shop/,
  ],
];

/** A longer text tells more than the answer to a question. */
const ANSWER_LENGTH = 40;

/** Who speaks, by cues in the words; undefined when they fit both sides. 「刷了299没到账」 has none. */
export function roleOf(text: string, asked: boolean): { readonly value: Role; readonly text: string } | undefined {
  const own = text.replace(/(?:^|, ?)不是[^,]{0,12}(?=,|$)/g, '');
  if (asked && own.length > 0 && own.length <= ANSWER_LENGTH && !/不是/.test(own)) {
    const answer = ASKED.find(([, pattern]) => pattern.test(own));
    if (answer) return { value: answer[0], text: own.match(answer[1])?.[0] ?? text };
  }
  const staff = text.match(STAFF);
  if (staff) return { value: 'staff', text: staff[0] };
  const merchant = text.match(MERCHANT);
  const cardholder = text.match(CARDHOLDER);
  if (merchant && cardholder) return decide(text, merchant[0], cardholder[0]);
  if (merchant) return { value: 'merchant', text: merchant[0] };
  if (cardholder) return { value: 'cardholder', text: cardholder[0] };
  const bystander = text.match(BYSTANDER);
  return bystander && !OWN_MATTER.test(text) ? { value: 'bystander', text: bystander[0] } : undefined;
}

/** Both sides are named: own words (我是…, 我的店) decide, else the first who acts. */
function decide(text: string, merchant: string, cardholder: string): { readonly value: Role; readonly text: string } | undefined {
  if (
    /我(?:们)?是[^,]{0,4}(?:商户|商家|店|老板|收)|(?:我|我们)(?:的|家|这)*(?:店|机子|机器|pos|铺)|结算卡|my (?:shop|store|terminal)/.test(
      text,
    )
  )
    return { value: 'merchant', text: merchant };
  if (
    /我(?:就)?是[^,]{0,4}(?:顾客|客人|持卡|付款|消费)|(?:店家|商家|老板|店里|收银员?|超市)(?:却|又|都|还)?(?:说|不认|不肯|让我)|我(?:在|去)|i (?:paid|bought)/.test(
      text,
    )
  )
    return { value: 'cardholder', text: cardholder };
  return /(?:顾客|客人|客户|customer)/.test(text) ? { value: 'merchant', text: merchant } : undefined;
}

export interface IssueCues {
  readonly role: Role | undefined;
  readonly signals: readonly Signal[];
  /** A fee of the machine is named. */
  readonly fee: string | undefined;
  /** Both the sale and what arrived of it were told. */
  readonly arrivedLess: boolean;
  readonly txFailed: boolean;
}

const MISSING = anyOf(
  /(?:没|未|不|没有|还没)(?:有)?(?:到账?|收到|入账|进账|到我|到卡|见到|看到|进来|打过来|划过来|结算|过来|来钱|见钱|结给|入)|到不了|收不(?:到|着)|没(?:收|见|落|拿|等)着/,
  /(?:早|就|都|也)(?:该|应该)到(?:账|了|的)*(?:$|[,。! ])|钱呢|没(?:钱|款)?进|没动静|not (?:received|arrived|in my account|settled)/,
  /(?:hasn'?t|haven'?t|didn'?t|did not|has not|never) (?:received?|arrived?|come|came|settled?|got|get|been (?:received|settled|paid))/,
  /where is my money|no money/,
);
const REFUND = /退款|退货|退的|退了|退给|退钱|refund/;
const REFUND_MISSING = anyOf(
  /(?:退款|退货|退的钱?|退了|退给|说退|refund)[^。]{0,20}(?:没|未|不|还|多久|什么时候|几天|哪|没到|hasn'?t|haven'?t|not|when|where|still)/,
  /(?:没|未|还没)(?:有)?(?:收到|见到|看到)[^,]{0,4}退|什么时候退/,
);
/** The shop's own record says so: what became of the sale, not a refund awaited. */
const SHOWN_REFUNDED = /(?:后台|状态)[^,]{0,6}退款[^,]{0,3}[,?][^,]{0,2}(?:我|没人|谁)/;
const PREAUTH = /预授权|pre-?auth|(?:酒店|宾馆|租车|民宿|hotel)[^。]{0,10}(?:押金|deposit|冻结|hold)/;
const SHORT = anyOf(
  /(?:到账|到手|到的|收到的?|入账|结算|打款|划款)(?:金额|的钱|款|数)?[^,]{0,6}(?:少|不对|不符|不够|对不上|有差|差了|缺)|少(?:到|给|打|结|了)[^,]{0,6}(?:账|钱|块|元|□|\d)|对不上/,
  /只到(?:账|了)|到账?少|钱少了|(?<!多)少钱|(?:received|got|arrived) (?:less|only)|short by|amount is (?:less|short)/,
);
const DEBITED = /扣(?:了|款|钱|走|掉)|被扣|划走|钱(?:都|已经?|也)?(?:出去|付|没)了?|charged|debited|deducted/;
const FAILED =
  /失败|没成功|不成功|未成功|超时|没出(?:小?票|单)|没打(?:出|印)|没(?:有)?小票|没反应|卡住|断网|死机|报错|没显示(?:成功|收款)|failed|declined|error|timed? ?out/;
const MACHINE_FEE = anyOf(
  /(?:机器|机子|pos机?|机具|设备)(?:的)?(?:收费|扣费|费用|扣钱|费)|(?:乱|莫名其妙|无缘无故|偷偷|私自|自动)(?:的)?(?:扣费|收费|扣(?:了)?我?(?:钱|□))|首刷|激活(?:款|费|刷|扣)/,
  /(?:办|买)机器?(?:的钱|费|扣|要)|机器钱|machine fee/,
);
const OTHER_PAYEE =
  /(?:付|转|扫)(?:到|给|错)(?:了)?(?:别人|个人|私人|收银员)|转账给我|(?:他|对方|顾客|客人)(?:转|付)(?:账|款|钱)?[^,]{0,8}截图/;

/** Which reading of 「扣费未到账」 (docs/domain.md §2.2) the words make certain; undefined leaves the question open. */
export function issueOf(text: string, cues: IssueCues, asked: boolean): { readonly value: IssueType; readonly text: string } | undefined {
  const plain = readingOf(text, cues);
  // A cue of its own (跑路, 风控) says more than which of two words was used.
  if (plain || !asked || text.length > 30 || cues.signals.some((signal) => OF_A_PAYOUT.has(signal))) return plain;
  if (NOT_OF_A_SALE.test(text)) return { value: 'R3', text };
  const told = withoutDenials(text);
  const answer = ASKED_ISSUE.find(([, pattern]) => pattern.test(told));
  return answer && { value: answer[0], text };
}

function readingOf(text: string, cues: IssueCues): { readonly value: IssueType; readonly text: string } | undefined {
  const has = (...names: Signal[]): boolean => names.some((name) => cues.signals.includes(name));
  const hit = (pattern: RegExp): string | undefined => text.match(pattern)?.[0];
  const is = (value: IssueType, words: string | undefined) => (words === undefined ? undefined : { value, text: words });
  const preauth = hit(PREAUTH);
  if (preauth) return is('R7', preauth);
  if (has('promisedReturn') && (cues.fee !== undefined || /返|刷满|刷够|达标/.test(text))) return is('R5', hit(/返|退/));
  const missing = hit(MISSING);
  const shown = hit(SHOWN_REFUNDED);
  if (shown) return is('R1', shown);
  const refund = hit(REFUND_MISSING);
  if (refund && REFUND.test(text) && cues.fee === undefined) return is('R6', refund);
  const fee = feeReading(text, cues, missing);
  if (fee) return is('R3', fee);
  if (has('fakeProof', 'wrongPayee', 'qrSwapped')) return is('R8', hit(/截图|给我看|延|付|转|扫|码|screenshot|showed|fake|paid|qr/) ?? '');
  const other = hit(OTHER_PAYEE);
  if (other) return is('R8', other);
  const short = hit(SHORT);
  if (short || cues.arrivedLess) return is('R4', short ?? hit(/到|收/) ?? '');
  if (has('shopDenies')) return is('R2', hit(/没|未|不|not|n't/) ?? '');
  const failed = hit(FAILED);
  if (DEBITED.test(text) && (failed !== undefined || cues.txFailed)) return is('R2', failed ?? hit(DEBITED));
  if (missing && cues.role === 'merchant') return is('R1', missing);
  return undefined;
}

/** A fee of the machine is R3, unless it stands beside a sale that is missing (手续费 explains a shortfall: R4). */
function feeReading(said: string, cues: IssueCues, missing: string | undefined): string | undefined {
  const text = withoutDenials(said);
  const machine = text.match(MACHINE_FEE)?.[0];
  if (machine && !missing) return machine;
  if (cues.fee === undefined || cues.fee === 'merchantFee' || cues.fee === 'instantFee') return undefined;
  const short = SHORT.test(text) && (cues.arrivedLess || /到账|到手|入账|结算|划款|打款|货款|收到/.test(text));
  return /扣|收|交|费|退|要|凭什么|charged?|fee/.test(text) && !short ? cues.fee : undefined;
}
