import type { EnumSlot } from '../../domain/slots';

/** One wording of a value: found in a clause, unless `not` is in the same clause. */
export interface Cue {
  readonly value: string;
  readonly when: RegExp;
  readonly not?: RegExp;
}
type CueTable = { readonly [S in EnumSlot]?: readonly Cue[] };
const cue = (value: string, when: RegExp, not?: RegExp): Cue => ({ value, when, ...(not ? { not } : {}) });

const PAYOUT_WORDS = /划款|打款|出款|结算|提现|退款|退货|到账失败|激活|绑卡|登录|付款码|审核/;

/** Wordings plain enough to count whenever they are said. */
export const SAID: CueTable = {
  payMethod: [
    cue('creditCard', /信用卡|贷记卡|credit ?card/, /还款|还信用卡|申请|办(?:张|个|理)?信用卡|不(?:是|支持)信用卡|还是/),
    cue(
      'debitCard',
      /储蓄卡|借记卡|debit ?card/,
      /不(?:是|支持)(?:储蓄|借记)卡|还是|(?:结算|到账|打到|收款|提现到|退到)[^,]{0,4}(?:储蓄|借记)卡/,
    ),
    cue(
      'wechat',
      /(?:by|with|via|using|on) (?:my )?微信|微信(?:支付|扫|付|收款?|码|零钱|钱包|刷|买|到账|退|的(?!群|业务|客服)|那笔|这笔)|(?:用|通过|拿|走|是|刷|扫)(?:的是?)?微信|微信$|^微信|退(?:到|回|给我)?(?:了)?微信/,
      /不是微信|微信(?:群|号|公众号|客服|联系|聊|上(?:说|问|找|跟)|里(?:说|问)|加|转账截图|语音)|加.{0,3}微信|还是/,
    ),
    cue('alipay', /支付宝|花呗(?:付|支付|分期)|用花呗/, /不是支付宝|支付宝(?:客服|账号)|还是/),
    cue('unionpayQr', /云闪付|银联(?:二维码|扫码|码)|unionpay/, /不是云闪付|还是/),
    cue('ecny', /数字人民币|数币|数字钱包|e-?cny|digital (?:rmb|yuan)/, /还是/),
    cue(
      'foreignCard',
      /外卡|境外卡|境外的卡|visa|master ?card|万事达|(?:外国|国外|老外|香港|外宾)(?:人|客人|顾客|游客)?的?卡|\bjcb\b|运通|amex|foreign card|overseas card/,
      /还是/,
    ),
    cue(
      'online',
      /网购|网上(?:买|付|支付|下单|商城|购物)|线上(?:支付|付款|买|下单)|在线支付|商城(?:下单|买|付)|在?(?:淘宝|京东|拼多多|抖音|网店|官网)(?:上|里)?(?:买|下单|付)|小程序(?:里|上)?(?:下单|买|付)|online (?:order|shop|payment|purchase|store)|bought online/,
      /还是/,
    ),
  ],
  payFamily: [
    cue(
      'card',
      /刷卡|刷的(?:是)?卡|插卡|挥卡|闪付(?!.*云)|刷(?:了)?(?:一|张|我的|他的|顾客的)?[^,]{0,3}卡|swip|by card|card payment|tapped/,
    ),
    cue('qr', /扫码|扫的码|扫了?(?:我|店里?|他|顾客)?(?:们|家)?的?(?:收款|付款)?(?:二维)?码|二维码|收款码|扫一扫|\bqr\b|scanned/),
  ],
  txStatus: [
    cue('reversed', /(?:后台|app|系统|状态|显示|已经?|被|给)[^,]{0,6}(?:撤销|冲正|冲回)/, /没|未|不/),
    cue(
      'success',
      /(?:后台|app|机器|机子|系统|交易|显示|提示|状态|pos|小票|屏幕|记录|刷卡|收款|明明|明细|支付|订单)[^,]{0,8}(?:成功|已支付|已收款|已完成)|[刷付]了?[^,没未不]{0,10}成功了?$|success/,
      /没(?:有)?成功|不成功|未成功|没有?显示|成功(?:没|吗|了吗|了没)|扣款成功/,
    ),
    cue(
      'failed',
      /交易失败|(?:显示|提示|机器|后台|刷卡|支付|系统|pos|扫码|报)[^,]{0,6}失败|没(?:有)?(?:刷|交易|支付)?成功|(?:刷|交易|付|支付)不成功|未成功|没刷上|没刷成|(?:交易|提示|显示|通讯|连接|网络|刷卡|机器|机子|pos|屏幕|小票)[^,]{0,3}超时|拒绝交易|(?:transaction|payment) (?:was )?(?:failed|declined)|(?:says|shows|showed|said) (?:failed|declined|error|time ?out)|timed out/,
      PAYOUT_WORDS,
    ),
    cue(
      'processing',
      /(?:交易|订单|后台|显示|状态|支付|系统|还在)[^,]{0,5}(?:处理中|支付中|进行中|待支付)|pending/,
      /划款|打款|出款|结算|退款|案件|工单/,
    ),
    cue(
      'notFound',
      /(?:查|找|搜|看)不到(?:这|那|该)?(?:一)?(?:笔|单|条|交易|记录|订单|流水)|没有?(?:这|那|该)(?:一)?(?:笔|单|条)|(?:后台|app|系统|机器|流水|明细|pos)[^,]{0,6}(?:没有?(?!成功|出款|划款|结算|到)(?:记录|交易|显示|查到|这|那|$)|查不到|无记录|无交易|找不到)|没有?(?:交易|收款)?记录|无此?(?:笔|交易|记录)|no record|not (?:there|showing|in the (?:app|system|backend))|can'?t find (?:it|the transaction)/,
      /小票|监控|银行|卡上|扣款记录|到账记录|电话|客服|密码|余额/,
    ),
    cue(
      'cannotCheck',
      /(?:后台|app)[^,]{0,6}(?:进不去|登不上|打不开|登录不了|看不了|不会(?:看|弄|查))|没(?:有|法|办法)?(?:看|查|登录?)后台|没有?(?:装|下载|下)app/,
      /查到/,
    ),
  ],
  cardholderDebited: [
    cue(
      'no',
      /(?:没|未|没有)(?:被)?扣(?:款|钱|费)?(?!.{0,3}(?:退|怎么))|钱没(?:动|少)|not (?:been )?(?:charged|debited)|wasn'?t (?:charged|debited)/,
    ),
    cue(
      'yes',
      /(?:卡|账户|银行|钱|余额|顾客|客人|客户|对方|他|她|人家|手机|短信|里|款)[^,]{0,6}(?:扣了|被扣|扣款|已扣|扣走|扣掉|划走|扣钱|出账|扣出去)|被?扣了(?:钱|款)|扣款(?:短信|通知|成功|了|记录)|钱(?:都|已经?|也|是)?(?:扣|划|出去|付)(?:了|走|出)|(?:was|been|got) (?:charged|debited)|money (?:was |has been )?(?:taken|deducted|gone|left)/,
      /不知道|不确定|扣费|手续费|流量|押金|服务费|会员|激活|保险|年费|扣款方|多久/,
    ),
  ],
  hasSlip: [
    cue(
      'no',
      /(?:没|未|没有|不)(?:有|给|打|出|吐|拿|印)?(?:过|到)?(?:出|打|印)?(?:任何|打印)?(?:小票|签购单|凭条|票(?![据务选房])|单子)|(?:小票|签购单|凭条|票|单子)(?:也|都|就|根本|压根)?(?:没|未|不)(?:有|出|打|印|给|吐|留|来得及)|小票(?:丢|扔|不见|弄丢|找不)|找不到(?:了)?小票|没出纸|不出票|没有?出单|没打单|no (?:slip|receipt)|receipt did(?:n'?t| not)|did(?:n'?t| not) print|without a (?:slip|receipt)|(?:do(?:es)?n'?t|do not|didn'?t|did not|never) (?:have|get|got|print) (?:a |the |any )?(?:slip|receipt)/,
    ),
    cue(
      'yes',
      /(?:有|出了?|打了?|打出|打印了?|吐了?|拿着|留着|保留)(?:了)?(?:一张|张|那张|商户联的?|交易|纸质)?(?:小票|签购单|凭条|票(?![据务选房])|单子)|(?:小票|签购单|凭条|单子|单据|票据)(?:也|都|还|已经?|是|就)?(?:有|在|打|出|留|显示|上|印)|(?<![发车机门邮彩股钞选投退支]\S?)票(?:也|都|已经|就)*(?:打|出|有)|(?:张)?单(?:也|都)?(?:打|出)(?:了)?(?:出来)?(?!$)|(?:slip|receipt) (?:was |did )?print|print(?:ed)? (?:out )?(?:the |a )?(?:slip|receipt)|have (?:the|a) (?:slip|receipt)/,
      /没|未|不|丢|找不到|有没有|no |n't|not /,
    ),
  ],
  settleProduct: [
    cue('T1', /t ?\+ ?1|\bt1\b|(?:下|次|隔|第二)(?:一)?个?工作日|next (?:business|working) day/, /不是t|以前|原来是t/),
    cue(
      'D1',
      /d ?\+ ?1|\bd1\b|(?:次日|第二天|隔天)[^,]{0,6}(?:周末|节假日)(?:也|都|照)|(?:周末|节假日|周[六日天]|放假)(?:也|都|照样?)+(?:次日|第二天|隔天)?(?:到|结算|划|来)|自然日/,
      /不是d|不到|以前/,
    ),
    cue('T0', /t ?\+ ?0|\bt0\b|当(?:天|日)(?:到账|结算|到)(?!的钱)/, /不是t|以前|没|能|会|吗/),
    cue(
      'D0',
      /d ?\+ ?0|\bd0\b|(?<![块元钱\d])秒到(?!费|的?手续费)|秒结|实时(?:到账|结算|到)|即时到账|instant (?:settlement|payout|arrival|transfer)/,
      /不是(?:秒到|d)|没开|未开通|不支持|以前|不能秒到|怎么开|秒到费/,
    ),
  ],
  payoutStatus: [
    cue(
      'failed',
      /(?:划款|打款|出款|结算|提现|付款到卡|代付|入账)(?:状态)?(?:是|显示|提示|:|了)?\s?(?:失败|不成功|被退)|退票|退汇|payout (?:was )?(?:failed|returned)/,
      /没有?(?:失败|退票)|小票/,
    ),
    cue(
      'frozen',
      /(?:款|资金|出款|结算|账户|钱|商户|状态|显示|被)[^,]{0,6}(?:冻结|暂停结算|延迟结算|被风控|风控了)|延迟结算|暂缓结算|(?:结算|出款)[^,]{0,3}(?:审核中|暂停|延迟)|(?:settlement|payout|funds?|account) (?:is |was |are )?(?:frozen|on hold|held)/,
      /没(?:有)?(?:被)?冻结|未冻结|预授权|押金|酒店|银行卡被|卡被/,
    ),
    cue('paying', /(?:划款|打款|出款|结算|代付)(?:处理)?中|正在(?:划款|打款|出款|结算)/),
    cue(
      'paid',
      /(?:已|已经|显示)(?:划款|打款|出款|结算|划付|划出|代付|打出)(?!失败|中)|(?:划款|打款|出款|结算)(?:状态)?(?:是|显示|了|也|都|:)?\s?(?:成功|完成|已完成)|paid out/,
      /没|未|不/,
    ),
    cue(
      'notPaid',
      /(?:未|没有?|待|还没)(?:划款|打款|出款|结算|划付)|(?:shows?|says?|status(?: is)?) (?:not (?:yet )?(?:paid out|settled)|unpaid|unsettled)/,
      /终端|签退|批/,
    ),
  ],
  refundMethod: [
    cue('wechatCard', /(?:微信[^,]{0,8}退|退[^,]{0,8}微信)[^,]{0,8}(?:银行)?卡/),
    cue('wechatBalance', /退[^,]{0,8}(?:微信)?零钱|微信(?:余额|零钱|钱包)[^,]{0,6}退|退[^,]{0,6}微信(?:余额|钱包)/),
    cue('alipayCard', /支付宝[^,]{0,8}退[^,]{0,6}卡|退[^,]{0,8}支付宝[^,]{0,6}卡/),
    cue('alipayBalance', /退[^,]{0,6}(?:支付宝余额|余额宝|支付宝账户)|支付宝余额[^,]{0,6}退/),
    cue(
      'posVoid',
      /(?:pos|机器|收银员?|店员|当天|商家|店家|他们|店里|给我)[^,]{0,6}(?:做了?|点了?|给)?[^,]{0,3}撤销|当天撤|撤销(?:了)?(?:交易|那笔|这笔)|^(?:做的?|是|办的|走的)?撤销(?:的|了)?$|\bvoid/,
      /没|未|不|自动/,
    ),
    cue('manual', /手工退货|手工退款|人工退货/),
    cue('posCredit', /(?:pos|机器|刷卡机|退货)[^,]{0,8}(?:退|信用卡)[^,]{0,8}信用卡|信用卡[^,]{0,6}退货/),
    cue('posDebit', /(?:pos|机器|退货)[^,]{0,8}退[^,]{0,8}(?:储蓄|借记)卡|(?:储蓄|借记)卡[^,]{0,6}退货/),
  ],
  walletBalance: [
    cue('no', /(?:余额|钱包|活期)(?:里|上|也|都|中)?(?:面)?(?:也|都)?(?:没有|没钱|没余额|是?(?:0|零)(?!\.)|空)|没有余额/, /不足/),
    cue(
      'yes',
      /(?:余额|钱包|活期)(?:里|上|中)?(?:面)?(?:倒|还|都|就|是|显示)?有|钱?(?:还|都|就|是)?(?:在|躺在|停在)(?:app|我的|商户|里面)?的?(?:余额|钱包|活期)|(?:未|没)提现/,
      /有没有|没有钱|信用|额度/,
    ),
  ],
  accountClass: [
    cue('I', /(?:一|1|\bi)类(?:卡|户|账户|的)?/, /不是(?:一|1)类|还是/),
    cue('II', /(?:二|2|\bii)类(?:卡|户|账户|的)?/, /不是(?:二|2)类|还是/),
    cue('III', /(?:三|3|\biii)类(?:卡|户|账户)/, /不是(?:三|3)类|还是/),
  ],
  settleCardChanged: [
    cue(
      'no',
      /(?:没|没有|未|从没|不曾)(?:有)?(?:换|改|变更|动)过?(?:结算)?(?:卡|账户)|(?:结算)?卡(?:一直|从来)?(?:没|没有|未)(?:换|改|动|变)|一直(?:是|用|都是)(?:这|同一|那)张/,
    ),
    cue(
      'yes',
      /(?:换|改|变更|更换|更改|重新绑定?)(?:过|了|完)?(?:一张|新的?|张|个|成)?(?:结算|收款|到账|新)(?:卡|账户)|(?:结算|收款)(?:卡|账户)[^,]{0,6}(?:换|改|变更)(?:过|了|成)|(?:换|改)(?:过|了)(?:一张|张)?卡|(?:结算|收款)?(?:卡|账户)[^,]{0,8}刚?(?:换|改)(?:的|了|过)|(?:换|改)的(?:新)?(?:结算|收款)?(?:卡|账户)|换卡了|刚换的卡|changed (?:the|my|our) (?:settlement )?(?:card|account)|settlement (?:card|account) (?:was |has been |got |is )?changed/,
      /没|未|不是我|被(?:人|谁|改|换)|怎么换|想换|要换|需要换|顾客/,
    ),
  ],
  feeAgreed: [
    cue(
      'no',
      /(?:没|没有|未|从来没|从没|压根没|根本没|也没|不曾)(?:有)?(?:人|谁|哪个)?(?:经过|经)?(?:跟|和|给|向|对)?(?:我|我们|顾客)?(?:们)?(?:提前|事先|明确)?(?:说|告诉|告知|提|通知|同意|签(?:过|字)?|讲|征得|写|打招呼)(?!到账|退)|一(?:个|句)(?:字|话)(?:都|也)?没(?:提|说|讲)|不知情|没同意|没答应|私自|偷偷扣|擅自|(?:说|讲)好(?:了)?(?:的)?(?:免费|不收|不要钱|没有)|没写(?:要|有|这)|(?:never|not|nobody|no one) (?:told|agreed|informed|said|mentioned)/,
    ),
    cue(
      'yes',
      /(?:合同|协议)(?:里|上|中)?(?:面)?(?:是|有|确实)?(?:写|有写|约定|规定|注明)|(?:当初|当时|业务员|之前|事先|办的时候)[^,]{0,6}(?:说过|讲过|告诉过|告知过|提过|说了要|通知过)|我(?:是|当时)?同意/,
      /没|未|不|费率/,
    ),
  ],
  slipType: [cue('preauth', /预授权|pre-?auth/, /不是预授权|没做预授权/)],
  codeKind: [
    cue(
      'sticker',
      /贴纸|贴(?:在|的)[^,]{0,6}码|墙上|台卡|立牌|静态码|码牌|塑料牌|纸质?(?:的)?(?:二维|收款)?码|打印(?:的|出来)?[^,]{0,4}码|sticker|printed qr/,
    ),
    cue(
      'device',
      /扫码枪|(?:机器|pos机?|机子|终端|设备|扫码盒)(?:屏幕|上面?|显示屏?)*(?:的|显示的?|扫|生成|出的?)[^,]{0,5}(?:码|扫)|屏幕上的码|扫(?:他|顾客|客人|客户|对方)的?(?:付款)?码|动态码|扫码盒/,
    ),
  ],
  fixTried: [],
};

