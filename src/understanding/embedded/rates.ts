import type { Asking } from '../../domain/slots';
import { type Found, firstMatches } from './found';
import { smallNumber } from './numerals';

const NUMBER = '(?<n>\\d{1,2}(?:\\.\\d{1,4})?|[零一二三四五六七八九十]{1,3}(?:点[零一二三四五六七八九]{1,3})?)';
const CHINESE_DIGITS = '零一二三四五六七八九';

/** 零点六, 0.38, 六 → a number. */
function value(words: string): number | undefined {
  if (/^\d/.test(words)) return Number(words);
  const [whole = '', fraction = ''] = words.split('点');
  const left = smallNumber(whole);
  if (left === undefined) return undefined;
  return fraction === '' ? left : Number(`${left}.${[...fraction].map((char) => CHINESE_DIGITS.indexOf(char)).join('')}`);
}

/** Pattern, and how many basis points one of what it counts is. */
const PATTERNS: readonly (readonly [RegExp, number])[] = [
  [new RegExp(`(?:百分之|百分)${NUMBER}`, 'g'), 100],
  [new RegExp(`千分之${NUMBER}`, 'g'), 10],
  [new RegExp(`万分之${NUMBER}`, 'g'), 1],
  [new RegExp(`${NUMBER}\\s?(?:%|个?百分点|percent|per cent)`, 'g'), 100],
  [new RegExp(`${NUMBER}\\s?‰`, 'g'), 10],
  [/千(?<n>[一二三四五六七八九])(?=的?(?:费率|手续费|扣点))/g, 10],
  [/万(?<n>\d{2,3})(?!\d)(?=的?(?:费率|手续费|扣)|$)/g, 1],
  [/(?<![一二两三四五六七八九十百千几\d.])万(?<n>[一二三四五六七八九]|\d(?:\.\d{1,2})?)(?![\d块元])(?=的?(?:费率|手续费|扣)|$)/g, 1],
  [
    new RegExp(
      `(?:费率|手续费率|扣点|点数|rate)(?:是|为|写的是?|说的是?|签的是?|合同(?:里|上)?(?:写)?的?是?|:|说好|也就|只有|才|is|of|was|到|涨到|涨成|调到|变成|成了|从|谈的|给我)*\\s?${NUMBER}(?![\\d%元块.万千百])(?:个点)?`,
      'g',
    ),
    100,
  ],
  [new RegExp(`${NUMBER}(?:个点|的费率|费率)`, 'g'), 100],
  [/(?<![\d.¥])(?<n>0\.(?:[2-9]\d?|1\d))(?:\+3)?(?![\d元块万])(?=.{0,6}(?:费率|刷卡|手续费|变|涨|到|的点))/g, 100],
];
/** Beside the word 费率 any 0.xx without a unit of money is a rate. */
const LOOSE = /(?<![\d.¥])(?<n>0\.(?:[2-9]\d?|1\d)|零点[一二三四五六七八九]{1,2})(?![\d元块万毛])/g;
const BARE = /^\D{0,6}(?<n>\d{1,2}(?:\.\d{1,3})?|[零一二三四五六七八九](?:点[零一二三四五六七八九]{1,3})?)(?:个?点|左右|吧|的)?[。.]?$/;
const MAX_BASIS_POINTS = 1000;

/** Fee rates (费率) in basis points, 0.6 % = 60; the last in the text is the one meant now (从0.55涨到0.6). */
export function findRates(
  text: string,
  expecting: Asking | undefined,
): { found: readonly Found[]; taken: readonly { start: number; end: number }[] } {
  const hits: Found[] = [];
  const add = (match: RegExpMatchArray, scale: number) => {
    const number = value(match.groups?.n ?? '');
    const points = number === undefined ? 0 : Math.round(number * scale);
    const start = match.index ?? 0;
    if (points > 0 && points <= MAX_BASIS_POINTS && !hits.some((other) => start < other.end && other.start < start + match[0].length)) {
      hits.push({ start, end: start + match[0].length, mention: { slot: 'feeRate', value: points, text: match[0] } });
    }
  };
  for (const [pattern, scale] of PATTERNS) for (const match of firstMatches(text, pattern)) add(match, scale);
  if (hits.length > 0 || /费率|扣点|点数|几个点|手续费/.test(text)) for (const match of firstMatches(text, LOOSE)) add(match, 100);
  const bare = expecting === 'feeRate' && hits.length === 0 ? text.match(BARE) : null;
  if (bare) add(bare, 100);
  hits.sort((a, b) => a.start - b.start);
  const percent = firstMatches(text, /\d{1,3}(?:\.\d{1,4})?\s?[%‰]/g).map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  return { found: hits, taken: [...hits, ...percent] };
}
