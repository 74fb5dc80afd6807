import type { Asking, FEE_NAMES } from '../../domain/slots';
import type { SlotMention } from '../recognizer';
import { clauseAt, withoutDenials } from './found';
import acquirers from './lexicon/acquirers.json';
import banks from './lexicon/banks.json';
import fees from './lexicon/fees.json';
import { smallNumber } from './numerals';

type FeeName = (typeof FEE_NAMES)[number];
interface Name {
  readonly at: number;
  readonly word: string;
  readonly name: string;
}

/** Every alias with its name, longest first. */
function indexNames(table: Readonly<Record<string, readonly string[]>>): readonly (readonly [word: string, name: string])[] {
  const pairs = Object.entries(table).flatMap(([name, words]) => words.map((word) => [word, name] as const));
  return pairs.sort((a, b) => b[0].length - a[0].length);
}
const BANKS = indexNames(banks.banks);
const ACQUIRERS = indexNames(acquirers.acquirers);
const FEES = Object.entries(fees.fees);

/** Names found, longest alias first, none inside another. */
function findNames(text: string, index: readonly (readonly [string, string])[]): Name[] {
  const found: Name[] = [];
  for (const [word, name] of index) {
    const at = text.indexOf(word);
    if (at >= 0 && isWord(text, at, word) && !found.some((other) => at < other.at + other.word.length && other.at < at + word.length))
      found.push({ at, word, name });
  }
  return found.sort((a, b) => a.at - b.at);
}

/** A Latin name stands by itself: boc, not the boc of bocce. */
function isWord(text: string, at: number, word: string): boolean {
  if (!/^[a-z]/.test(word)) return true;
  return !/[a-z]/.test(text.charAt(at - 1)) && !/[a-z]/.test(text.charAt(at + word.length));
}

const SETTLE_BANK =
  /结算|到账(?:的|那张)?卡|到账那张|收款(?:的)?卡|开户行|打到|划到|结到|进的?是?卡|入账(?:的)?卡|提现到|绑(?:定)?的|settle|payout/;
/** 个体工商户, 工商局 are no bank. */
const NO_BANK_AFTER = /^工商(?!银行|行|$|[的卡信储,。 ])/;
const PAYER_BANK = /信用卡|(?<!结算|收款)卡□|顾客|客人|客户|刷的|刷了|付的|付款|持卡|发卡|被扣|扣了|他的|credit/;

function cued(left: string, right: string): 'issuerName' | 'settleBank' | undefined {
  if (SETTLE_BANK.test(left) || /^.{0,8}(?:结算|收款(?:卡|的)|到账卡|卡(?:上|里)(?:也|都|还)?没)/.test(right)) return 'settleBank';
  return PAYER_BANK.test(left) || PAYER_BANK.test(right) ? 'issuerName' : undefined;
}

/** 发卡行 or the bank of the settlement card, by the words around the name and by who speaks. */
function bankSlot(text: string, at: number, options: NameOptions): 'issuerName' | 'settleBank' | undefined {
  if (options.expecting === 'settleBank' || options.expecting === 'settleCardLast4') return 'settleBank';
  if (options.expecting === 'issuerName') return 'issuerName';
  const near = clauseAt(text, at, at);
  const wide = { before: text.slice(Math.max(0, at - 14), at), after: text.slice(at, at + 16) };
  const slot = cued(near.before.slice(-24), near.after.slice(0, 16)) ?? cued(wide.before, wide.after);
  if (slot) return slot;
  if (options.merchant) return /我(?:的|这)?.{0,4}$/.test(wide.before) ? 'settleBank' : undefined;
  return options.cardholder || /卡|card/.test(wide.after) ? 'issuerName' : undefined;
}

export interface NameOptions {
  readonly expecting: Asking | undefined;
  readonly merchant: boolean;
  readonly cardholder: boolean;
}

/** 云闪付/银联 are no banks; 中国银行保险监督 and 中国人民银行 are not 中国银行. */
const NO_BANK = /中国银行(?:业|保险)|人民银行|银监/;
/** 拉卡拉 asked about (正规吗) is still the acquirer named. */
function acquirer(text: string): SlotMention[] {
  const found = findNames(text.replaceAll('支付宝', '□□□'), ACQUIRERS).at(-1);
  return found ? [{ slot: 'acquirerName', value: found.name, text: found.word }] : [];
}

