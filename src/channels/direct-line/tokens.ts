import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Store } from '../../store/store';

/** What a token opens: the API, one socket, or (kept by our own page for its next visit) a new token of the same conversation. */
export type TokenUse = 'api' | 'stream' | 'resume';

/** Whom and what a token speaks for. */
export interface Bearer {
  readonly conversation: string;
  readonly user: string;
}

export type TokenCheck = { readonly kind: 'ok'; readonly bearer: Bearer } | { readonly kind: 'expired' | 'wrong' };

/** Signs and reads tokens: JWT with HS256, because DirectLineJS looks into it for the user. */
export interface Tokens {
  issue(use: TokenUse, bearer: Bearer): string;
  check(use: TokenUse, token: string): TokenCheck;
}

/** Seconds: as long as the channel of Azure gives; a socket is opened at once; a conversation is kept for 30 days. */
export const LIFETIME_S: Readonly<Record<TokenUse, number>> = { api: 1800, stream: 300, resume: 30 * 86_400 };

const HEADER = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
const LONGEST = 2048;

interface Claims {
  readonly aud: TokenUse;
  readonly conv: string;
  readonly user: string;
  readonly exp: number;
}

/** `clock` is ms since 1970. */
export function createTokens(key: Buffer, clock: () => number): Tokens {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    issue(use, { conversation, user }) {
      const iat = Math.floor(clock() / 1000);
      const claims = { aud: use, conv: conversation, user, iat, exp: iat + LIFETIME_S[use] };
      const signed = `${HEADER}.${base64url(JSON.stringify(claims))}`;
      return `${signed}.${sign(signed).toString('base64url')}`;
    },
    check(use, token) {
      const [header = '', payload = '', signature = '', ...rest] = token.length > LONGEST ? [] : token.split('.');
      if (header !== HEADER || rest.length > 0) return { kind: 'wrong' };
      if (!isSame(sign(`${header}.${payload}`), Buffer.from(signature, 'base64url'))) return { kind: 'wrong' };
      const { aud, conv, user, exp }: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      if (aud !== use) return { kind: 'wrong' };
      return exp * 1000 <= clock() ? { kind: 'expired' } : { kind: 'ok', bearer: { conversation: conv, user } };
    },
  };
}

const KEYS = 'direct-line-keys';

/** The signing key of all processes, made by the first one. */
export async function openKey(store: Store): Promise<Buffer> {
  const partition = store.partition(0);
  const found = await partition.get(KEYS, 'signing');
  if (found) return Buffer.from(String(found.value), 'base64url');
  await partition.commit({ kind: 'put', collection: KEYS, id: 'signing', value: randomBytes(32).toString('base64url'), expect: 0 });
  return openKey(store);
}

/** Compares secrets without telling by the time it takes how much of them was right. */
export function isSameSecret(given: string, secret: string): boolean {
  const hash = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
