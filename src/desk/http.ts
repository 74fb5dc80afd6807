import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request with the parameters of its path. */
export type DeskRequest = IncomingMessage & { readonly params?: Readonly<Record<string, string>> };

/** The HTTP answer; `stream` writes it itself. */
export interface DeskReply {
  readonly status: number;
  readonly body?: unknown;
  /** A page, when there is no `body`. */
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stream?: (response: ServerResponse) => void;
}

/** Stable codes of refusals, with their status. 401 has no body: who is not signed in learns nothing. */
const STATUS = {
  BAD_JSON: 400,
  BAD_INPUT: 400,
  SIGN_IN_FAILED: 403,
  FORBIDDEN: 403,
  CROSS_SITE: 403,
  NOT_FOUND: 404,
  WRONG_OWNER: 409,
  DESK_FULL: 409,
  TOO_LARGE: 413,
  TOO_MANY: 429,
} as const;
export type ErrorCode = keyof typeof STATUS;

/** `more` are further facts, such as the owner. */
export function refuse(code: ErrorCode, more: object = {}, headers: Readonly<Record<string, string>> = {}): DeskReply {
  return { status: STATUS[code], body: { error: { code, ...more } }, headers };
}

const MAX_BODY = 64 * 1024;

/** The body as JSON, of at most `limit` bytes; an empty one is an empty object. */
export async function readJson(
  request: DeskRequest,
  limit = MAX_BODY,
): Promise<{ readonly value: unknown } | { readonly refused: DeskReply }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return { refused: refuse('TOO_LARGE') };
    chunks.push(chunk);
  }
  if (size === 0) return { value: {} };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { refused: refuse('BAD_JSON') };
  }
}

/** A cookie of ours. `Lax` also comes along when another site sends the browser here. */
interface Cookie {
  readonly name: string;
  readonly path: string;
  readonly sameSite: 'Strict' | 'Lax';
}
export const SESSION_COOKIE: Cookie = { name: 'daozhang-desk', path: '/api/desk', sameSite: 'Strict' };

/** The value of a cookie; undefined without one. */
export function cookieOf({ headers }: IncomingMessage, { name }: Cookie = SESSION_COOKIE): string | undefined {
  const found = (headers.cookie ?? '').split(';').map((one) => one.trim().split('='));
  return found.find(([given]) => given === name)?.[1];
}

/** Out of reach of scripts; over TLS only where the request came by it. */
export function cookieHeader(
  value: string,
  { secure, maxAgeMs }: { readonly secure: boolean; readonly maxAgeMs: number },
  { name, path, sameSite }: Cookie = SESSION_COOKIE,
): string {
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', `SameSite=${sameSite}`, `Max-Age=${Math.floor(maxAgeMs / 1000)}`];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/** Whether a browser says that another site made it send this. */
export function isCrossSite({ headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** Parameters of the query. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}
