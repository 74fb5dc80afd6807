import { type CueTable, cue } from './enum-cues';

/** Looser wordings, taken only as the answer to the question about that slot. */
export const ASKED: CueTable = {
  payMethod: [
    cue('foreignCard', /外卡|境外|visa|master|国外|外国|foreign/),
    cue('ecny', /数字|数币|e-?cny/),
    cue('unionpayQr', /云闪付|银联|闪付/),
    cue('wechat', /微信|绿(?:色|的)/, /不是微信|绿(?:色)?的?[^,]{0,2}卡/),
    cue('alipay', /支付宝|花呗|蓝(?:色|的)/, /不是支付宝|蓝(?:色)?的?[^,]{0,2}卡/),
    cue('online', /美团|饿了么|团购|外卖|小程序|网上|线上|网购|商城|淘宝|京东|拼多多|online/),
    cue('creditCard', /信用|贷记|公务卡|credit/, /不是信用/),
    cue('debitCard', /储蓄|借记|debit|工资卡|存折|普通卡|存钱/, /不是储蓄/),
  ],
  payFamily: [cue('qr', /扫|码/), cue('card', /卡|刷/)],
  txStatus: [
    cue(
      'cannotCheck',
      /看不了|没法|无法|查不了|不会|看不懂|看不到(?:后台|app)?$|没有?后台|打不开|登不|登录不|没有?app|不在(?:店|身边|跟前)|(?:can(?:no|')t|unable to) (?:check|see|log)/,
    ),
    cue('reversed', /撤销|已撤|撤了|冲正|退(?:了|回|掉)|已退|退款|refunded|revers|void/, /没退|未退|没撤/),
    cue(
      'notFound',
      /查不到|找不到|找不着|没有(?!成功)|没查到|没(?:记录|这|那|显示|看到|找到)|无|空的|not found|no record|nothing|^没$|missing/,
    ),
    cue('processing', /正在|处理中|进行中|支付中|中间状态|等待|待|pending|processing|转圈|转着圈|未知/),
    cue('failed', /失败|没成|不成功|没成功|未成功|错误|超时|拒|fail|declined|error|n't (?:go|went|work)|not (?:go|work|complete)/),
    cue(
      'success',
      /^成(?:了|的)?$|^成了(?!没|吗)|绿色?的?(?:勾|对号)|went through|gone through|worked|all good|completed?|cleared|成功|好的|正常|显示有|有(?:的|这笔|记录|显示)?$|有这笔|已(?:支付|收款|完成)|success|ok|approved|paid/,
    ),
  ],
  cardholderDebited: [
    cue('no', /没|未|不曾|还在|no\b|not\b|n't/, /没错|没收到钱|没(?:退|到账)/),
    cue('yes', /扣|出去|有短信|已|[两三]次|yes|charged|debited|少了|是|有/, /不知道|不清楚|不确定|搞不懂/),
  ],
  hasSlip: [
    cue('no', /一半|半截|半张|没|未|无|丢|扔|不出|找不到|no\b|not\b|n't|lost/, /没丢|没扔/),
    cue('yes', /有|出|打|在|签购单|小票|yes|^是/),
  ],
  settleProduct: [
    cue('D1', /自然日|天天|每天都|周末(?:也|都|照)|节假日(?:也|都|照)/, /不/),
    cue('T0', /当[天日晚](?:就)?(?:到|给|打|结)/),
    cue(
      'T1',
      /工作日|下一?个?上班|周一(?:到|至)周五|周末不|周[六日天]不|休息日不|节假日不|周末没|顺延|节假日(?:往后|后)?(?:推|延)|business day|working day/,
    ),
    cue(
      'D0',
      /秒|(?:[一两二12]个?(?:小时|钟头)|(?:one|two|1|2) hours?)|实时|即时|马上|立刻|立马|几分钟|当场|刷完就|一刷就|刷了就|当时就|随时|instant|immediate|real.?time/,
      /不是/,
    ),
    cue('T0', /当天|当日|same day/, /不/),
  ],
  payoutStatus: [
    cue('failed', /失败|打回来?|退票|退回|被退|不成功|fail|return/),
    cue('frozen', /冻(?:结|着|住)|延迟|风控|审核|暂停|止付|暂缓|frozen|hold|held|review/, /没(?:有)?冻结/),
    cue('paying', /在路上|(?:划款|打款|出款|结算|付款|处理|转账|进行)中|正在|process|pending/),
    cue('notPaid', /^没有?$|未|没(?:有|看到|见|给)?(?:划|打|结|出|付|显示)|待|还没|not (?:yet )?(?:paid|settled)|unpaid/),
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
  settleCardChanged: [
    cue('yes', /不是我(?:自己)?(?:改|换)的|被(?:人|谁)?(?:改|换)/),
    cue('no', /没|未|不|一直|从来|no\b|n't/),
    cue('yes', /换|改|是|有|前(?:天|几天)|yes/),
  ],
  feeAgreed: [
    cue(
      'yes',
      /(?:业务员|记录|合同|协议|微信|短信)[^,没未不]{0,8}(?:说|讲|写|有)|白纸黑字|in the contract/,
      /不要钱|免费|不收|不扣|没有?说/,
    ),
    cue('no', /(?:鬼|谁)(?:才)?(?:跟|告诉|给|通知)|没|未|不(?!少)|压根|根本|从来|私自|偷偷|免费|never|no\b|n't|nobody/),
    cue('yes', /说过|通知|提醒|讲过|提过|写|同意|告知|有|知道|是|签|yes|told/),
  ],
  slipType: [cue('preauth', /预授权|押金|冻结|pre/), cue('sale', /消费|普通|正常|sale|不是/)],
  codeKind: [
    cue('sticker', /贴|纸|墙|牌|桌|台卡|静态|打印|sticker|printed/),
    cue('device', /机|枪|终端|设备|屏幕|动态|device|machine|terminal|screen/),
  ],
  fixTried: [cue('no', /没|未|不|no\b|n't/), cue('yes', /试|弄|做|查|打|问|过|是|有|yes|tried|did/)],
};
