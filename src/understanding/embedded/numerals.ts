/** A number as people write or say it: 1,280.5 · 三千五百八 · 3千5 · 2万3 · 1.2w · 5k · 幺二八零 · 二百五 · 千二. */
export interface Numeral {
  readonly start: number;
  readonly end: number;
  /** Undefined when only a range was said (三四千, 几千, 十几). */
  readonly value: number | undefined;
  /** A range or 几: no exact figure. */
  readonly range: boolean;
  /** 三千多, 百来: said as about. */
  readonly approx: boolean;
  /** The digits in order when they were written or spoken one by one (0023, 幺二三四); keeps leading zeros. */
  readonly digits?: string;
  /** Has 十百千万 or w/k. */
  readonly scaled: boolean;
  /** Written with Chinese numerals only. */
  readonly chinese: boolean;
}

const DIGIT: Readonly<Record<string, number>> = {
  〇: 0,
  零: 0,
  一: 1,
  幺: 1,
  壹: 1,
  二: 2,
  两: 2,
  俩: 2,
  贰: 2,
  三: 3,
  仨: 3,
  叁: 3,
  四: 4,
  肆: 4,
  五: 5,
  伍: 5,
  六: 6,
  陆: 6,
  七: 7,
  柒: 7,
  八: 8,
  捌: 8,
  九: 9,
  玖: 9,
};
const UNIT: Readonly<Record<string, number>> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1000, 仟: 1000, k: 1000, 万: 1e4, w: 1e4, 亿: 1e8 };
const ARABIC = /\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?!\d|,\d)|\d{1,12}(?:\.\d{1,4})?(?!\d)|\d{1,12}/y;
const MAX_PIECES = 24;

type Piece =
  | { readonly kind: 'number'; readonly value: number; readonly digits: string; readonly length: number }
  | { readonly kind: 'digit'; readonly value: number; readonly length: number }
  | { readonly kind: 'unit'; readonly value: number; readonly length: number };

function pieceAt(text: string, at: number): Piece | undefined {
  const char = text.charAt(at);
  const digit = DIGIT[char];
  if (digit !== undefined) return { kind: 'digit', value: digit, length: 1 };
  if (char >= '0' && char <= '9') {
    ARABIC.lastIndex = at;
    const found = ARABIC.exec(text)?.[0] ?? char;
    return { kind: 'number', value: Number(found.replaceAll(',', '')), digits: found, length: found.length };
  }
  return unitAt(text, at);
}

/** 万, 千 …; w and k only as the end of a word; 「个w」 as in 1个w. */
function unitAt(text: string, at: number): Piece | undefined {
  const spaces = text.charAt(at) === ' ' || text.charAt(at) === '个' ? 1 : 0;
  const char = text.charAt(at + spaces);
  const unit = UNIT[char];
  if (unit === undefined) return undefined;
  const latin = char === 'w' || char === 'k';
  if (latin && (/[a-z]/.test(text.charAt(at + spaces + 1)) || !/[\d两一二三四五六七八九十 个]/.test(text.charAt(at + spaces - 1))))
    return undefined;
  if (spaces > 0 && !latin && char !== '万') return undefined;
  return { kind: 'unit', value: unit, length: spaces + 1 };
}

function readPieces(text: string, start: number): { pieces: Piece[]; end: number } {
  const pieces: Piece[] = [];
  let end = start;
  while (pieces.length < MAX_PIECES) {
    const piece = pieceAt(text, end);
    if (!piece || !continues(pieces, piece)) break;
    pieces.push(piece);
    end += piece.length;
  }
  return { pieces, end };
}

/** An Arabic number joins only after a unit (3千5); units may follow anything but a smaller unit of the same section. */
function continues(pieces: readonly Piece[], next: Piece): boolean {
  const last = pieces.at(-1);
  if (!last) return true;
  if (next.kind === 'number') return last.kind === 'unit' || (last.kind === 'digit' && last.value === 0 && pieces.at(-2)?.kind === 'unit');
  if (next.kind === 'digit') return last.kind !== 'number' || (pieces.length === 1 && next.value === 0 && last.digits.length < 2);
  return true;
}

/** Value by place; undefined when the pieces make no number. 3千5 = 3500, 一千零五 = 1005, 千二 = 1200. */
function placeValue(pieces: readonly Piece[]): number | undefined {
  let total = 0;
  let section = 0;
  let current: number | undefined;
  let lastUnit = 0;
  let zero = false;
  for (const piece of pieces) {
    if (piece.kind === 'unit') {
      if (piece.value >= 1e4) {
        if (current === undefined && section === 0) return undefined;
        total = piece.value === 1e8 ? (total + section + (current ?? 0)) * 1e8 : total + (section + (current ?? 0)) * 1e4;
        section = 0;
      } else {
        if (current === undefined && lastUnit > 0 && lastUnit < 1e4) return undefined;
        section += (current ?? 1) * piece.value;
      }
      current = undefined;
      lastUnit = piece.value;
      zero = false;
    } else if (piece.value === 0 && piece.kind === 'digit') {
      zero = true;
    } else {
      if (current !== undefined) return undefined;
      current = piece.value;
    }
  }
  if (current !== undefined) {
    const short = lastUnit >= 100 && !zero && Number.isInteger(current) && current < 10;
    section += short ? (current * lastUnit) / 10 : current;
  }
  return Math.round((total + section) * 1e4) / 1e4;
}

