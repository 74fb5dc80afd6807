import type { Understanding } from '../recognizer';

/** Longest text that may be the first part of a burst. */
const LONGEST = 6;

/**
 * Whether a text carries neither intent, nor fact, nor an answer, so that more of it may follow.
 * `outside`: how likely it is of something else altogether, which is no fragment however short.
 */
export function isFragment(understanding: Omit<Understanding, 'fragment'>, normalized: string, outside: number): boolean {
  const { intent, decided, slots, signals, reply, command, transactions } = understanding;
  if (reply || command || slots.length + signals.length + transactions.length > 0) return false;
  if (decided === undefined) return true;
  return normalized.length <= LONGEST && decided !== intent && outside < 0.5;
}
