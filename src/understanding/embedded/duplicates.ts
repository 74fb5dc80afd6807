import { tokensOf } from './tokens';

/** Share of common bigrams from which two texts count as the same sentence. */
const NEAR = 0.8;
/** Below this many tokens texts are compared as wholes: 「可以的」 and 「可以」 are two answers. */
const SHORT = 6;

interface Shape {
  readonly whole: string;
  readonly bigrams: ReadonlySet<string>;
}

function shapeOf(text: string): Shape {
  const tokens = tokensOf(text.normalize('NFKC').toLowerCase());
  return { whole: tokens.join(' '), bigrams: new Set(tokens.slice(1).map((token, i) => `${tokens[i]} ${token}`)) };
}

/** Jaccard similarity of the bigrams, 0…1. */
function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const bigram of a) if (b.has(bigram)) common += 1;
  return common / (a.size + b.size - common);
}

export interface Duplicate {
  /** Places in the list given. */
  readonly first: number;
  readonly again: number;
  /** 1 when they are the same but for punctuation, case, width and numbers of one length. */
  readonly similarity: number;
}

/** Texts that repeat an earlier one, exactly or nearly; each is named once, with the earliest it repeats. Bare numbers repeat nothing. */
export function findDuplicates(texts: readonly string[]): Duplicate[] {
  const shapes = texts.map((text) => shapeOf(text));
  const byWhole = new Map<string, number>();
  const byBigram = new Map<string, number[]>();
  return shapes.flatMap(({ whole, bigrams }, again) => {
    if (/^(<\w+> ?)*$/.test(whole)) return [];
    const same = byWhole.get(whole);
    if (same !== undefined) return [{ first: same, again, similarity: 1 }];
    byWhole.set(whole, again);
    if (bigrams.size < SHORT) return [];
    const shared = new Map<number, number>();
    for (const bigram of bigrams) {
      const holders = byBigram.get(bigram) ?? [];
      for (const holder of holders) shared.set(holder, (shared.get(holder) ?? 0) + 1);
      byBigram.set(bigram, [...holders, again]);
    }
    const near = [...shared.keys()]
      .sort((a, b) => a - b)
      .map((first) => ({ first, again, similarity: similarity(shapes[first]?.bigrams ?? new Set(), bigrams) }));
    const found = near.find((one) => one.similarity >= NEAR);
    return found ? [found] : [];
  });
}
