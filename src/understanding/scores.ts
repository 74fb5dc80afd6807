/** One text with what it is and what was made of it. */
export interface Scored {
  readonly intent: string;
  readonly register: string;
  /** Best in-scope intent, '' when none. */
  readonly found: string;
  readonly confidence: number;
  /** Intent acted on, clarify, out_of_scope, or '' . */
  readonly decided: string;
  readonly ms: number;
}

export interface ClassScore {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly count: number;
}

const OUT = 'out_of_scope';

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function classScore(name: string, inScope: readonly Scored[]): ClassScore {
  const truly = inScope.filter(({ intent }) => intent === name);
  const found = inScope.filter((scored) => scored.found === name);
  const right = truly.filter((scored) => scored.found === name).length;
  const precision = ratio(right, found.length);
  const recall = ratio(right, truly.length);
  return { name, precision, recall, f1: ratio(2 * right, truly.length + found.length), count: truly.length };
}

/** Probability that an in-scope text has a higher confidence than one out of scope; ties count half. */
function areaUnderCurve(inScope: readonly Scored[], outside: readonly Scored[]): number {
  const ordered = [...inScope, ...outside].map(({ confidence }) => confidence).sort((a, b) => a - b);
  const rankOf = new Map<number, number>();
  for (let i = 0; i < ordered.length; ) {
    let end = i;
    while (end < ordered.length && ordered[end] === ordered[i]) end += 1;
    rankOf.set(ordered[i] ?? 0, (i + 1 + end) / 2);
    i = end;
  }
  const ranks = inScope.reduce((sum, { confidence }) => sum + (rankOf.get(confidence) ?? 0), 0);
  return ratio(ranks - (inScope.length * (inScope.length + 1)) / 2, inScope.length * outside.length);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Figures of a test set; shares are 0…1. */
export interface Scores {
  readonly texts: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly byIntent: readonly ClassScore[];
  /** In-scope accuracy by register. */
  readonly byRegister: readonly { readonly register: string; readonly accuracy: number; readonly count: number }[];
  readonly outside: {
    readonly count: number;
    readonly auroc: number;
    /** Texts out of scope that were turned away. */
    readonly recall: number;
    /** Texts out of scope that an intent was acted on for. */
    readonly acted: number;
    /** In-scope texts turned away. */
    readonly wrongRejects: number;
  };
  /** Of the in-scope texts acted on, the right ones; and how many were acted on. */
  readonly acted: { readonly precision: number; readonly share: number };
  readonly confusions: readonly { readonly intent: string; readonly found: string; readonly count: number }[];
  readonly ms: { readonly p50: number; readonly p99: number };
}

function byRegister(inScope: readonly Scored[]): Scores['byRegister'] {
  const registers = [...new Set(inScope.map(({ register }) => register))].sort();
  return registers.map((register) => {
    const own = inScope.filter((scored) => scored.register === register);
    return { register, accuracy: ratio(own.filter(({ intent, found }) => intent === found).length, own.length), count: own.length };
  });
}

function confusionsOf(inScope: readonly Scored[]): Scores['confusions'] {
  const counts = new Map<string, number>();
  for (const { intent, found } of inScope)
    if (intent !== found) counts.set(`${intent}\t${found}`, (counts.get(`${intent}\t${found}`) ?? 0) + 1);
  return [...counts]
    .map(([pair, count]) => ({ intent: pair.split('\t')[0] ?? '', found: pair.split('\t')[1] ?? '', count }))
    .sort((a, b) => b.count - a.count);
}

/** Scores a recognizer's answers. Intent figures are of the in-scope texts; macro-F1 is the mean over the intents present. */
export function scoresOf(all: readonly Scored[]): Scores {
  const inScope = all.filter(({ intent }) => intent !== OUT);
  const outside = all.filter(({ intent }) => intent === OUT);
  const byIntent = [...new Set(inScope.map(({ intent }) => intent))].sort().map((name) => classScore(name, inScope));
  const rejected = (scored: Scored): boolean => scored.decided === OUT;
  const acts = (scored: Scored): boolean => scored.decided !== '' && scored.decided !== 'clarify' && !rejected(scored);
  const acted = inScope.filter(acts);
  return {
    texts: all.length,
    accuracy: ratio(inScope.filter(({ intent, found }) => intent === found).length, inScope.length),
    macroF1: ratio(
      byIntent.reduce((sum, { f1 }) => sum + f1, 0),
      byIntent.length,
    ),
    byIntent,
    byRegister: byRegister(inScope),
    outside: {
      count: outside.length,
      auroc: areaUnderCurve(inScope, outside),
      recall: ratio(outside.filter(rejected).length, outside.length),
      acted: ratio(outside.filter(acts).length, outside.length),
      wrongRejects: ratio(inScope.filter(rejected).length, inScope.length),
    },
    acted: {
      precision: ratio(acted.filter(({ intent, decided }) => intent === decided).length, acted.length),
      share: ratio(acted.length, inScope.length),
    },
    confusions: confusionsOf(inScope),
    ms: {
      p50: percentile(
        all.map(({ ms }) => ms),
        0.5,
      ),
      p99: percentile(
        all.map(({ ms }) => ms),
        0.99,
      ),
    },
  };
}
