import { z } from 'zod';
import { isLoopbackHost } from '../channels/loopback';

/** Kinds of values that settings share. */

/** Digits alone; `standard` when it is not set. */
export const wholeNumber = (min: number, max: number, standard: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .prefault(String(standard));
};

/** `false` when it is not set. */
export const yesNo = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .prefault('false')
  .transform((value) => value === 'true');

/** One of some words; the first when it is not set. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` }).prefault(values[0]);

/** Keys and tokens come from here, so plain http is for this machine only. */
export const safeUrl = z.string().refine(isSafeUrl, 'must be an https URL (http only on a loopback address)').optional();

/** Encrypted, or not leaving this machine. */
export function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