/** 好像是建设吧: names that are other words too, when a bank was asked for. */
const SHORT_BANK = /^[^,\d]{0,6}?(工商|农业|中国|建设|交通|招商|民生|平安|华夏|邮储)(?:的|吧|呀|啊|哦|卡|那个|好像|应该|可能|,| )*$/;

function bankMentions(text: string, options: NameOptions): SlotMention[] {
  if (NO_BANK.test(text)) return [];
  const asked = options.expecting === 'issuerName' || options.expecting === 'settleBank' ? options.expecting : undefined;
  const short = asked && text.match(SHORT_BANK)?.[1];
  if (asked && short) return [{ slot: asked, value: `${short}银行`, text: short }];
  const mentions = findNames(text, BANKS).flatMap(({ at, word, name }): SlotMention[] => {
    if (NO_BANK_AFTER.test(text.slice(at, at + 4))) return [];
    const slot = bankSlot(text, at, options);
    return slot ? [{ slot, value: name, text: word }] : [];
  });
  return mentions;
}

/** 激活 and 首刷 alone name the fee only when no other does (押金…激活后返). */
const ACTIVATED = ['激活', '首刷'];

/** Code name of the fee spoken of; undefined when none is named. */
export function feeNameOf(said: string): { readonly name: FeeName; readonly word: string } | undefined {
  const text = withoutDenials(said);
  for (const [name, words] of FEES) {
    const word = words.find((candidate) => text.includes(candidate));
    if (word !== undefined && !isElsewhere(text, word)) return { name: name as FeeName, word };
  }
  const word = ACTIVATED.find((candidate) => text.includes(candidate) && !isElsewhere(text, candidate));
  return word === undefined ? undefined : { name: 'activationFee', word };
}

/** Deposits of hotels and flats, insurance and members of other things are not fees of the machine. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = {
  押金: /酒店|宾馆|房东|租房|租车|共享单车|充电宝|民宿/,
  保证金: /酒店|解冻|淘宝|店铺|投标/,
  deposit: /hotel|rent|car|security deposit/,
  保险: /医保|社保|车险|保险公司|保险柜/,
  会员: /视频|爱奇艺|腾讯|优酷|健身|超市会员|会员卡|会员店/,
  vip: /视频|游戏|包厢/,
  流量卡: /手机/,
  流量: /[客人车]流量|手机|流量(?:大|小|高|好|不好|少|没了|用完|不够)|开流量|流量上网/,
  激活: /激活(?:了)?(?:信用|银行)?卡|卡(?:没|还没|未)?激活/,
  卡费: /.(?:手续|结算)卡费/,
};
const isElsewhere = (text: string, word: string): boolean => ELSEWHERE[word]?.test(text) ?? false;

const PAYER_LABEL =
  /(?:给我(?:打|转)(?:钱|款)?的|打款方|付款方|汇款方|打款人|汇款人|付款人|转账方|对方户名|打款账户|付款账户|对方账户)(?:名称|名字|户名|全称)?(?:上?(?:显示|写)|叫|是|为|的|:)*\s?(?:是|一?个(?!人)|叫)?(?<v>[^,。!?;\s□]{2,24})/;
const PAYEE_LABEL =
  /(?:收款方|收款人(?!民币)|商户全称|收款商户|商户名称|收款账户)(?:名称|名字|全称|户名)?(?:显示|写|叫|是|为|的|:)*\s?(?<v>[^,。!?;\s□]{2,24})/;
const NO_NAME = /^(?:谁|什么|哪|不|没|吗|呢|怎么|账户|是谁|显示什么|的|了|不是|查|那边|说|(?:个人|私人|自然人)(?:$|的|账户$))/;
/** No name is a sentence: 没有入账哪来的打款方. */
const SENTENCE = /没|哪|不(?:知|清|认|懂|会|是)|查|怎么|什么|谁|吗|呢|入账|到账|扣|刷|退|[?]/;
const NAME_LENGTH = 30;
/** What is said after a name: …打的, …的个人账户. */
const OWN_WORDS = /(?:打|转|付)(?:的|过来的?|来的)$|的?(?:个人|私人)?账户$/;
const LEAD_IN =
  /^(?:上面)?(?:就)?(?:显示|提示|写着?|说)?(?:是|叫|的是|的|为|:|：|好像是|应该是)?\s?(?:一?个(?!人))?(?:不认识的|陌生的?)?(?:(?:个人|私人)(?:的)?(?:账户|户名)?(?=叫|是))?(?:名字)?(?:叫|是)?/;

