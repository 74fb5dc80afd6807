import { createHash } from 'node:crypto';
import type { Person } from './actions';

const LETTERS = 'ACDEFGHJKMNPQRTUVWXY';
const MOST_NAME = 20;

/**
 * Somebody whom another system knows, as customers hear of him: a short id of letters that is always the same for `source`, and his name.
 * No digits in either: what customers read goes through the filter of numbers.
 */
export function personOf({ prefix, source, name }: { readonly prefix: string; readonly source: string; readonly name: string }): Person {
  const digest = createHash('sha256').update(source).digest();
  const id = `${prefix}-${[...digest.subarray(0, 6)].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`;
  return { id, name: [...name.replace(/[\d<>]/g, '').trim()].slice(0, MOST_NAME).join('') || id };
}