/** Looser wordings, taken only as the answer to the question about that slot. */
export const ASKED: CueTable = {
  payMethod: [
    cue('foreignCard', /外卡|境外|visa|master|国外|外国|foreign/),
    cue('ecny', /数字|数币|e-?cny/),
    cue('unionpayQr', /云闪付|银联|闪付/),
    cue('wechat', /微信|绿色/, /不是微信/),
    cue('alipay', /支付宝|花呗|蓝色/, /不是支付宝/),
    cue('online', /网上|线上|网购|商城|淘宝|京东|拼多多|online/),
    cue('creditCard', /信用|贷记|credit/, /不是信用/),
    cue('debitCard', /储蓄|借记|debit|工资卡|普通卡|存钱的/, /不是储蓄/),
  ],
  payFamily: [cue('qr', /扫|码/), cue('card', /卡|刷/)],
  txStatus: [
    cue(
      'cannotCheck',
      /看不了|没法|无法|查不了|不会|看不懂|看不到(?:后台|app)?$|没有?后台|打不开|登不|登录不|没有?app|不在(?:店|身边|跟前)|(?:can(?:no|')t|unable to) (?:check|see|log)/,
    ),
    cue('reversed', /撤销|冲正|退(?:了|回|掉)|已退|退款|refunded|revers|void/, /没退|未退|没撤/),
    cue('notFound', /查不到|找不到|没有(?!成功)|没查到|没(?:记录|这|那|显示|看到|找到)|无|空的|not found|no record|nothing|^没$|missing/),
    cue('processing', /处理中|进行中|支付中|中间状态|等待|待|pending|processing|转圈|未知/),
    cue('failed', /失败|没成|不成功|没成功|未成功|错误|超时|拒|fail|declined|error/),
    cue('success', /成功|好的|正常|显示有|有(?:的|这笔|记录|显示)?$|有这笔|已(?:支付|收款|完成)|success|ok|approved|paid/),
  ],
  cardholderDebited: [
    cue('no', /没|未|不曾|no\b|not\b|n't/, /没错|没收到钱|没(?:退|到账)/),
    cue('yes', /扣|出去|有短信|已|yes|charged|debited|是|有/, /不知道|不清楚/),
  ],
  hasSlip: [cue('no', /没|未|无|丢|扔|不出|找不到|no\b|not\b|n't|lost/, /没丢|没扔/), cue('yes', /有|出|打|在|yes|是/)],
  settleProduct: [
    cue('D1', /自然日|天天|每天都|周末(?:也|都|照)|节假日(?:也|都|照)/, /不/),
    cue('T1', /工作日|周末不|节假日不|周末没|business day|working day/),
    cue('D0', /秒|实时|即时|马上|立刻|立马|几分钟|当场|随时|instant|immediate|real.?time/, /不是/),
    cue('T0', /当天|当日|same day/, /不/),
  ],
  payoutStatus: [
    cue('failed', /失败|退票|退回|被退|不成功|fail|return/),
    cue('frozen', /冻结|延迟|风控|审核|暂停|止付|暂缓|frozen|hold|held|review/, /没(?:有)?冻结/),
    cue('paying', /(?:划款|打款|出款|结算|付款|处理|转账|进行)中|正在|process|pending/),
    cue('notPaid', /未|没(?:有)?(?:划|打|结|出|付|显示)|待|还没|not (?:yet )?(?:paid|settled)|unpaid/),
    cue('paid', /已|成功|完成|划了|打了|结了|出了|paid|success|done/, /(?:不|没|未)(?:有)?(?:划|打|结|出|付|成功|完成)/),
  ],
  refundMethod: [
    cue('manual', /手工|人工/),
    cue('wechatBalance', /零钱|微信(?:余额|钱包)/),
    cue('alipayBalance', /支付宝余额|余额宝|支付宝账户|^(?:支付宝)?余额/),
    cue('posVoid', /撤销|void|cancel/),
    cue('wechatCard', /微信/),
    cue('alipayCard', /支付宝/),
    cue('posCredit', /信用卡|credit/),
    cue('posDebit', /储蓄卡|借记卡|debit/),
    cue('online', /商城|网上|线上|平台|淘宝|京东|online/),
    cue('posCredit', /pos|退货|卡/),
  ],
  walletBalance: [cue('yes', /(?<!没)有|在(?!哪)|yes|躺/), cue('no', /没|无|^0|零|空|不|no\b/)],
  accountClass: [cue('III', /三|3|iii/), cue('II', /二|2|\bii\b/), cue('I', /一|1|\bi\b|柜台办的/)],
  settleCardChanged: [cue('no', /没|未|不|一直|从来|no\b|n't/), cue('yes', /换|改|是|有|前(?:天|几天)|yes/)],
  feeAgreed: [
    cue('no', /没|未|不(?!少)|压根|根本|从来|私自|偷偷|免费|never|no\b|n't|nobody/),
    cue('yes', /说过|写|同意|告知|有|知道|是|签|yes|told/),
  ],
  slipType: [cue('preauth', /预授权|押金|冻结|pre/), cue('sale', /消费|普通|正常|sale|不是/)],
  codeKind: [
    cue('sticker', /贴|纸|墙|牌|桌|台卡|静态|打印|sticker|printed/),
    cue('device', /机|枪|终端|设备|屏幕|动态|device|machine|terminal|screen/),
  ],
  fixTried: [cue('no', /没|未|不|no\b|n't/), cue('yes', /试|弄|做|过|是|有|yes|tried|did/)],
};
