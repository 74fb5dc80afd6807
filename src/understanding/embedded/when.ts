import type { Asking, Moment, TimeSlot } from '../../domain/slots';
import type { SlotMention } from '../recognizer';
import { anyOf } from './any-of';
import { clauseAt } from './found';
import type { TimeMention } from './instants';
import { findTimes } from './times';

export interface WhenOptions {
  readonly now: string;
  readonly expecting: Asking | undefined;
  /** A fee is spoken of and no sale: its time is feeTime. */
  readonly fee: boolean;
}

/** A time with the slot it fills; undefined when it is only the time of looking or of a promise. */
export interface Timed {
  readonly mention: TimeMention;
  readonly slot: TimeSlot | undefined;
  readonly denied: boolean;
  readonly correction: boolean;
}

export interface When {
  readonly timed: readonly Timed[];
  readonly ambiguousHour: boolean;
}

const ASKED_TIMES = new Set<Asking | undefined>(['txTime', 'refundTime', 'feeTime']);
/** 今天还没到, 明天到, 说好周五到: not the time of the sale. */
const STATUS_AFTER = anyOf(
  /^了(?:[ ,。!?]|$)|^(?:后台|app|首页|系统)[^,]{0,4}(?:显示|写|弹|提示)/,
  /^(?:的时候)?[ ,]?(?:了|都|也|才|又|就|再|又去|去|我)?(?:还(?:没|不|是没|未)|都?(?:没|不)(?:有)?(?:到|收到|见|看到|来|进|动静)|仍|依然|依旧|一直没|才(?:发现|到|看到|知道)|发现|看(?:了|到|一下|后台|手机|账户)|查(?:了|到|账|一下)|问(?:了|过)?|打(?:了)?(?:电话|客服)|去(?:银行|查|问)|到了?(?:账|了)|(?:都|也|就)?不(?:给|到|结|打|来|算|上班)|(?:也|都)(?:会|能|给|有)?(?:到|结|划|打)(?!了)|(?:也|都)?照(?:样)?(?:到|能|结)|队列|入账|进账|打款|出款|到(?:还是|吗|不|$|呢|[?])|能到|会到|可以到|应该到|该到|就到|必须|一定|得(?:给|到)|(?:我|才|刚|就)*(?:换|装|开通|绑|寄|激活|入网|注册)(?:的|了|过)?(?:新)?(?:结算|收款)?(?:卡|账户|机|pos|的$|了$|$|新)|(?:我|才|刚|就)*(?:办|申请|改|签)(?:的|了|过)?(?:新)?(?:结算|收款)?(?:卡|账户|机|pos|新|合同)|给我(?:个)?(?:说法|答复|打|结|到)|收到(?:短信|通知)|之内|以内|(?:就|才|只)(?:进来|进了|卡(?:上|里)|账(?:上|户)|一笔)|说|(?:还|仍)在|投诉|联系|显示|提示还|对账|想起来|盘账|not (?:yet )?(?:received|arrived)|still|i (?:checked|called|still))/,
);
const PROMISE_BEFORE =
  /(?:说好?|承诺|答应|保证|预计|最晚|最迟|应该|本来|按理|要等到?|等到?|拖到|(?<![秒没不道未])到|截止|直到|截至|至今|过了|until|by|since)(?:是|说|在|了|的)?$/;
const REFUND = /(?<!签)退(?!票|出|押|房)|refund|撤销/;
/** What happened then was no sale: a call, a code told, a card lost. */
/** How things were set up: a contract signed, a machine sent. */
const SET_UP =
  /^(?:才|刚|就|我|自己)*(?:把[^,]{0,8}(?:换|改)|签|寄|办|装|领|开通|注册|入网|开(?:的|了)?(?:店|门(?!第|红|做)|业(?!第))|上班|下班|营业|关门|打烊了)/;
/** Every day, before or after an hour: a rule, not an event. */
const RULE_BEFORE = /每(?:天|晚|日|周|个?月)的?$|(?:电话|联系|投诉)[^,]{0,4}$/;
const RULE_AFTER = /^(?:到|至|~|-)\s?(?:\d{1,2}[号日]|周[一二三四五六日天])|^(?:以后|之后|以前|之前|过后)|^到(?:现在|今天|目前)/;
const ARRIVED = /^的?那(?:一)?笔[^,]{0,10}(?:到了|收到了|没问题)/;
const OTHER_EVENT =
  /签退|忘记|验证码|屏幕|共享|密码|电话|客服|告诉|联系|投诉|咨询|挂失|冻结|注销|报警|业务员|上门|维护|升级|通知|短信说|换卡|补办|called|reported/;
const SALE = /刷|收重|付(?!款方)|买|卖(?!家)|扫|消费|收(?:的|了)|支付|交易|住|吃|下单|\bpaid\b|bought|swiped/;
/** A sale told as done at a time that lies ahead: the day was mistaken, which is for the dialog to ask. */
const TOLD_AHEAD = /(?:刷|付|买|扫|收)(?:的|了|过)/;
/** 算到账 4月30日23:30 T+1: a sale that may yet be made. */
const RECKONED = /^算(?:一?下)?到账/;
/** What was done at that time, told as past: it wins over 说…, 还没…. */
const DONE = /(?:(?<!签)退(?!票|出|押)|刷|付|买|卖|扫|收)(?:的|了|过)/;
const FEE_VERB = /扣|收|交|划/;
const DENIED = /(?:(?<![是哦噢呃额哎啊])不是|并非|not)(?:在|说)?\s?$/;
const CORRECTS =
  /(?:不对|不是[^,]{0,14}|错了?|搞错|说错|记错|更正|纠正|改成|改为|应该是|应为|其实是|实际是|sorry|actually|wrong|i mean)[ ,.。是在应该]{0,6}$/;

