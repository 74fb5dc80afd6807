import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { strToU8, zipSync } from 'fflate';
import { colourIcon, outlineIcon } from './icons';

/** Whose app it is. */
export interface Registration {
  /** App id of the bot registration, a GUID; the id of the Teams app too. */
  readonly appId: string;
  /** Host name of this server, without scheme. */
  readonly host: string;
}

export type Packed = { readonly kind: 'ok'; readonly zip: Uint8Array } | { readonly kind: 'refused'; readonly faults: readonly string[] };

const SCHEMAS = path.join(path.dirname(require.resolve('@microsoft/app-manifest')), 'json-schemas', 'teams');

/** The app for Teams as a zip: the manifest with its languages, checked against Microsoft's schemas, and the icons. */
export function packApp(registration: Registration): Packed {
  const manifest = filled('manifest.json', registration);
  const english = filled('en.json', registration);
  const faults = [
    ...registrationFaults(registration),
    ...schemaFaults(manifest, 'MicrosoftTeams.schema.json'),
    ...schemaFaults(english, 'MicrosoftTeams.Localization.schema.json'),
  ];
  if (faults.length > 0) return { kind: 'refused', faults };
  const files = {
    'manifest.json': strToU8(JSON.stringify(manifest, null, 2)),
    'en.json': strToU8(JSON.stringify(english, null, 2)),
    'color.png': colourIcon(),
    'outline.png': outlineIcon(),
  };
  return { kind: 'ok', zip: zipSync(files) };
}

type Manifest = Readonly<Record<string, unknown>> & { readonly $schema: string };

function filled(name: string, { appId, host }: Registration): Manifest {
  const source = readFileSync(path.join(__dirname, name), 'utf8');
  return JSON.parse(source.replaceAll('{{APP_ID}}', appId).replaceAll('{{HOST}}', host));
}

function registrationFaults({ appId, host }: Registration): readonly string[] {
  const isGuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(appId);
  const isHost = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/i.test(host);
  return [...(isGuid ? [] : ['the app id is no GUID']), ...(isHost ? [] : ['the host is no host name such as bot.example.com'])];
}

/** Faults against the schema of the version that the manifest names; from the package, so no network is needed. */
export function schemaFaults(manifest: Manifest, schema: string): readonly string[] {
  const version = /\/teams\/(v[\d.]+)\//.exec(manifest.$schema)?.[1] ?? '';
  const source = JSON.parse(readFileSync(path.join(SCHEMAS, version, schema), 'utf8'));
  // Some patterns of the schemas are no regular expressions in Unicode mode.
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats(ajv as never);
  const validate = ajv.compile(source);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${schema}: ${instancePath || '/'} ${message}`);
}
