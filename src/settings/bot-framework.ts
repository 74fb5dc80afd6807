import { z } from 'zod';
import { safeUrl, yesNo } from './kinds';

/** Settings of the bot registration in Azure, under the SDK's names. */

const APP_TYPES = ['MultiTenant', 'SingleTenant', 'UserAssignedMSI'] as const;

const text = z.string().optional();

export const BOT_FRAMEWORK_SETTINGS = z.object({
  ALLOW_ANONYMOUS: yesNo.describe(
    'Without MicrosoftAppId only callers on this machine are let in; true lets in everyone. Never on an open network.',
  ),
  MicrosoftAppType: z
    .string()
    .refine((value) => appTypeOf(value) !== undefined, `must be one of ${APP_TYPES.join(', ')}`)
    .prefault('MultiTenant')
    .describe(`Kind of registration: ${APP_TYPES.join(', ')}.`),
  MicrosoftAppId: text.describe('App id of the bot registration; empty switches authentication off.'),
  MicrosoftAppPassword: text.describe('Client secret; not used with a certificate or UserAssignedMSI.'),
  MicrosoftAppTenantId: text.describe('Tenant of the registration; needed by SingleTenant and UserAssignedMSI.'),
  CertificateThumbprint: text.describe('Thumbprint of a certificate used instead of the client secret.'),
  CertificatePrivateKey: text.describe('Its private key in PEM form; write line breaks as \\n.'),
});

export const OTHER_CLOUD_SETTINGS = z.object({
  ToChannelFromBotLoginUrl: safeUrl.describe('Where tokens for outgoing calls come from; empty is the public cloud, as for all below.'),
  ToChannelFromBotOAuthScope: text.describe('Scope of tokens for outgoing calls.'),
  ToBotFromChannelTokenIssuer: text.describe('Issuer of the tokens of incoming calls.'),
  OAuthUrl: safeUrl.describe('Token service of user sign-in.'),
  ToBotFromChannelOpenIdMetadataUrl: safeUrl.describe('OpenID metadata with the keys of channels.'),
  ToBotFromEmulatorOpenIdMetadataUrl: safeUrl.describe('OpenID metadata with the keys of the Emulator.'),
  CallerId: text.describe('Caller id written on incoming activities.'),
});

type Settings = z.infer<typeof BOT_FRAMEWORK_SETTINGS> & z.infer<typeof OTHER_CLOUD_SETTINGS>;

/** Ready for the SDK's configuration classes. Without `MicrosoftAppId` authentication is off. */
export type BotFrameworkSettings = Readonly<Settings>;

/** The settings as the SDK wants them: the kind of registration in its spelling, the key with its line breaks. */
export function botFrameworkOf(settings: Settings): BotFrameworkSettings {
  return Object.freeze({
    ...settings,
    MicrosoftAppType: appTypeOf(settings.MicrosoftAppType) ?? 'MultiTenant',
    CertificatePrivateKey: settings.CertificatePrivateKey?.replaceAll('\\n', '\n'),
  });
}

/** The registration kinds need different settings; the SDK would throw at the first message or quietly let everyone in. */
export function botFrameworkFaults(values: Readonly<Record<string, string | undefined>>): string[] {
  const appType = appTypeOf(values.MicrosoftAppType ?? 'MultiTenant');
  const given = (...names: readonly string[]) => names.filter((name) => values[name] !== undefined);
  const needs = (why: string, ...names: readonly string[]) =>
    names.filter((name) => values[name] === undefined).map((name) => `${name}: is needed ${why}`);
  const secrets = given('MicrosoftAppPassword', 'CertificateThumbprint', 'CertificatePrivateKey');
  if (values.MicrosoftAppId === undefined) {
    const [first] = [...secrets, ...given('MicrosoftAppTenantId')];
    if (first !== undefined) return needs(`because ${first} is set`, 'MicrosoftAppId');
    return appType === 'MultiTenant' || appType === undefined ? [] : needs(`with MicrosoftAppType=${appType}`, 'MicrosoftAppId');
  }
  if (appType === 'UserAssignedMSI') {
    const extra = secrets.map((name) => `${name}: must be empty with MicrosoftAppType=UserAssignedMSI`);
    return [...needs('with MicrosoftAppType=UserAssignedMSI', 'MicrosoftAppTenantId'), ...extra];
  }
  const certificate = given('CertificateThumbprint', 'CertificatePrivateKey');
  return [
    ...(appType === 'SingleTenant' ? needs('with MicrosoftAppType=SingleTenant', 'MicrosoftAppTenantId') : []),
    ...(certificate.length > 0 ? needs('with a certificate', 'CertificateThumbprint', 'CertificatePrivateKey') : []),
    ...(certificate.length > 0 ? [] : needs('with MicrosoftAppId (or a certificate)', 'MicrosoftAppPassword')),
  ];
}

function appTypeOf(value: string): (typeof APP_TYPES)[number] | undefined {
  return APP_TYPES.find((one) => one.toLowerCase() === value.trim().toLowerCase());
}
