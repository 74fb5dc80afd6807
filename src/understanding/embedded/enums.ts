import { type Asking, type EnumSlot, type SlotValue, YES_NO_SLOTS } from '../../domain/slots';
import type { SlotMention } from '../recognizer';
import { ASKED } from './enum-answers';
import { SAID_OF_PAYOUT } from './enum-cues-payout';
import { SAID_OF_SALE } from './enum-cues-sale';
import { clauses } from './found';

/** Nothing is claimed by asking: 是不是…? 有没有…? */
const QUESTION = /是不是|是否|有没有|会不会|能不能|要不要|怎么(?:查|看|区分)|什么(?:是|叫|意思)|区别|吗$|吗\?|么\?$|还是[^,]{1,12}[?]/;

interface Options {
  readonly expecting: Asking | undefined;
  readonly reply: 'yes' | 'no' | 'unknown' | undefined;
}

/** Value by the looser wordings, of a short answer. */
function asked(text: string, slot: EnumSlot): { value: string; text: string } | undefined {
  const table = ASKED[slot];
  if (!table || text.length > 40) return undefined;
  for (const { value, when, not } of table) {
    const match = text.match(when);
    if (match && !not?.test(text)) return { value, text: match[0] };
  }
  return undefined;
}

/** Value by the plain wordings; the last clause that says something wins (corrections). */
function said(parts: readonly string[], slot: EnumSlot): { value: string; text: string } | undefined {
  let found: { value: string; text: string } | undefined;
  for (const part of parts) {
    for (const { value, when, not } of SAID[slot] ?? []) {
      const match = part.match(when);
      if (!match || not?.test(part)) continue;
      found = { value, text: match[0] };
      break;
    }
  }
  return found;
}

/** Charged twice, of which one did not go through: that one is in question. */
const TWICE = /(?:扣|付|刷)[^。]{0,8}(?:两|2|俩)|(?:两|2)笔都扣|重复/;
const ONE_FAILED =
  /(?:第一|头一|前一)[次回笔遍]?[^。]{0,10}(?:超时|失败|没成|不成功|没反应|没动静)[^。]{0,16}成|后台[^,。]{0,3}(?:只|就)(?:有|显示|见)?(?:一|1)笔/;

const SAID = { ...SAID_OF_SALE, ...SAID_OF_PAYOUT };
const SLOTS = Object.keys(SAID) as EnumSlot[];
/** Naming one in a question still says it is theirs: T+1是骗人的吗. */
const NAMED = new Set<EnumSlot>(['payMethod', 'payFamily', 'settleProduct', 'codeKind', 'accountClass']);
const YES_NO: ReadonlySet<EnumSlot> = new Set(YES_NO_SLOTS);

const mention = <S extends EnumSlot>(slot: S, value: string, text: string): SlotMention =>
  ({ slot, value: value as SlotValue<S>, text }) as SlotMention;

/** Enumerated slots said in `text`; the slot asked for also by its looser wordings and by 有/没有/是/不是. */
export function findEnums(text: string, options: Options): SlotMention[] {
  const all = clauses(text);
  const told = all.filter((part) => !QUESTION.test(part));
  const found = SLOTS.flatMap((slot) => {
    const hit = said(NAMED.has(slot) ? all : told, slot);
    return hit ? [mention(slot, hit.value, hit.text)] : [];
  });
  const status = found.findIndex(({ slot }) => slot === 'txStatus');
  if (ONE_FAILED.test(text) && TWICE.test(text))
    found.splice(Math.max(0, status), status < 0 ? 0 : 1, mention('txStatus', 'failed', text.match(ONE_FAILED)?.[0] ?? text));
  const answer = answerTo(text, options, found);
  const kept = found.filter(
    (other) =>
      other.slot !== answer?.slot &&
      !(answer?.slot === 'refundMethod' && other.slot === 'txStatus') &&
      !(answer?.slot === 'payoutStatus' && other.slot === 'txStatus' && text.length <= 12),
  );
  const mentions = answer ? [...kept, answer] : [...found];
  const beside = options.expecting === 'refundTime' && /退|零钱|卡|余额|pos/.test(text) ? asked(text, 'refundMethod') : undefined;
  if (beside && !mentions.some(({ slot }) => slot === 'refundMethod')) mentions.push(mention('refundMethod', beside.value, beside.text));
  const route = mentions.some(({ slot }) => slot === 'refundMethod') ? undefined : refundRoute(text);
  if (route) mentions.push(mention('refundMethod', route.value, route.text));
  const refunds = options.expecting === 'refundMethod' || (options.expecting !== 'txStatus' && /退|撤销|refund|return/.test(text));
  const exact = mentions.some((other) => other.slot === 'payMethod');
  return mentions.filter(({ slot }) => (slot !== 'payFamily' || !exact) && (slot !== 'refundMethod' || refunds));
}

/** By what the money came and where it goes back, when both are told apart in the message: 支付宝付的 … 退回银行卡. */
function refundRoute(text: string): { value: string; text: string } | undefined {
  const toCard = text.match(/(?:pos|机器|刷卡机)[^,。\d]{0,4}(?:给)?退|退(?:到|回|返|去|进|给)[^,。\d]{0,6}卡|退货/)?.[0];
  if (!toCard || /没退|不退/.test(text)) return undefined;
  const value = [
    /微信/.test(text) && toCard !== '退货' && 'wechatCard',
    /支付宝/.test(text) && toCard !== '退货' && 'alipayCard',
    /信用卡/.test(text) && (/pos|退货|刷/.test(text) || toCard.includes('信用卡')) && 'posCredit',
    /储蓄卡|借记卡/.test(text) && (/pos|退货|刷/.test(text) || /储蓄|借记/.test(toCard)) && 'posDebit',
  ].find((found) => typeof found === 'string');
  return value ? { value, text: toCard } : undefined;
}

/** 看不了 and 找不到 are answers to 后台显示什么 and 有小票吗, though they sound like 不知道. */
function unseen(text: string, slot: EnumSlot): SlotMention | undefined {
  if (slot === 'txStatus' && /(?:查|找)不到/.test(text)) return mention(slot, 'notFound', text);
  if (slot === 'txStatus' && /看|查|后台|app|弄/.test(text)) return mention(slot, 'cannotCheck', text);
  return slot === 'hasSlip' && /找不|没留/.test(text) ? mention(slot, 'no', text) : undefined;
}

/** A yes or no to something else is no answer: 没有小票 does not tell what the back office shows. */
function answerTo(text: string, { expecting, reply }: Options, found: readonly SlotMention[]): SlotMention | undefined {
  const slot = SLOTS.find((name) => name === expecting);
  if (!slot) return undefined;
  if (reply === 'unknown') return unseen(text, slot);
  const plain = said(clauses(text), slot);
  if (!plain && YES_NO.has(slot) && (reply === 'yes' || reply === 'no')) return mention(slot, reply, text);
  const rest = found.filter((other) => YES_NO.has(other.slot as EnumSlot)).reduce((left, other) => left.replace(other.text, ' '), text);
  const loose = plain ?? asked(rest, slot);
  if (loose) return mention(slot, loose.value, loose.text);
  const family = slot === 'payMethod' ? asked(text, 'payFamily') : undefined;
  return family && mention('payFamily', family.value, family.text);
}
