import { type Activity, ConfigurationBotFrameworkAuthentication, ConfigurationServiceClientCredentialFactory } from 'botbuilder';
import type { TokenSource } from '../connector';
import { isLoopbackHost } from '../loopback';

/** The caller has not proved who it is. The text never says why. */
export class CloudUnauthorizedError extends Error {
  readonly code = 'CLOUD_UNAUTHORIZED';
  constructor(options?: { readonly cause?: unknown }) {
    super('the caller has not proved who it is', options);
    this.name = 'CloudUnauthorizedError';
  }
}

/** The public cloud. The SDK takes these settings all or none, so what the operator left empty is filled from here. */
const PUBLIC_CLOUD = {
  ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
  ToChannelFromBotOAuthScope: 'https://api.botframework.com',
  ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
  OAuthUrl: 'https://api.botframework.com',
  ToBotFromChannelOpenIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  ToBotFromEmulatorOpenIdMetadataUrl: 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
  CallerId: 'urn:botframework:azure',
} as const;

/** Tenants that issue the Emulator's tokens, as listed in the SDK's tokenValidationParameters.js. */
const EMULATOR_TENANTS = [
  'd6d49420-f39b-4df7-a1dc-d59a935871db',
  'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  '72f988bf-86f1-41af-91ab-2d7cd011db47',
  'cab8a31a-1906-4287-a0d8-4eef66b95f6e',
];
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

type SdkSetting =
  | keyof typeof PUBLIC_CLOUD
  | 'MicrosoftAppType'
  | 'MicrosoftAppId'
  | 'MicrosoftAppPassword'
  | 'MicrosoftAppTenantId'
  | 'CertificateThumbprint'
  | 'CertificatePrivateKey';
/** The SDK's settings under their own names; without MicrosoftAppId authentication is off. */
export type RegistrationSettings = { readonly [Name in SdkSetting]?: string | undefined };
/** The same, nothing of the cloud left open. */
export type Registration = { readonly [Name in SdkSetting]?: string } & { readonly [Name in keyof typeof PUBLIC_CLOUD]: string };

/** Settings with the public cloud for what is empty. */
export function completeSettings(settings: RegistrationSettings): Registration {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...PUBLIC_CLOUD, ...Object.fromEntries(given) };
}

/**
 * The SDK's check of a request, with what it leaves out: a token must expire, be meant for this bot and name the service it comes
 * from. Whatever fails, also inside the SDK, is CloudUnauthorizedError. Without an app id everyone passes: see cloud.ts.
 */
export class GuardedAuthentication extends ConfigurationBotFrameworkAuthentication {
  constructor(private readonly settings: Registration) {
    super({ ...settings });
  }

  override async authenticateRequest(
    activity: Activity,
    authHeader: string,
  ): ReturnType<ConfigurationBotFrameworkAuthentication['authenticateRequest']> {
    const appId = this.settings.MicrosoftAppId;
    if (appId !== undefined && !isPlausible(authHeader, activity, { ...this.settings, MicrosoftAppId: appId })) {
      throw new CloudUnauthorizedError();
    }
    try {
      return await super.authenticateRequest(activity, authHeader);
    } catch (cause) {
      throw new CloudUnauthorizedError({ cause });
    }
  }
}

/** Checks of the claims, before the SDK proves the signature and the times. */
function isPlausible(authHeader: string, activity: Activity, settings: Registration & { readonly MicrosoftAppId: string }): boolean {
  const [, header, payload] = /^Bearer ([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(authHeader) ?? [];
  const { alg } = decode(header);
  const { aud, exp, iss, serviceurl, tid } = decode(payload);
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) return false;
  if (aud !== settings.MicrosoftAppId || typeof exp !== 'number' || typeof iss !== 'string') return false;
  const tenants = [...EMULATOR_TENANTS, ...(settings.MicrosoftAppTenantId === undefined ? [] : [settings.MicrosoftAppTenantId])];
  // The SDK adds the issuers of any tenant named in an unproven token to a list it keeps for ever.
  if (tid !== undefined && !(typeof tid === 'string' && tenants.includes(tid))) return false;
  if (iss === settings.ToBotFromChannelTokenIssuer)
    return typeof serviceurl === 'string' && serviceurl !== '' && serviceurl === activity.serviceUrl;
  // A token of the bot's own registration, as the Emulator sends it, names no service.
  return issuersOf(tenants).includes(iss) && activity.channelId === 'emulator' && isEmulatorUrl(activity.serviceUrl);
}

function issuersOf(tenants: readonly string[]): readonly string[] {
  return tenants.flatMap((tenant) => [
    `https://sts.windows.net/${tenant}/`,
    `https://login.microsoftonline.com/${tenant}/v2.0`,
    `https://login.microsoftonline.us/${tenant}/`,
    `https://login.microsoftonline.us/${tenant}/v2.0`,
  ]);
}

/** On this machine, or through a tunnel. */
function isEmulatorUrl(serviceUrl: string | undefined): boolean {
  if (!serviceUrl || !URL.canParse(serviceUrl)) return false;
  const { protocol, hostname } = new URL(serviceUrl);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

function decode(part: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Tokens for outgoing calls from the registration's credentials (secret, certificate or managed identity), undefined without an app
 * id. The SDK keeps a token until five minutes before it expires; calls at the same time share one request.
 */
export function createTokenSource(
  settings: Registration,
  factory: Pick<ConfigurationServiceClientCredentialFactory, 'createCredentials'> = new ConfigurationServiceClientCredentialFactory({
    ...settings,
  }),
): TokenSource | undefined {
  const appId = settings.MicrosoftAppId;
  if (appId === undefined) return undefined;
  const credentials = factory.createCredentials(appId, settings.ToChannelFromBotOAuthScope, settings.ToChannelFromBotLoginUrl, true);
  let pending: Promise<string> | undefined;
  return ({ renew }) => {
    pending ??= credentials
      .then((one) => tokenOf(one, renew))
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };
}

function tokenOf(credentials: object, renew: boolean): Promise<string> {
  if ('getToken' in credentials && typeof credentials.getToken === 'function') return credentials.getToken(renew);
  throw new TypeError('these credentials give no token');
}
