import { z } from 'zod';
import type { Agent } from '../desk/agents';
import type { OidcSettings } from '../desk/oidc';
import { oneOf, safeUrl } from './kinds';

/** Settings of the desk: its people, how they sign in, who gets a case, and another help desk. */

const ROLES = /^(agent|lead|admin)=\S.{0,99}$/;
const text = z.string().optional();
const list = (value: string) => value.split(',').map((one) => one.trim());

export const DESK_SETTINGS = z.object({
  DESK_AGENTS: text.describe('File with the people of the desk; empty: a link that opens the desk once is printed at the start.'),
  DESK_KEY: text.describe('Key of machines for /api/desk, sent as "Authorization: Bearer KEY"; empty lets none in.'),
  DESK_ASSIGN: oneOf(['manual', 'auto']).describe(
    'Who gets a waiting case: manual (who accepts it) or auto (whoever of its queue is online and has the fewest).',
  ),
  DESK_OIDC_ISSUER: safeUrl.describe(
    'Sign-in by OpenID Connect: the issuer, such as https://login.microsoftonline.com/TENANT/v2.0; empty is off.',
  ),
  DESK_OIDC_CLIENT_ID: text.describe('Client id of the desk there; its redirect URI is https://HOST/api/desk/sign-in/oidc/callback.'),
  DESK_OIDC_CLIENT_SECRET: text.describe('Secret of that client; empty for a public one (PKCE is used with both).'),
  DESK_OIDC_CLAIM: z.string().prefault('email').describe('Claim that names a person as "account" does in the file of DESK_AGENTS.'),
  DESK_OIDC_ROLE_CLAIM: z.string().prefault('roles').describe('Claim with the roles or groups of a person.'),
  DESK_OIDC_ROLES: z
    .string()
    .refine((value) => list(value).every((one) => ROLES.test(one)), 'must be such as agent=Desk.Agent,lead=Desk.Lead,admin=Desk.Admin')
    .optional()
    .describe('What of that claim is which role (agent=Desk.Agent,lead=Desk.Lead); lets in people who are not in the file.'),
  HANDOFF_WEBHOOK_URL: safeUrl.describe('Another help desk that is told of every case with a signed POST; empty for none.'),
  HANDOFF_WEBHOOK_SECRET: text.describe('Signs those calls, 16 characters or more; needed with HANDOFF_WEBHOOK_URL.'),
});

/** How the desk is run. */
export interface DeskConfig {
  readonly key: string | undefined;
  /** Empty without a file. */
  readonly agents: readonly Agent[];
  readonly assigns: boolean;
  /** Undefined: off. */
  readonly oidc: OidcSettings | undefined;
  readonly webhook: { readonly url: string; readonly secret: string } | undefined;
}

/** Takes the desk's settings out of all settings; `agents` are those of the file. */
export function takeDesk<T extends z.infer<typeof DESK_SETTINGS>>(settings: T, agents: readonly Agent[]) {
  const { DESK_AGENTS: _, DESK_KEY, DESK_ASSIGN, HANDOFF_WEBHOOK_URL: url, HANDOFF_WEBHOOK_SECRET: secret, ...others } = settings;
  const { DESK_OIDC_ISSUER: issuer, DESK_OIDC_CLIENT_ID: clientId, DESK_OIDC_CLIENT_SECRET: clientSecret, ...claims } = others;
  const { DESK_OIDC_CLAIM: claim, DESK_OIDC_ROLE_CLAIM: roleClaim, DESK_OIDC_ROLES, ...rest } = claims;
  const roles = DESK_OIDC_ROLES === undefined ? [] : list(DESK_OIDC_ROLES).map(roleOf);
  const desk: DeskConfig = Object.freeze({
    key: DESK_KEY,
    agents,
    assigns: DESK_ASSIGN === 'auto',
    oidc: issuer && clientId ? Object.freeze({ issuer, clientId, clientSecret, claim, roleClaim, roles }) : undefined,
    webhook: url && secret ? { url, secret } : undefined,
  });
  return { desk, rest };
}

function roleOf(pair: string): OidcSettings['roles'][number] {
  const at = pair.indexOf('=');
  return { role: pair.slice(0, at) as OidcSettings['roles'][number]['role'], value: pair.slice(at + 1) };
}

/** What is of no use alone. */
export function deskFaults(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { HANDOFF_WEBHOOK_URL, HANDOFF_WEBHOOK_SECRET, DESK_OIDC_ISSUER, DESK_OIDC_CLIENT_ID, DESK_OIDC_ROLES, DESK_AGENTS } = values;
  const isSigned = HANDOFF_WEBHOOK_URL === undefined || /^\S{16,}$/.test(HANDOFF_WEBHOOK_SECRET ?? '');
  const isOidc = DESK_OIDC_ISSUER !== undefined;
  return [
    ...(isSigned ? [] : ['HANDOFF_WEBHOOK_SECRET: must be 16 characters or more with HANDOFF_WEBHOOK_URL']),
    ...(isOidc && DESK_OIDC_CLIENT_ID === undefined ? ['DESK_OIDC_CLIENT_ID: is needed with DESK_OIDC_ISSUER'] : []),
    ...(isOidc && DESK_OIDC_ROLES === undefined && DESK_AGENTS === undefined
      ? ['DESK_OIDC_ROLES: or DESK_AGENTS is needed with DESK_OIDC_ISSUER; otherwise nobody gets in']
      : []),
  ];
}
