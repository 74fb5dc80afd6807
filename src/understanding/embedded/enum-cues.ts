import type { EnumSlot } from '../../domain/slots';

/** One wording of a value: found in a clause, unless `not` is in the same clause. */
export interface Cue {
  readonly value: string;
  readonly when: RegExp;
  readonly not?: RegExp;
}
/** Wordings by slot. */
export type CueTable = { readonly [S in EnumSlot]?: readonly Cue[] };
/** A wording; `not` takes it back. */
export const cue = (value: string, when: RegExp, not?: RegExp): Cue => ({ value, when, ...(not ? { not } : {}) });
