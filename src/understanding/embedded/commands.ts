import type { Asking } from '../../domain/slots';
import type { Command } from '../recognizer';
import { anyOf } from './any-of';

const POLITE =
  "(?:请|麻烦|帮我|给我|我想|我要|我想要|可以|能|能不能|可不可以|能否|先|那|那就|还是|就|快|赶紧|赶快|立刻|马上|直接|哎呀?|喂|算了|please|just|i want to|i want|i need to|i'd like to|can i|could i|let me|kindly)";
const PARTICLE = '(?:吧|了|啊|呀|呗|嘛|吗|么|哦|下|一下|好吗|行吗|行不行|可以吗|谢谢|please|thanks|now|[,.!?。~ ])';
const only = (words: string): RegExp => new RegExp(`^[ ,.!?。]{0,4}(?:${POLITE}[ ,。]{0,2}){0,4}(?:${words})${PARTICLE}{0,6}$`);

const HUMAN = anyOf(
  /(?<![个工份])人工(?!作|工资|工钱|成本|费|一样|不少|智能)|真人|活人|坐席|专员|(?:转|找|呼叫|换|喊|(?<![还也])叫)[^,。]{0,5}(?:客服|经理|领导|主管|负责人)/,
  /(?:要|接)(?:个|一个|真的|你们的?)?(?:客服|经理|领导|主管|负责人)|找(?:个|一个|你们)?(?:人|同事)(?:来|跟|和|给|帮|处理|说)|(?:跟|和|想和|想跟)(?:人|真的?人)(?:说|聊|讲|谈)/,
  /不(?:想|要)(?:跟|和|同)?(?:你|机器人|机器)(?:说|聊|讲|谈)/,
  /(?:talk|speak|chat|transfer|connect|put)[a-z ]{0,20}(?:to|with|me to) (?:a |an |the |your )?(?:real |live )?(?:human|person|agent|someone|representative|staff|people|manager)/,
  /\b(?:real|live) (?:person|human|agent)|^(?:agent|human|operator|representative)[ ,.!?]*(?:please|now)?[ ,.!?]*$/,
);
/** 先别转人工: a person is declined. */
const DECLINED =
  /(?:不用|不要(?!机器|再)|别(?!问|废|跟|再|说|扯|啰|催|拖|磨|绕|让|叫|管)|先不|不需要|暂时不|无需|不想|不转|不找)[^,。\s]{0,4}(?:转|找|要|接)?[^,。\s]{0,2}(?:人工|真人|客服)/;
/** 不用转人工, 人工说…, 人工退货: no wish for a person. */
const NO_HUMAN = anyOf(
  /(?:淘宝|京东|移动|联通|电信|银行|微信|支付宝|美团|拼多多|抖音|快递)(?:的)?[^,]{0,4}(?:人工|客服)|是人工还是|是人工吗|比人工|(?:投诉|之前|上一位)[^,]{0,10}客服/,
  /人工(?:退货|退款|智能|审核|费|说|告诉|处理(?:完|过|了)|回复我?了|给我)|(?:有没有|是不是|你是|几点有|什么时候有|人工[^,]{0,4}(?:几点|什么时候|上班|时间))/,
);

