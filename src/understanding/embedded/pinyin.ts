import table from './pinyin.json';

/** A syllable with the initials and finals that voice input and southern speakers confuse, merged: zh/z, ch/c, sh/s, l/n, -ng/-n. */
function fuzzySound(syllable: string): string {
  return syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^l/, 'n')
    .replace(/ng$/, 'n');
}

/** How a character, or a syllable in Latin letters, sounds. */
export interface Sound {
  readonly syllable: string;
  readonly fuzzy: string;
}

const SOUNDS: ReadonlyMap<string, Sound> = new Map(
  Object.entries(table).flatMap(([syllable, characters]) => {
    const sound = { syllable, fuzzy: fuzzySound(syllable) };
    return [syllable, ...characters].map((written) => [written, sound] as const);
  }),
);

/**
 * Toneless sound of a character, its most frequent one (`pinyin.json`: GB2312 and the frequent Big5 characters), or of a syllable in Latin
 * letters; undefined for what is neither.
 */
export function soundOf(written: string): Sound | undefined {
  return SOUNDS.get(written);
}

/** Fuzzy readings of tokens; a token that is no Chinese character stands for itself. 到账 and 道张 read the same. */
export function soundsOf(tokens: readonly string[]): string[] {
  return tokens.map((token) => (token.charAt(0) > '\u2fff' ? (SOUNDS.get(token)?.fuzzy ?? token) : token));
}
