/** What a part of a message is about. */
type Matter = 'refund' | 'fee' | 'sale';

const REFUND = /退货|退款|退的|没退|还没退|refund/i;
const FEE = /流量费|会员费|服务费|押金|激活|保险费|扣费|乱扣/;
const SALE = /没到|没收到|没进|到账|没来|not (?:arrived|received)/i;
/** Danger is never put off. */
const URGENT = /验证码|密码|骗|盗刷|不是我|报警|公安|共享|死/;
const SUM = /\d{2,}|[一二两三四五六七八九][千百万]/;

function matterOf(part: string): Matter | undefined {
  if (REFUND.test(part)) return 'refund';
  if (FEE.test(part)) return 'fee';
  return SALE.test(part) ? 'sale' : undefined;
}

/** Between two matters of one message. */
const AND = /[\s,，。;；]*(?:还有|另外|对了|顺便|再就是|还有一个事|仲有|also)[\s,，]*(?=.{6})/i;

/**
 * Two matters of different kinds, each with a sum of its own, told in one message: what is gone into now, and what is left for later.
 * Everything else, several sales above all, is one matter.
 */
export function splitMatters(text: string): { readonly now: string; readonly later?: string } {
  const between = AND.exec(text);
  if (!between || between.index < 6 || URGENT.test(text)) return { now: text };
  const now = text.slice(0, between.index);
  const later = text.slice(between.index + between[0].length);
  const [first, second] = [matterOf(now), matterOf(later)];
  const apart = first !== undefined && second !== undefined && first !== second;
  return apart && SUM.test(now) && SUM.test(later) ? { now, later } : { now: text };
}
