import type { Locale } from '../recognizer';
import traditional from './lexicon/traditional.json';

/** Characters of Cantonese writing. */
const CANTONESE = /[嘅冇唔咗哋啲喺佢嗰咩噉嚟搵攞啱]/;
const TRADITIONAL_ONLY = new Set(traditional.from);
const SIMPLIFIED_ONLY = new Set(traditional.simplifiedOnly);
const CONSIDERED = 400;
const ENGLISH_WORD =
  /^(?:yes|no|yep|nope|hello|hi|agent|human|help|thanks|refund|merchant|cardholder|cash|credit|debit|today|yesterday|unknown|cancel|restart)[.!?]?$/i;

/**
 * Language the user writes in. Chinese is told apart by characters that only one script has, so 「人工」 tells nothing (undefined)
 * and the language of the conversation stays.
 */
export function languageOf(text: string): Locale | undefined {
  const part = text.slice(0, CONSIDERED).replace(/\[[^\]]{0,30}\]/g, '');
  let old = 0;
  let modern = 0;
  let han = 0;
  for (const char of part) {
    if (char < '\u3400') continue;
    if (TRADITIONAL_ONLY.has(char)) old++;
    else if (SIMPLIFIED_ONLY.has(char)) modern++;
    if (/\p{Script=Han}/u.test(char)) han++;
  }
  if (old > modern || (modern === 0 && CANTONESE.test(part))) return 'zh-Hant';
  if (modern > 0) return 'zh-CN';
  const words = part.match(/[a-z]{2,}/gi)?.length ?? 0;
  if (han === 0) return words >= 2 || ENGLISH_WORD.test(part.trim()) ? 'en-US' : undefined;
  if (han <= 3 && words >= 6) return 'en-US';
  return han >= 8 ? 'zh-CN' : undefined;
}