const spokenDigits = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'number' ? piece.digits : String(piece.value))).join('');

/** 三四千, 两三百, 十五六, 三五百: two neighbouring digits that rise. */
function rangeOf(pieces: readonly Piece[]): boolean {
  return pieces.some((piece, at) => {
    const next = pieces[at + 1];
    if (piece.kind !== 'digit' || next?.kind !== 'digit' || piece.value === 0) return false;
    return (
      (next.value === piece.value + 1 || (piece.value === 3 && next.value === 5)) &&
      (pieces[at + 2]?.kind === 'unit' || pieces[at - 1]?.kind === 'unit')
    );
  });
}

const VAGUE = /(?:好几|几|数|多少)(?:十|百|千|万)+|[几数]十/y;
const TEENS = /十几/y;
const MORE = /大几|多点(?![钟半零一二三四五六七八九十\d])|多(?![少久长次大])|余(?!额)|来(?=[块元岁多万毛])|几(?=[块元万])/y;
const DECIMAL_POINT = /点([〇零一二三四五六七八九]{1,4})(?=[百千万亿wk块元毛])/y;

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The numeral that begins at `start`, or undefined. Reads at most 24 pieces; linear. */
export function numeralAt(text: string, start: number): Numeral | undefined {
  const vague = sticky(VAGUE, text, start) ?? sticky(TEENS, text, start);
  if (vague) return { start, end: start + vague[0].length, value: undefined, range: true, approx: true, scaled: true, chinese: true };
  const first = pieceAt(text, start);
  if (!first || (first.kind === 'unit' && !startsWithUnit(text, start))) return undefined;
  const read = readPieces(text, start);
  const decimal = sticky(DECIMAL_POINT, text, read.end);
  if (decimal) return withDecimals(text, start, read, decimal);
  return finish(text, start, read);
}

/** 十二, 百八, 千二, 百来块 begin with their unit; 万一 and 千万别 are words. */
function startsWithUnit(text: string, start: number): boolean {
  const char = text.charAt(start);
  const next = text.charAt(start + 1);
  if (char === '十' || char === '拾') return true;
  return (char === '百' || char === '千') && (/[一二三四五六七八九来十]/.test(next) || (next === '把' && text.charAt(start + 2) === '块'));
}

function withDecimals(text: string, start: number, read: { pieces: Piece[]; end: number }, decimal: RegExpExecArray): Numeral | undefined {
  const whole = placeValue(read.pieces);
  if (whole === undefined) return undefined;
  const fraction = [...(decimal[1] ?? '')].map((char) => DIGIT[char]).join('');
  const end = read.end + decimal[0].length;
  const unit = unitAt(text, end);
  const value = Number(`${whole}.${fraction}`) * (unit?.value ?? 1);
  return {
    start,
    end: end + (unit?.length ?? 0),
    value: Math.round(value * 100) / 100,
    range: false,
    approx: false,
    scaled: unit !== undefined,
    chinese: true,
  };
}

/** 四百一个: the last digit counts what follows. */
function withoutCounter(text: string, read: { pieces: Piece[]; end: number }): { pieces: Piece[]; end: number } {
  const [before, last] = read.pieces.slice(-2);
  const counts = before?.kind === 'unit' && last?.kind === 'digit' && /[个笔单张次台件份桌]/.test(text.charAt(read.end));
  return counts && read.pieces.length > 2 ? { pieces: read.pieces.slice(0, -1), end: read.end - 1 } : read;
}

function finish(text: string, start: number, read: { pieces: Piece[]; end: number }): Numeral | undefined {
  const { pieces, end } = withoutCounter(text, read);
  const scaled = pieces.some((piece) => piece.kind === 'unit');
  const chinese = pieces.every((piece) => piece.kind !== 'number');
  const base = { start, scaled, chinese };
  if (scaled && rangeOf(pieces)) return { ...base, end, value: undefined, range: true, approx: true };
  const more = sticky(MORE, text, end);
  if (!scaled) {
    const digits = spokenDigits(pieces).replaceAll(',', '');
    const value = Number(digits);
    return {
      ...base,
      end: end + (more?.[0].length ?? 0),
      value,
      range: false,
      approx: more !== null,
      ...(digits.includes('.') ? {} : { digits }),
    };
  }
  const value = placeValue(pieces);
  if (value === undefined) return undefined;
  const teens = more?.[0] === '几' || more?.[0] === '大几';
  const moreUnit = more ? unitAt(text, end + more[0].length) : undefined;
  if (more && moreUnit && moreUnit.value >= 1e4) {
    return { ...base, end: end + more[0].length + moreUnit.length, value: value * moreUnit.value, range: false, approx: true };
  }
  return { ...base, end: end + (more?.[0].length ?? 0), value: teens ? undefined : value, range: teens, approx: more !== null };
}

/** Value of a short numeral such as 二十三, 廿三, 23; undefined when the text is not wholly one. */
export function smallNumber(text: string): number | undefined {
  const plain = text.replace('廿', '二十').replace('卅', '三十');
  const found = numeralAt(plain, 0);
  return found && found.end === plain.length ? found.value : undefined;
}