/** What a time is the time of, by its clause. */
function slotOf(mention: TimeMention, text: string, options: WhenOptions): TimeSlot | undefined {
  const { before, after } = clauseAt(text, mention.start, mention.end);
  if (mention.future) return TOLD_AHEAD.test(after.slice(0, 12)) || RECKONED.test(text) ? 'txTime' : undefined;
  const asked = ASKED_TIMES.has(options.expecting) ? (options.expecting as TimeSlot) : undefined;
  const short = text.length <= mention.end - mention.start + 6;
  if (asked && short) return asked;
  const near = after.slice(0, 14);
  if (RULE_BEFORE.test(before) || RULE_AFTER.test(after) || ARRIVED.test(after)) return undefined;
  const done = DONE.exec(near.slice(0, 10))?.[0];
  if (done) return done.startsWith('退') ? 'refundTime' : 'txTime';
  const told = /\b(?:paid|bought|swiped|charged|requested|applied|initiated|submitted|refunded)\b/.test(before);
  if (told && /refund|return/.test(text) && !/\b(?:paid|bought|swiped|charged)\b/.test(before)) return 'refundTime';
  if (/^[^,刷付买]{0,20}(?:办|做|发起|申请|弄|操作|提交)[^,]{0,4}的?退(?!票|出|押)/.test(after)) return 'refundTime';
  if ((STATUS_AFTER.test(after) && !told) || (PROMISE_BEFORE.test(before) && !/应该是$/.test(before))) return undefined;
  const saleNear = SALE.exec(near)?.index ?? 99;
  const refundNear = /^(?:的)?[那这](?:一)?笔/.test(near) ? 99 : (REFUND.exec(near)?.index ?? 99);
  if (/^的?[那这]一?[笔单]/.test(near) && REFUND.test(near)) return 'txTime';
  if (refundNear < saleNear) return 'refundTime';
  if (saleNear < 99) return 'txTime';
  if (REFUND.test(before) && !SALE.test(before.slice(before.search(REFUND)))) return 'refundTime';
  if (REFUND.test(text) && /^(?:就|才|我|商家|店家|他们)?(?:申请|发起|提交|办|弄|操作|处理|同意)/.test(after)) return 'refundTime';
  if (options.fee && !SALE.test(text) && FEE_VERB.test(near)) return 'feeTime';
  if (/^的?[那这]?一?[笔单]?\s?¥?\d{2,}/.test(after) && !REFUND.test(near)) return 'txTime';
  if (/(?<!签)退(?!票|出|押)|refund/.test(text) && !SALE.test(text) && !options.fee) return 'refundTime';
  if (asked) return asked;
  if (/changed|换(?:了|过)?(?:结算)?卡/.test(before)) return undefined;
  if (SET_UP.test(after)) return undefined;
  if (OTHER_EVENT.test(after.slice(0, 20)) && !SALE.test(before)) return undefined;
  if (options.fee && !SALE.test(before + after)) return 'feeTime';
  if (options.fee && FEE_VERB.test(near)) return 'feeTime';
  return 'txTime';
}

/** Times of the text with their slots. */
export function readWhen(text: string, options: WhenOptions): When {
  const mentions = findTimes(text, { now: options.now, asked: ASKED_TIMES.has(options.expecting) || options.expecting === 'confirm' });
  const timed = mentions.map((mention): Timed => {
    const left = text.slice(Math.max(0, mention.start - 22), mention.start);
    const denied = DENIED.test(left);
    return { mention, slot: slotOf(mention, text, options), denied, correction: !denied && CORRECTS.test(left) };
  });
  const open = timed.some(({ mention, slot, denied }) => mention.ambiguousHour && slot !== undefined && !denied);
  return { timed, ambiguousHour: open };
}

/** 上周日吧，对上周日上午: the same day said again with its hour or part; an hour also of another day. */
const isExacter = (moment: Moment | undefined, opening: Moment): boolean =>
  moment?.time !== undefined || (moment?.part !== undefined && moment.date === opening.date);

/** 昨天 … 下午三点: a day and, elsewhere in the message, the hour of it are one time. */
function combined(list: readonly Timed[]): { moment: Moment; last: Timed } | undefined {
  const usable = list.filter(({ denied, mention }) => !denied && mention.moment !== undefined);
  const corrected = usable.findLastIndex(({ correction }) => correction);
  const pool = usable.slice(Math.max(0, corrected));
  const dated = pool.filter(({ mention }) => !mention.dateAssumed);
  const opening = dated[0]?.mention.moment;
  const exact = opening && !opening.time && !opening.part ? dated.find(({ mention }) => isExacter(mention.moment, opening)) : undefined;
  const first = exact ?? dated[0];
  const hours = pool.filter(({ mention }) => mention.dateAssumed);
  const hour = hours[0];
  const base = first ?? hour;
  if (!base?.mention.moment) return undefined;
  const moment = base.mention.moment;
  if (hour?.mention.moment && base !== hour && moment.time === undefined)
    return { moment: { ...hour.mention.moment, date: moment.date }, last: base };
  return { moment, last: base };
}

/** The slots of the times: one each for sale, refund and fee. */
export function timeSlots(when: When): SlotMention[] {
  return (['txTime', 'refundTime', 'feeTime'] as const).flatMap((slot): SlotMention[] => {
    const found = combined(when.timed.filter((timed) => timed.slot === slot));
    if (!found) return [];
    const { moment, last } = found;
    const { approx, dateAssumed, text } = last.mention;
    return [
      {
        slot,
        value: moment,
        text,
        ...(approx ? { approx } : {}),
        ...(last.correction ? { correction: true } : {}),
        ...(dateAssumed ? { dateAssumed } : {}),
      },
    ];
  });
}
