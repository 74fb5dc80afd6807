import { restoreHeard } from './heard';
import homophones from './lexicon/homophones.json';
import traditional from './lexicon/traditional.json';

/** Longest text considered; the rest of a message is not read. */
export const MAX_LENGTH = 2000;

const SIMPLIFIED = new Map([...traditional.from].map((char, at) => [char, traditional.to.charAt(at)]));
const INVISIBLE = /[\p{Cf}\p{Mn}\u115f\u1160\u3164\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

type Rewrite = readonly [from: string, to: string];

/** Rewrites by first character, longest first. */
function indexRewrites(): ReadonlyMap<string, readonly Rewrite[]> {
  const index = new Map<string, Rewrite[]>();
  for (const [from, to] of Object.entries({
    ...homophones.typos,
    ...homophones.abbreviations,
    ...homophones.pictures,
    ...homophones.dialect,
  })) {
    const first = from.charAt(0);
    index.set(first, [...(index.get(first) ?? []), [from, to]]);
  }
  for (const list of index.values()) list.sort((a, b) => b[0].length - a[0].length);
  return index;
}
const REWRITES = indexRewrites();
const LATIN = /[a-z0-9]/;

/** A rewrite of Latin letters holds for a whole word only (wx, but not the wx of dwx1). */
function fits(text: string, at: number, from: string): boolean {
  if (!text.startsWith(from, at)) return false;
  if (LATIN.test(from.charAt(0)) && LATIN.test(text.charAt(at - 1))) return false;
  return !(LATIN.test(from.charAt(from.length - 1)) && LATIN.test(text.charAt(at + from.length)));
}

/** 繁 → 简, character by character. */
function simplify(text: string): string {
  let out = '';
  for (const char of text) out += SIMPLIFIED.get(char) ?? char;
  return out;
}

function rewrite(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const found = REWRITES.get(text.charAt(at))?.find(([from]) => fits(text, at, from));
    out += found ? found[1] : text.charAt(at);
    at += found ? found[0].length : 1;
  }
  return out;
}

/** 「昨 天 刷 卡」 as some voice keyboards write it. */
const SPACED_OUT = /\p{Script=Han} \p{Script=Han} \p{Script=Han} \p{Script=Han}(?: |$)/u;

/** 前扣了, 三十块前: 钱. */
const MONEY_MISSPELT =
  /(?<![以之目天日号钟时月年点\d个面午生提当从先眼期周节])前(?=(?:就|却|也|都|已经?|被|一直|还|又|怎么|根本)*(?:扣|没(?:了|到|收|进|见|动|有到)|不见|到哪|去哪|呢|划走|少了|退(?:了|没|到)))|(?<=[块元])前(?![天面台几后晚者年期])/g;
/** 收得那笔, 写滴: 的. */
const PARTICLE_MISSPELT =
  /(?<=[刷收付买扫退卖])[得地滴](?=\s?[\d一二三四五六七八九十两¥那这款钱货])|(?<=[写说是叫用刷付扫买])滴(?![\d水])/g;
/** 三点一克: 刻. */
const QUARTER_MISSPELT = /(?<=[点时][一三])[克课颗]/g;
/** 四点伍十, 叁月: the numerals of a cheque in a time. */
const FORMAL = '零壹贰叁肆伍陆柒捌玖拾';
const FORMAL_TIME = /[壹贰叁肆伍陆柒捌玖](?=[十点号日月时分])|(?<=[点十拾月])[壹贰叁肆伍陆柒捌玖]|(?<=[点二三四五])拾/g;

function mendCharacters(text: string): string {
  return text
    .replace(MONEY_MISSPELT, '钱')
    .replace(PARTICLE_MISSPELT, '的')
    .replace(QUARTER_MISSPELT, '刻')
    .replace(FORMAL_TIME, (numeral) => '零一二三四五六七八九十'.charAt(FORMAL.indexOf(numeral)));
}

/** T 加 1 */
const T_PLUS = /(?<![a-z])([td]) ?(?:\+|加) ?([01])(?![a-z\d.])/g;

const TEENS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ENGLISH_SUM = new RegExp(
  `\\b(?:(?:${[...TEENS, ...TENS].join('|')}|a|\\d{1,3})[ -]){1,3}(?:hundred|thousand|grand)\\b(?:[ -](?:and[ -])?(?:${[...TEENS, ...TENS, 'hundred', 'thousand'].join('|')})\\b){0,6}`,
  'g',
);

/** five hundred and sixty = 560, two grand = 2000. */
function englishSum(words: string): string {
  let total = 0;
  let part = 0;
  for (const word of words.split(/[ -]/)) {
    if (word === 'hundred') part *= 100;
    else if (word === 'thousand' || word === 'grand') {
      total += part * 1000;
      part = 0;
    } else if (word === 'a') part += 1;
    else if (word !== 'and')
      part += /^\d/.test(word) ? Number(word) : Math.max(TEENS.indexOf(word), (TENS.indexOf(word) + 2) * 10 * Number(TENS.includes(word)));
  }
  return `${total + part} yuan`;
}

/**
 * The form every rule reads: first 2,000 characters, half-width, simplified, lower case, no invisible characters,
 * usual misspellings, dialect words and abbreviations rewritten. A full-width comma becomes 「, 」 unless it groups full-width digits.
 */
export function normalize(text: string): string {
  const half = text
    .slice(0, MAX_LENGTH)
    .replace(/(?<=[０-９])，(?=[０-９]{3}(?![０-９]))/g, ',')
    .replace(/，/g, ', ')
    .normalize('NFKC')
    .slice(0, MAX_LENGTH)
    .replace(INVISIBLE, '')
    .replace(/[￥¥]/g, '¥')
    .replace(/[’‘`´]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
  const told = half.replace(T_PLUS, '$1+$2').replace(ENGLISH_SUM, englishSum);
  const joined = SPACED_OUT.test(told) ? told.replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '') : told;
  return mendCharacters(restoreHeard(rewrite(simplify(joined.replace(/(?<!關)係/g, '是')))));
}
