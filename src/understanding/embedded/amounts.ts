import { anyOf } from './any-of';
import { type Numeral, numeralAt } from './numerals';

/** A figure that may be money. */
export interface AmountToken {
  readonly start: number;
  readonly end: number;
  /** Integer fen; undefined for a range (三四千). */
  readonly fen: number | undefined;
  readonly range: boolean;
  readonly approx: boolean;
  /** unit: 元/块/¥ said · scale: 万/千/百/w/k or two decimals · bare: only digits. */
  readonly strength: 'unit' | 'scale' | 'bare';
  readonly text: string;
}

const STARTS = /[\d零〇一二两三四五六七八九十百千几好数幺俩仨壹贰叁肆伍陆柒捌玖拾¥$]/;
const PREFIX = /¥\s?|(?:rmb|cny|人民币)\s?|\$\s?/y;
const UNIT = /\s?(?:个)?(?:元|块(?![儿头])|圆|rmb\b|cny\b|yuan\b|人民币|刀(?!具)|大洋|软妹币)/y;
const JIAO_TAIL = anyOf(
  /(?<half>半)(?![天个日年月小夜路])/y,
  /\s?(?<zero>零)?(?<j>[\d一二两三四五六七八九])(?:(?:毛|角)(?<f>[\d一二两三四五六七八九])?分?|(?<fen>分)|(?!\d|[,.]\d|[点:个张台年月号十百千万%位次笔天周小单家人件块多]|(?<=一)[直起共分定样下会般律切并半些边方来点旦路]))/y,
);
const MONEY_WORD = /\s?(?:多|来)?钱/y;
const JIAO = /\s?(?:毛|角)(?<f>[一二三四五六七八九1-9](?=分|$|[^\d]))?分?钱?/y;
const FEN = /\s?分钱/y;
/** What follows a count of something else than money. */
const MEASURE =
  /^\s?(?:张|个(?!w|万|千|百)|人|次|回|趟|遭|道|天|年|月|号|日|笔|分(?!钱)|秒(?!到|结)|小时|时(?=以|之|后|前|[ ,]|$)|钟头|台|家|户|条|件|位|页|字|公里|米|遍|倍|点|楼|层|类|清|级|期|岁|周|星期|部|名(?!字|称)|单(?!没(?!一单)|的钱|子)|店(?![家里员主铺方老那说收])|号线|度|步|种(?![植牙])|项|套|届|本|份|斤|公斤|瓶|箱|桌|折|开头|打头|结尾|g\b|gb|mb|%|‰|bp|days?\b|hours?\b|times?\b|st\b|nd\b|th\b|pm\b|am\b|min|sales\b|transactions\b|payments\b|orders\b|(?![td]\+?[01])[a-z_@*-]+\d)/;
