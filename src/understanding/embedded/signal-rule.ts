import type { Signal } from '../../domain/slots';

/** One wording of a signal. */
export interface SignalRule {
  readonly signal: Signal;
  readonly when: RegExp;
  /** Takes the sign back when it is in the same clause: a negation, a question, another matter. */
  readonly not?: RegExp;
}
export const rule = (signal: Signal, when: RegExp, not?: RegExp): SignalRule => ({ signal, when, ...(not ? { not } : {}) });
