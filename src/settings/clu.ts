import { z } from 'zod';
import type { CluMode, CluSettings } from '../understanding/clu';

/** Settings of Azure CLU (conversational language understanding), asked where the embedded recognizer is unsure. */

const text = z.string().optional();

export const CLU_SETTINGS = z.object({
  CLU_MODE: z
    .enum(['never', 'unsure', 'always'], { error: 'must be never, unsure or always' })
    .prefault('unsure')
    .describe('When Azure CLU is asked, if CLU_ENDPOINT is set: never, unsure (only where the embedded recognizer is), always.'),
  CLU_ENDPOINT: text.describe('https://NAME.cognitiveservices.azure.com; empty asks nobody. Masked text leaves the machine; see README.'),
  CLU_KEY: text.describe('Key of the Language resource; empty signs in with Microsoft Entra ID as the environment or the machine says.'),
  CLU_PROJECT: text.describe('Project made from the file of `npm run clu:export`.'),
  CLU_DEPLOYMENT: text.describe('Name of its deployment.'),
});

type Settings = z.infer<typeof CLU_SETTINGS>;

/** Undefined: nobody is asked. */
export type CluConfig = Omit<CluSettings, 'credential'> & { readonly mode: CluMode; readonly key: string | undefined };

export function takeClu<T extends Settings>(settings: T) {
  const { CLU_MODE: mode, CLU_ENDPOINT: endpoint, CLU_KEY: key, CLU_PROJECT: project, CLU_DEPLOYMENT: deployment, ...rest } = settings;
  const clu: CluConfig | undefined =
    endpoint && project && deployment ? Object.freeze({ mode, endpoint, key, project, deployment }) : undefined;
  return { clu, rest };
}

/** An endpoint is of no use without its project and deployment, and text goes nowhere in the clear. */
export function cluFaults(values: Readonly<Record<string, string | undefined>>, isSafeUrl: (url: string) => boolean): readonly string[] {
  const { CLU_ENDPOINT } = values;
  if (CLU_ENDPOINT === undefined) return [];
  const missing = ['CLU_PROJECT', 'CLU_DEPLOYMENT'].filter((name) => values[name] === undefined);
  return [
    ...(isSafeUrl(CLU_ENDPOINT) ? [] : ['CLU_ENDPOINT: must be an https URL (http only on a loopback address)']),
    ...missing.map((name) => `${name}: is needed with CLU_ENDPOINT`),
  ];
}
