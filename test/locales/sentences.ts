import enUS from '../../locales/en-US.json';
import type { Locale } from '../../locales/index';
import zhCN from '../../locales/zh-CN.json';
import zhHant from '../../locales/zh-Hant.json';

const FILES: Readonly<Record<Locale, object>> = { 'zh-CN': zhCN, 'zh-Hant': zhHant, 'en-US': enUS };

/** Every sentence of a file by its dotted key. */
export function sentencesOf(locale: Locale): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null)
      for (const [name, child] of Object.entries(value)) walk(child, path ? `${path}.${name}` : name);
    else found.set(path, String(value));
  };
  walk(FILES[locale], '');
  return found;
}

/** Names of the parameters of a sentence, sorted, each once. */
export const paramsOf = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => String(match[1])))].sort();

/** The characters of a two-byte charset between two lead bytes: what it cannot write belongs to the other script. */
function charactersOf(charset: string, [first, last]: readonly [number, number]): ReadonlySet<string> {
  const decoder = new TextDecoder(charset);
  const found = new Set<string>();
  for (let lead = first; lead <= last; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) found.add(decoder.decode(new Uint8Array([lead, trail])));
  return found;
}

/** The 5401 common characters of Big5, and the 6763 of GB 2312 (which has two trail bytes too many here, none of them in use). */
const TRADITIONAL = charactersOf('big5', [0xa4, 0xc6]);
const SIMPLIFIED = charactersOf('gb18030', [0xb0, 0xf7]);
/** Simplified forms that Big5 also holds, as characters of another meaning that our sentences do not need. */
const ALSO_SIMPLIFIED = /[云余几划后里于咨并么万与个体听种确网柜荐范坏虫]|(?<![批核])准/gu;

/** Characters of the wrong script: simplified in zh-Hant, traditional in zh-CN, any Han in English. */
export function wrongScript(locale: Locale, sentence: string): string {
  const han = sentence.match(/\p{Script=Han}/gu) ?? [];
  if (locale === 'en-US') return han.join('');
  if (locale === 'zh-CN') return han.filter((character) => !SIMPLIFIED.has(character)).join('');
  return [...han.filter((character) => !TRADITIONAL.has(character)), ...(sentence.match(ALSO_SIMPLIFIED) ?? [])].join('');
}

/** ASCII punctuation or straight quotes beside a Han character or a parameter, but for the number of a list item; in English, full-width marks. */
export function wrongPunctuation(locale: Locale, sentence: string): string {
  if (locale === 'en-US') return (sentence.match(/[，。！？；：（）、【】「」～]/gu) ?? []).join('');
  const plain = sentence.replace(/^\{\{number\}\}\) /, '').replace(/\{\{\w+\}\}/g, '参');
  return (plain.match(/\p{Script=Han}[,.;:!?()"']|[,;!?()"']\p{Script=Han}/gu) ?? []).join(' ');
}

/** docs/domain.md §8.1: the only numbers that may be spoken. `955xx` stands for the number on the back of a card. */
const NUMBERS = new Set(['95016', '95516', '12363', '12378', '12315', '96110', '110', '120', '12356']);

/** Phone numbers and addresses that are not on the allow-list. */
export function strangeContacts(sentence: string): string[] {
  const numbers =
    sentence.match(/(?<![\d.,¥])(?:1[12]\d|9[56]\d{3}|1\d{4}|[48]00[- ]?\d{3}[- ]?\d{4}|1\d{10}|0\d{2,3}-\d{7,8})(?![\d元,.%]|日元)/g) ??
    [];
  const addresses = sentence.match(/https?:|www\.|[\w-]+\.(?:com|cn|net|org|top|vip)\b/gi) ?? [];
  return [...numbers.filter((number) => !NUMBERS.has(number)), ...addresses];
}

const HEDGED =
  /预计|預計|可能|通常|一般|多数|多數|常见|常見|为准|為準|如果|如|若|未|没|沒|不|是否|吗|嗎|expect|usually|normally|commonly|may|might|if |not|most|\?|？/i;
const PROMISED =
  /(?:会|將|将|會|能|可|马上|馬上|很快)[^，。；\n]{0,10}(?:到账|到帳|入账|入帳|退回|退还|退還|解冻|解凍|恢复结算|恢復結算)|\bwill (?:arrive|be (?:paid|posted|refunded|returned|released))/iu;
const CERTAIN =
  /(?:(?<!不|无法|無法|不能|不敢|\d)(?:保证(?!金)|保證(?!金)|一定(?!不)|肯定|必定|绝对|絕對|百分之百)|(?<!not |cannot |never )\b(?:guarantee|definitely|certainly)\b)/iu;

/** Promises of money that are certain, or that no 预计/可能/通常 stands beside in the same sentence. */
export function barePromises(message: string): string[] {
  const sentences = message.split(/(?<=[。！？；\n.])/u);
  return sentences.filter(
    (sentence) => (CERTAIN.test(sentence) && !/保证金/.test(sentence)) || (PROMISED.test(sentence) && !HEDGED.test(sentence)),
  );
}

export const questionMarks = (message: string): number => (message.match(/[?？]/g) ?? []).length;