function payer(text: string, original: string, expecting: Asking | undefined): SlotMention[] {
  const slots = [
    ['payerName', PAYER_LABEL],
    ['payeeName', PAYEE_LABEL],
  ] as const;
  return slots.flatMap(([slot, label]): SlotMention[] => {
    const named = text.match(label)?.groups?.v;
    if (named !== undefined && !NO_NAME.test(named))
      return [{ slot, value: named.replace(OWN_WORDS, '').replace(LEAD_IN, ''), text: named }];
    if (expecting !== slot) return [];
    const value = original
      .trim()
      .replace(LEAD_IN, '')
      .replace(/[。.!！,，]+$/, '')
      .slice(0, 60);
    return value === '' || value.length > NAME_LENGTH || SENTENCE.test(value) ? [] : [{ slot, value, text: value }];
  });
}

const NOTICE_LENGTH = 500;

/** Banks, acquirer, payer and payee, and what the user quotes when it was asked. `original` is the text before normalisation. */
export function findNamed(text: string, original: string, options: NameOptions & { readonly reply: string | undefined }): SlotMention[] {
  const answers = options.reply === 'unknown';
  const free = answers ? [] : payer(text, original, options.expecting);
  const notice: SlotMention[] =
    options.expecting === 'noticeText' && !answers && text.length >= 2
      ? [
          {
            slot: 'noticeText',
            value: original
              .trim()
              .replace(/^(?:上面|就|它|app)?(?:写着?|显示|提示|说)(?:的是|是|：|:)?/, '')
              .slice(0, NOTICE_LENGTH),
            text: text.slice(0, NOTICE_LENGTH),
          },
        ]
      : [];
  const told = options.expecting === 'noticeText' ? notice : quotedNotice(original);
  return [...bankMentions(text, options), ...acquirer(text), ...free, ...told];
}

/** 后台显示 延迟结算 风控审核 请上传凭证: the notice of a hold, as it is quoted. */
const NOTICE =
  /(?:后台|後台|[aA][pP][pP]|系统|系統|首页|短信|通知|公告)[^,，。]{0,4}(?:显示|顯示|提示|写着?|寫著?|弹出?|弹窗)(?:的?是|：|:)?\s?[「『“"]?(?<v>[^，。；！？!?」』”"]{4,60})/;
const OF_A_HOLD = /延迟结算|延遲結算|风控|風控|风险|風險|凭证|憑證|调单|調單|核实|核實|暂缓/;

function quotedNotice(original: string): SlotMention[] {
  const said = original.match(NOTICE)?.groups?.v?.trim();
  return said && OF_A_HOLD.test(said) ? [{ slot: 'noticeText', value: said, text: said }] : [];
}

const COUNT = '(?<n>\\d{1,5}|[一二两三四五六七八九十]{1,3})(?<more>多|几|来)?';
const MERCHANTS = new RegExp(`${COUNT}\\s?(?:家|个|户)(?:商户|商家|客户|门店)|(?<n2>\\d{1,5}) (?:merchants|shops|stores)`);
const MERCHANTS_ASKED = new RegExp(`^\\D{0,6}?${COUNT}(?:家|个|户)?`);

/** Staff: how many merchants are affected (十几家商户); one is no number of merchants. */
export function merchantsMention(text: string, expecting: Asking | undefined): SlotMention[] {
  const match = text.match(MERCHANTS) ?? (expecting === 'affectedMerchants' ? text.match(MERCHANTS_ASKED) : null);
  const count = smallNumber(match?.groups?.n ?? match?.groups?.n2 ?? '');
  if (!match || count === undefined || count < 2) return [];
  return [{ slot: 'affectedMerchants', value: String(count), text: match[0], ...(match.groups?.more ? { approx: true } : {}) }];
}
