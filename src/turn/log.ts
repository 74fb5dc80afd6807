/** One JSON object for each event; never the text of a message. */
export type Log = (entry: { readonly event: string; readonly [field: string]: string | number | boolean | undefined }) => void;

/** The stable code of any error, for a log. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'UNKNOWN';
}
