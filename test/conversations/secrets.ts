import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isResidentId, passesLuhn } from '../../src/domain/digits';

/** A number this short turns up by chance in ids and times; it is looked for where a value or a sentence would have it. */
const SHORT = 5;

/** Secrets as they may be found again: as typed, as digits alone, in fours, and in full width. */
export function formsOf(secret: string): readonly string[] {
  const bare = secret.normalize('NFKC').replace(/[\s-]/g, '');
  if (bare.length <= SHORT) return [`"${bare}"`, `位${bare}`, `期${bare}`, ` ${bare} `];
  const quads = bare.replace(/(\d{4})(?=\d)/g, '$1 ');
  const wide = bare.replace(/[\dA-Z]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
  return [...new Set([secret, bare, wide, ...(bare.length > 8 ? [quads, quads.replaceAll(' ', '-')] : [])])];
}

/** A short code inside a longer run of letters and digits is a part of some id by chance. */
function holds(text: string, form: string): boolean {
  return /^\d{1,8}$/.test(form) ? new RegExp(`(?<![\\dA-Za-z])${form}(?![\\dA-Za-z])`).test(text) : text.includes(form);
}

/** Which of the secrets are in a text. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => holds(text, form)));
}

/** Numbers that look like a full card or an ID number, but for those that are known to be something else. */
export function accountNumbersIn(text: string, known: readonly string[]): readonly string[] {
  const runs = text.match(/(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])|(?<!\d)\d{17}[\dXx](?!\d)/g) ?? [];
  return runs.filter((run) => {
    const digits = run.replace(/[ -]/g, '');
    if (known.some((one) => one.includes(digits))) return false;
    return /^\d{13,19}$/.test(digits) ? passesLuhn(digits) || isResidentId(digits.toLowerCase()) : isResidentId(digits.toLowerCase());
  });
}

/** Files below a folder that hold a secret, byte by byte in UTF-8 and UTF-16. */
export function filesWith(directory: string, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => formsOf(secret).map((form) => ({ secret, form })));
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      const text = bytes.toString('latin1');
      return forms
        .filter(({ form }) => holds(text, Buffer.from(form).toString('latin1')) || bytes.includes(Buffer.from(form, 'utf16le')))
        .map(({ secret }) => `${entry.name}: ${secret}`);
    });
}