/** Sums in another currency are no amount in fen. */
const FOREIGN = /^\s?(?:块|元)?(?:港币|港元|港纸|美元|美金|美刀|欧元|日元|韩元|英镑|澳元|usd|hkd|eur|jpy|dollars?)/;
const NOT_BEFORE =
  /(?:[第号码]|房间|包间|包厢|尾号|后四位|密码是?|验证码是?|电话|手机|热线|打了?|拨打?|代码|百分之|千分之|万分之|\d[-:.]|(?<![a-z])[td] ?\+)\s?$|[a-z_#@*/]$/;

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
const DIGITS = '零一二三四五六七八九';
const digit = (char: string | undefined): number =>
  char === undefined ? 0 : /\d/.test(char) ? Number(char) : char === '两' ? 2 : DIGITS.indexOf(char);

interface Tail {
  readonly end: number;
  /** Fen beyond the whole yuan. */
  readonly fen: number;
}

/** 块5, 块五毛, 块零五分, 块5毛5 after the unit at `at`. */
function tailAt(text: string, at: number): Tail {
  const found = sticky(JIAO_TAIL, text, at);
  const groups = found?.groups;
  if (!found || !groups) return { end: at, fen: 0 };
  if (groups.half) return { end: at + found[0].length, fen: 50 };
  const first = digit(groups.j);
  const value = (groups.zero && !/[毛角]/.test(found[0])) || groups.fen ? first : first * 10 + digit(groups.f);
  return { end: at + found[0].length, fen: value };
}

/** The figure at `start`; undefined when it counts something else or is no number. */
function amountAt(text: string, start: number): AmountToken | undefined {
  if (NOTHING.test(text.slice(start, start + 6))) return undefined;
  const prefix = sticky(PREFIX, text, start);
  const begin = start + (prefix?.[0].length ?? 0);
  const numeral = numeralAt(text, begin);
  if (!numeral) return undefined;
  const joined = rangeAcross(text, numeral);
  if (FOREIGN.test(text.slice(numeral.end, numeral.end + 6))) return undefined;
  const unit = sticky(UNIT, text, joined?.end ?? numeral.end);
  if (joined) return ranged(text, start, unit ? joined.end + unit[0].length : joined.end);
  if (numeral.range) return rangeToken(text, start, numeral, unit);
  const value = numeral.value;
  if (value === undefined || !Number.isFinite(value) || value > 1e9) return undefined;
  if (unit || prefix) return withUnit(text, { start, numeral, unit, value });
  const jiao = sticky(JIAO, text, numeral.end);
  if (jiao && value < 100)
    return token(text, start, numeral.end + jiao[0].length, {
      fen: value * 10 + digit(jiao.groups?.f),
      approx: numeral.approx,
      strength: 'unit',
    });
  const fen = sticky(FEN, text, numeral.end);
  if (fen && (!text.startsWith('一', start) || PAID_BEFORE.test(text.slice(Math.max(0, start - 6), start))))
    return token(text, start, numeral.end + fen[0].length, { fen: value, approx: numeral.approx, strength: 'unit' });
  return withoutUnit(text, start, numeral, value);
}

type Fields = {
  readonly fen: number | undefined;
  readonly approx: boolean;
  readonly strength: AmountToken['strength'];
  readonly range?: boolean;
};
const token = (text: string, start: number, end: number, fields: Fields): AmountToken => ({
  start,
  end,
  text: text.slice(start, end).trim(),
  range: false,
  ...fields,
});
const toFen = (yuan: number): number => Math.round(yuan * 100);

function withUnit(
  text: string,
  found: { start: number; numeral: Numeral; unit: RegExpExecArray | null; value: number },
): AmountToken | undefined {
  const { start, numeral, unit, value } = found;
  if (!unit) return token(text, start, numeral.end, { fen: toFen(value), approx: numeral.approx, strength: 'unit' });
  const unitEnd = numeral.end + unit[0].length;
  const tail = Number.isInteger(value) ? tailAt(text, unitEnd) : { end: unitEnd, fen: 0 };
  const word = sticky(MONEY_WORD, text, tail.end);
  if (value === 1 && tail.fen === 0 && !word && numeral.chinese && unit[0].includes('块')) return undefined;
  const after = text.slice(tail.end, tail.end + 1);
  const approx = numeral.approx || after === '多' || (word?.[0].includes('多') ?? false);
  return token(text, start, tail.end + (word?.[0].length ?? 0), { fen: toFen(value) + tail.fen, approx, strength: 'unit' });
}

/** 试刷了一分钱: a sum, as 一分钱没到 is none. */
const PAID_BEFORE = /(?<!没|未|不|没有)(?:刷|付|扫|转|充)(?:了|的)?(?:个|笔)?$/;

/** 一毛钱没给我, 一分钱都没到: none. */
const NOTHING = /^一(?:毛|分|块|角)(?:钱)?(?:都|也)?(?:没|不|未|别)/;

function withoutUnit(text: string, start: number, numeral: Numeral, value: number): AmountToken | undefined {
  if (MEASURE.test(text.slice(numeral.end, numeral.end + 8))) return undefined;
  if (NOT_BEFORE.test(text.slice(Math.max(0, start - 6), start))) return undefined;
  const written = text.slice(start, numeral.end);
  if (/^0\d/.test(written) || value === 0 || /^[一两俩仨]$/.test(written)) return undefined;
  const strong = (numeral.scaled && value >= 100) || /\.\d\d$|^\d{1,3}(?:,\d{3})+/.test(written);
  return token(text, start, numeral.end, { fen: toFen(value), approx: numeral.approx, strength: strong ? 'scale' : 'bare' });
}

/** 3000到4000, 3000-4000, 3、4千: only a range. */
const TO = /\s?(?:到(?!账)|至|-|~|—|、|或者?|还是)\s?/y;
function rangeAcross(text: string, numeral: Numeral): Numeral | undefined {
  if (numeral.value === undefined) return undefined;
  const to = sticky(TO, text, numeral.end);
  if (!to) return undefined;
  const second = numeralAt(text, numeral.end + to[0].length);
  if (second?.value === undefined || !second.scaled !== !numeral.scaled) return neighbours(numeral, to, second);
  if (/还是/.test(to[0])) return second;
  if (/[、或]/.test(to[0])) return undefined;
  return second.value > numeral.value && second.value <= numeral.value * 3 && numeral.value >= 10 && second.value < 1e7
    ? second
    : undefined;
}

/** 3、4千 and 三到四千: the first digit has no unit of its own. */
function neighbours(first: Numeral, to: RegExpExecArray, second: Numeral | undefined): Numeral | undefined {
  if (second?.value === undefined || first.value === undefined || first.scaled || first.value >= 10) return undefined;
  const lead = Number(String(second.value).charAt(0));
  return lead === first.value + 1 && /^\s?[、到至~-]/.test(to[0]) ? second : undefined;
}

const ranged = (text: string, start: number, end: number): AmountToken =>
  token(text, start, end, { fen: undefined, range: true, approx: true, strength: 'unit' });

function rangeToken(text: string, start: number, numeral: Numeral, unit: RegExpExecArray | null): AmountToken | undefined {
  const end = numeral.end + (unit?.[0].length ?? 0);
  if (!unit && MEASURE.test(text.slice(end, end + 8))) return undefined;
  return token(text, start, end, { fen: undefined, range: true, approx: true, strength: unit ? 'unit' : 'scale' });
}

const ABOUT_BEFORE =
  /(?:不到|大概|大约|约|差不多|小(?=$)|将近|接近|快|约莫|得有|可能是?|好像是?|about|around|roughly|nearly)\s?(?:有|是)?\s?$/;
const ABOUT_AFTER = /^(?:块|元)?(?:钱)?\s?(?:左右|上下|多(?![少次个])|出头|的样子|不到|吧大概)/;

/** No message says more; the rest of a hostile one is not read. */
const MAX_FIGURES = 40;
const MAX_TRIES = 300;

/** Figures of `text` that may be money, in order. Linear: each place is read once, and only so many. */
export function findAmounts(text: string): AmountToken[] {
  const found: AmountToken[] = [];
  for (let at = 0, tries = 0; at < text.length && found.length < MAX_FIGURES && tries < MAX_TRIES; ) {
    const starts = STARTS.test(text.charAt(at)) && !/\d\d/.test(text.slice(Math.max(0, at - 1), at + 1));
    if (!starts && !/^(?:rmb|cny|人民币)/.test(text.slice(at, at + 3))) {
      at++;
      continue;
    }
    tries++;
    const amount = amountAt(text, at);
    if (amount) {
      const approx =
        amount.approx || ABOUT_BEFORE.test(text.slice(Math.max(0, at - 9), at)) || ABOUT_AFTER.test(text.slice(amount.end, amount.end + 6));
      found.push({ ...amount, approx });
      at = amount.end;
    } else {
      at = Math.max(at + 1, numeralAt(text, at)?.end ?? 0);
    }
  }
  return found;
}
