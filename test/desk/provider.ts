import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenID provider on this machine, as strict as a real one; a test bends the next id token it issues. */
export interface Provider {
  readonly issuer: string;
  /** Who is signed in there. */
  claims: Record<string, unknown>;
  /** What the next id tokens have instead of what is right; undefined takes a part away. */
  bent: { readonly header?: object; readonly claims?: object };
  /** Signs with a key that is not among the published ones. */
  signsWithForeignKey: boolean;
  /** Whether it answers at all. */
  isUp: boolean;
  /** Signs the person in, as /authorize does; returns the address the browser is sent back to. */
  visit(url: string): URL;
  close(): Promise<void>;
}

interface Grant {
  readonly challenge: string;
  readonly redirect: string;
  readonly nonce: string;
}

const CLIENT = { id: 'the-desk', secret: 'a-secret-of-the-desk' };

export async function openProvider(): Promise<Provider> {
  const grants = new Map<string, Grant>();
  const [own, foreign] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  if (!own || !foreign) throw new Error('no keys');
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!provider.isUp) return response.destroy();
    const path = request.url ?? '';
    if (path === '/.well-known/openid-configuration') return answer(200, discovery());
    if (path === '/jwks')
      return answer(200, { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
    if (path.startsWith('/authorize?')) return response.writeHead(302, { location: provider.visit(issuer + path).href }).end();
    if (path === '/token' && request.method === 'POST') return answer(...token(await formOf(request)));
    return answer(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const discovery = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });

  function token(form: URLSearchParams): [number, unknown] {
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const isClient = form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
    if (!isClient) return [401, { error: 'invalid_client' }];
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.challenge !== verifier || grant.redirect !== form.get('redirect_uri')) return [400, { error: 'invalid_grant' }];
    return [200, { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken(grant) }];
  }

  function idToken({ nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: 'RS256', kid: 'one', ...provider.bent.header };
    const claims = {
      iss: issuer,
      aud: CLIENT.id,
      sub: 'sub-1',
      iat: now,
      exp: now + 300,
      nonce,
      ...provider.claims,
      ...provider.bent.claims,
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const content = `${encode(header)}.${encode(claims)}`;
    if (header.alg === 'none') return `${content}.`;
    const key = (provider.signsWithForeignKey ? foreign : own)?.privateKey;
    if (!key) throw new Error('no key');
    return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
  }

  const provider: Provider = {
    issuer,
    claims: {},
    bent: {},
    signsWithForeignKey: false,
    isUp: true,
    visit(url) {
      const asked = new URL(url).searchParams;
      const need = (name: string) => asked.get(name) ?? `no ${name}`;
      const code = randomUUID();
      grants.set(code, { challenge: need('code_challenge'), redirect: need('redirect_uri'), nonce: need('nonce') });
      const back = new URL(need('redirect_uri'));
      back.search = new URLSearchParams({ code, state: need('state') }).toString();
      return back;
    },
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
  return provider;
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** The desk's settings for it. */
export function settingsFor({ issuer }: Provider, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { DESK_OIDC_ISSUER: issuer, DESK_OIDC_CLIENT_ID: CLIENT.id, DESK_OIDC_CLIENT_SECRET: CLIENT.secret, ...more };
}
