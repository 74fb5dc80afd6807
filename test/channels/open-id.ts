import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenID issuer on this machine, in the place of login.botframework.com. */
export interface Issuer {
  readonly metadataUrl: string;
  readonly key: KeyObject;
  /** Its public key as PEM: what an HS256 forger would sign with. */
  readonly publicPem: string;
  close(): void;
}

export const KEY_ID = 'test-key';

/** `endorsements`: the channels its key may speak for; any when absent. */
export async function startIssuer(endorsements?: readonly string[]): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', ...(endorsements ? { endorsements } : {}) };
  const server = http.createServer((request, response) => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [jwk] } : { jwks_uri: `${base}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    metadataUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openid`,
    key: privateKey,
    publicPem: String(publicKey.export({ format: 'pem', type: 'spki' })),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface TokenParts {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly key: KeyObject;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** An RS256 token. */
export function signToken({ claims, key, header = {} }: TokenParts): string {
  const content = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY_ID, ...header })}.${part(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}

/** An HS256 token: the old trick of signing with the public key. */
export function signWithSecret(claims: Readonly<Record<string, unknown>>, secret: string): string {
  const content = `${part({ alg: 'HS256', typ: 'JWT', kid: KEY_ID })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** A token that claims to need no signature. */
export function unsigned(claims: Readonly<Record<string, unknown>>, signature = ''): string {
  return `${part({ alg: 'none', typ: 'JWT', kid: KEY_ID })}.${part(claims)}.${signature}`;
}
