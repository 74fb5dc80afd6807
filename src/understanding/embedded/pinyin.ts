import table from './pinyin.json';

/** Initials and finals that voice input and southern speakers confuse, merged: zh/z, ch/c, sh/s, l/n, -ng/-n. */
function fuzzy(syllable: string): string {
  return syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^l/, 'n')
    .replace(/ng$/, 'n');
}

const READINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(table).flatMap(([syllable, characters]) => [...characters].map((character) => [character, fuzzy(syllable)] as const)),
);

/**
 * Fuzzy toneless readings of tokens, the most frequent one of each character (`pinyin.json`: GB2312 and the frequent Big5 characters);
 * a token that is no Chinese character stands for itself. 到账 and 道张 read the same.
 */
export function soundsOf(tokens: readonly string[]): string[] {
  return tokens.map((token) => READINGS.get(token) ?? token);
}
