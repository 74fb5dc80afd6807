import table from './pinyin.json';

/** A syllable with the initials and finals that voice input and southern speakers confuse, merged: zh/z, ch/c, sh/s, l/n, -ng/-n. */
export function fuzzySound(syllable: string): string {
  return syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^l/, 'n')
    .replace(/ng$/, 'n');
}

const SYLLABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(table).flatMap(([syllable, characters]) => [syllable, ...characters].map((character) => [character, syllable] as const)),
);

/**
 * Toneless syllable of a character, its most frequent one (`pinyin.json`: GB2312 and the frequent Big5 characters), or of one written in
 * Latin letters; undefined for what is none.
 */
export function syllableOf(text: string): string | undefined {
  return SYLLABLES.get(text);
}

const SOUNDS: ReadonlyMap<string, string> = new Map(
  Object.entries(table).flatMap(([syllable, characters]) => [...characters].map((character) => [character, fuzzySound(syllable)] as const)),
);

/** Fuzzy toneless readings of tokens; a token that is no Chinese character stands for itself. 到账 and 道张 read the same. */
export function soundsOf(tokens: readonly string[]): string[] {
  return tokens.map((token) => SOUNDS.get(token) ?? token);
}
