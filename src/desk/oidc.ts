import type { Role } from './actions';
import { type Agent, CAPACITY } from './agents';
import { personOf } from './people';
import type { Colleague } from './roster';

/** Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, all by openid-client; and who a proven person is at the desk. */

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  /** Names the person as `account` does in the agents file. */
  readonly claim: string;
  /** Holds roles or groups. */
  readonly roleClaim: string;
  readonly roles: readonly { readonly role: Role; readonly value: string }[];
}

/** What the browser must bring back: kept from it by a seal. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

export interface Oidc {
  /** Where the browser is to go. Throws when the provider cannot be reached. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly flow: Flow }>;
  /** `back`: the address the browser came back to. Throws whenever anything is not as it must be. */
  finish(back: URL, flow: Flow): Promise<Claims>;
}

const TIMEOUT_S = 10;

/** The provider is asked for its addresses and keys when somebody first signs in, and again when that failed. */
export function createOidc({ issuer, clientId, clientSecret }: OidcSettings): Oidc {
  let known: Promise<Awaited<ReturnType<typeof discover>>> | undefined;

  async function discover() {
    // The package is an ES module, which our CommonJS may import but on Node 20 not always require.
    const client = await import('openid-client');
    const url = new URL(issuer);
    const config = await client.discovery(url, clientId, clientSecret, undefined, {
      timeout: TIMEOUT_S,
      // The signature counts, not the connection alone; plain http is for this machine, as the settings check.
      execute: [client.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : [])],
    });
    return { client, config };
  }

  function provider(): ReturnType<typeof discover> {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  return {
    async begin(redirectUri) {
      const { client, config } = await provider();
      const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        // On a shared machine the next shift is not to come in as the last one.
        prompt: 'select_account',
      });
      return { url: url.href, flow };
    },
    async finish(back, { state, nonce, verifier }) {
      const { client, config } = await provider();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const claims = (await client.authorizationCodeGrant(config, back, checks)).claims();
      if (!claims) throw new Error('no id token');
      return claims;
    },
  };
}

/** The agent of the file with this account, or a colleague by the roles the provider gives; undefined: a stranger here. */
export function colleagueOf(
  claims: Claims,
  { claim, roleClaim, roles }: Pick<OidcSettings, 'claim' | 'roleClaim' | 'roles'>,
  agents: readonly Agent[],
): Colleague | undefined {
  const account = claims[claim];
  const isProven = claim !== 'email' || claims.email_verified !== false;
  const found = typeof account === 'string' && isProven && agents.find((one) => one.account === account.trim().toLowerCase());
  if (found) return found;
  const held: readonly unknown[] = [claims[roleClaim]].flat();
  const given = roles.filter(({ value }) => held.includes(value)).map(({ role }) => role);
  const role = (['admin', 'lead', 'agent'] as const).find((one) => given.includes(one));
  const { iss, sub, name } = claims;
  const source = `${iss} ${sub}`;
  return role && { ...personOf({ prefix: 'O', source, name: typeof name === 'string' ? name : '' }), role, capacity: CAPACITY };
}