const RULES: readonly (readonly [Command, RegExp])[] = [
  ['endHuman', only('结束(?:人工|会话|对话|服务)|退出人工|不用人工了|回到机器人|end (?:chat|session)')],
  [
    'deleteData',
    anyOf(
      /(?:删除?|清除|清空|抹掉|注销)(?:掉|一下)?(?:我|我们|刚才|所有|全部)?(?:发)?(?:的)?(?:所有|全部|个人)?(?:信息|资料|数据|记录|聊天记录|隐私)/,
      /(?:信息|资料|数据|聊天记录)(?:都|全|给我|帮我)*(?:删|清)(?:了|掉|除|空)/,
      /(?:delete|erase|remove|wipe) (?:all )?(?:of )?my (?:data|information|info|details|records?)/,
    ),
  ],
  [
    'restart',
    only(
      '重新开始|重来|从头(?:再)?(?:开始|来)(?:一遍|一次)?|重新来(?:过|一遍|一次)?|重置|再来一遍|重新(?:说|问|填|输入)(?:一遍|一次|过)?|开始新的(?:咨询|问题)?|新(?:的)?(?:问题|咨询)|/new|restart|start (?:over|again|from scratch)|reset|begin again',
    ),
  ],
  [
    'back',
    only(
      '上一步|返回(?:上一步|上一个|上一题|上一级)?|退回(?:上一步|去)?|回到?上一(?:步|个|题)(?:问题)?|后退|回去(?:改)?(?:上一个)?|上一个(?:问题)?|改(?:一下)?上一个|撤回(?:上一步)?|go back|back|previous(?: step| question)?|undo',
    ),
  ],
  [
    'cancel',
    only(
      '取消|不(?:用|问|弄|办|查|说|填|搞)了|算了(?:不(?:问|弄|查|说)了)?|退出|结束(?:吧)?|停(?:止)?|不继续了?|先这样|不想(?:问|弄|填|说)了|放弃|cancel(?: it| this)?|stop|quit|exit|never ?mind|forget it',
    ),
  ],
  [
    'help',
    only(
      '帮助|菜单|主菜单|怎么用|你(?:能|会|可以)(?:做|干|帮)(?:我)?(?:什么|些什么|啥)|有(?:什么|哪些)功能|能帮我(?:做|干)?什么|help|menu|options|what can you do',
    ),
  ],
  [
    'progress',
    anyOf(
      /(?:查|看|问|催)(?:一?下|询|看|问)?(?:我的?|那个|案件|工单|处理|这个|上次的?|之前的?)*(?:的)?(?:处理)?(?:进度|进展)/,
      /(?:我的|那个|上次的?|之前的?)(?:案件|工单)[^,。]{0,8}(?:怎么样|如何|处理|到哪|什么情况|有结果|进展)|(?:案件|工单|处理)(?:的)?(?:进度|进展|到哪(?:一步|了)|结果(?:呢|出来))/,
      /^(?:进度|进展|有结果了?吗|有进展吗|处理得?怎么样了?|怎么样了)[?? ]*$|case (?:status|progress)|check (?:the |my )(?:case|status|progress)/,
      /^check status$|(?:any|what'?s the) (?:update|progress|news|status)|status of my case/,
    ),
  ],
];
const REFUND_PROGRESS = /退款|退货|退的|refund/;

/** The command of a message, by exact rules. 转人工 counts anywhere in it, the others mostly alone. */
export function commandOf(text: string, expecting: Asking | undefined): Command | undefined {
  const rule = RULES.find(([, pattern]) => pattern.test(text));
  if (rule?.[0] === 'endHuman' || rule?.[0] === 'deleteData') return rule[0];
  if (HUMAN.test(text) && !NO_HUMAN.test(text) && !DECLINED.test(text)) return 'human';
  if (!rule) return undefined;
  if (rule[0] === 'progress' && REFUND_PROGRESS.test(text)) return undefined;
  if (rule[0] === 'cancel' && expecting === 'refundMethod') return undefined;
  return rule[0];
}

const UNKNOWN = anyOf(
  /^(?:我|这个|这|那个|我也|也|真|真的|实在|一时|暂时|现在|还|都|这我|就|具体|完全|有点|好像|嗯|额|呃|哎|,| ){0,8}(?:不(?:太|大|是很|怎么|咋)?(?:知道|清楚|晓得|记得|确定|了解|懂|明白|会(?:看|查|弄)?|肯定|好说)|记不(?:太|大)?(?:得|清|住|起来)|忘(?:了|记|光)|不想(?:说|讲|告诉)|算不清|没算|还没看|[没未](?:太|有)?(?:注意|留意|看过|看清|看|记|印象|概念|数|查过|问过|管)|说不(?:准|清|好)|想不起来|搞不(?:清|懂|明白)|弄不(?:清|懂)|看不(?:懂|到|见|出来?|清)|找不(?:到|着)|查不(?:到|了)|不详|未知|(?:谁|鬼|咋|怎么|上?哪(?:里|儿)?)(?:会|能|去)?(?:知道|晓得|记得|清楚|懂)|没听说过|无所谓|随便|都行|跳过|下一个)(?:楚|咯|喽|噻|哈|到底|是|这个|具体|怎么|哪|哪个|哪种|多少|什么|几点|几号|在哪|在|叫|看|查|弄|时间|金额|号码|单号|银行|小票|后台|钱包|余额|app|手机|银行卡|短信|明细|账单|通知|流水|那个|这些|了|啊|呀|呢|吧|的|哦|诶|欸|哎|[,.!~ 。]|我|也|没|有|还|都){0,12}$/,
  /^(?:i (?:do ?n'?o?t|don'?t|dont) (?:know|remember|recall)|(?:i'?m )?not sure|no idea|unknown|dunno|idk|i have ?n[o']?t (?:looked|checked)|i have not (?:looked|checked)|i haven'?t (?:looked|checked)|i forgot|forgot|can'?t (?:find|remember)|skip|not certain)[a-z ,.!']{0,30}$/,
);
const YES =
  /^(?:嗯|恩|哦|啊|好的?|行|可以|那就?|麻烦|,| )*(?:(?:帮我|给我)?转(?:一下|过去|接)?吧?|是|系|是的|对|对的|对对|对对对|没错|正确|好|好的|可以|行|行的|行行行|中|成|要|需要|有|有的|确定|确认|当然|必须|嗯|恩|嗯嗯|恩恩|嗯呐|嗯呢|昂|得|ok|okay|okk|oki|可|没问题|没毛病|差不多|就是|就是这样|是这样|是这样的|是啊|对头|要得|中嘞|得嘞|妥|妥了|解决了|到了|收到了|来吧|转吧|继续|嗯对|好嘞|yes|yeah|yep|yup|y|sure|correct|right|that'?s right|yes please|true|exactly|of course|no problem)(?:的|了|啊|呀|吧|呢|哦|噢|哈|呗|嘛|嘞|滴|哒|啦|就这样|要得|谢谢|please|thanks|it is|that is right|that's right|是|对|好|没错|没问题|[,.!~ 。…]){0,8}$/;
const NO =
  /^(?:嗯|恩|哦|啊|也|都|还|还是|,| )*(?:不|不是|不是的|不对|错|错了|不行|不要|不用|不需要|没|没有|没有啊|没得|否|不中|不得行|不成|莫得|不可以|不同意|别|不必|不了|不用了|先不|先不用|暂时不用|没呢|还没|没有呢|无|未|不正确|有误|不一样|没(?:有)?(?:解决|弄好|搞定|处理好?)|没好|没(?:有)?用|不行|没(?:有)?到|还没到|还是没到|没收到|no|nope|nah|n|not yet|wrong|incorrect|not really|none|false|no thanks|not now|no way)(?:的|了|啊|呀|吧|呢|哦|噢|哈|呗|嘛|嘞|滴|啦|谢谢|thanks|please|还是不行|有|没|不|是|[,.!~ 。…]){0,8}$/;
/** 对，就是这样 · 不对，是6080: the first word answers, the rest says more. */
const YES_LEAD = /^(?:嗯|恩|啊)?[,. ]?(?:对|是|是的|对的|没错|嗯|好的?|有的?|yes|yeah|correct|right)[,. 。!]/;
const NO_LEAD = /^(?:不对|不是|错了|错|不|没有|没|no|nope|wrong|incorrect)[,. 。!]|^(?:不对|错了|no|wrong)(?:不是|是|金额|时间|应该)/;
/** 不清楚，顾客自己弄的: the rest is an excuse. */
const UNKNOWN_LEAD =
  /^(?:这个|我|嗯|额|呃|,| ){0,3}(?:不(?:太)?(?:知道|清楚|记得|确定)|记不(?:得|清|住)|想不起来|忘了|没注意|不懂)(?:了|啊|呀|呢|诶|咯|喽|哦)?[, 。!](?!反正|应该|好像|大概|可能)[^\d]{1,24}$/;
/** 不清楚他扣没扣, 不知道有没有小票: what was asked, said again. */
const UNKNOWN_WHETHER =
  /^(?:我|这个|真|也|,| ){0,4}(?:不(?:太)?(?:知道|清楚|晓得|记得|确定)|没(?:注意|留意|问过?))[^,。!\d]{0,4}(?:有没有|是不是|(?<v>扣|出|打|成|换|划|说|写)没\k<v>|扣了没)[^,。!\d]{0,8}$/;
/** 扣没扣他也讲不清, 签字的时候没细看. */
const UNKNOWN_TAIL = anyOf(
  /(?<v>扣|有|出|成|划|说|换)没(?:有|\k<v>)[^,。\d]{0,5}(?:讲|说|搞|弄|看|分)不(?:清|准|明白|出|懂|上)/,
  /^[^,。\d]{0,6}(?:有没有|是不是|(?<w>扣|出|打|成|换|划)没\k<w>)[^,。\d]{0,6}(?:不(?:知道|清楚|记得)|没注意|忘了)[^,。\d]{0,3}$/,
  /^[^,。\d]{0,10}没(?:有)?(?:细|仔细|认真|怎么)(?:看|听|问|注意|瞧)[^,。\d]{0,4}$/,
);
/** 在这里联系我就行: the contact is this conversation. */
const HERE = anyOf(
  /(?:在?这(?:里|儿|边|个)|就这|微信(?:上)?|此处|contact me here|right here|in this chat)[^,]{0,8}(?:联系|回|说|找|沟通|行|就好|可以|就可以|聊|here)/,
  /contact me here|不(?:方便|想)(?:留|给|说)/,
);

/** Asked for a number: 是 001927 gives it. */
const NUMBERED: ReadonlySet<Asking> = new Set<Asking>([
  ...(['cardLast4', 'settleCardLast4', 'merchantNo', 'walletMchId', 'terminalNo', 'deviceSn', 'rrn', 'traceNo', 'batchNo'] as const),
  ...(['authCode', 'orderNo', 'merchantOrderNo', 'contactPhone', 'caseId'] as const),
]);

/** Plain answer of the message. `unknown` also for what stands in for 不知道 to the question asked. */
export function replyOf(text: string, expecting: Asking | undefined): 'yes' | 'no' | 'unknown' | undefined {
  if (text.length > 80) return undefined;
  if (expecting === 'contactPhone' && HERE.test(text)) return 'unknown';
  if (
    UNKNOWN.test(text) ||
    (expecting !== undefined && (UNKNOWN_WHETHER.test(text) || UNKNOWN_TAIL.test(text))) ||
    (expecting !== undefined && UNKNOWN_LEAD.test(text))
  )
    return 'unknown';
  if (YES.test(text)) return 'yes';
  if (NO.test(text) || DECLINED.test(text)) return 'no';
  if (expecting === undefined) return undefined;
  if (NO_LEAD.test(text)) return 'no';
  return YES_LEAD.test(text) && !(NUMBERED.has(expecting) && /\d/.test(text)) ? 'yes' : undefined;
}
