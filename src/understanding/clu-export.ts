import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CLU_LANGUAGES, NONE } from './clu';
import { readCorpus, readHeldOut, type Utterance } from './embedded/corpus';
import { normalize } from './embedded/normalize';
import { INTENTS } from './recognizer';

/** Longest utterance the service takes, and most of a project. */
const LONGEST = 500;
const MOST = 25_000;

/**
 * A project file as the service imports it, with the limits of the service.
 * Source: "Data formats accepted by conversational language understanding" and "Service limits", Azure AI Language documentation.
 */
const PROJECT = z.strictObject({
  projectFileVersion: z.literal('2023-04-01'),
  stringIndexType: z.literal('Utf16CodeUnit'),
  metadata: z.strictObject({
    projectKind: z.literal('Conversation'),
    projectName: z.string().regex(/^[A-Za-z0-9_-]{1,50}$/),
    multilingual: z.boolean(),
    description: z.string(),
    language: z.string(),
    settings: z.strictObject({ confidenceThreshold: z.number().min(0).max(1) }),
  }),
  assets: z.strictObject({
    projectKind: z.literal('Conversation'),
    intents: z
      .array(z.strictObject({ category: z.string().regex(/^[^:$&%*()+~#/?]{1,50}$/) }))
      .min(1)
      .max(500),
    entities: z.array(z.strictObject({ category: z.string() })).max(350),
    utterances: z
      .array(
        z.strictObject({
          text: z.string().min(1).max(LONGEST),
          intent: z.string(),
          language: z.string(),
          dataset: z.enum(['Train', 'Test']),
          entities: z.array(z.never()),
        }),
      )
      .max(MOST),
  }),
});
export type Project = z.infer<typeof PROJECT>;

const categoryOf = (intent: string): string => (intent === 'out_of_scope' ? NONE : intent);

/** The language an utterance is tagged with: Latin letters alone are English, changed by simplifying is Traditional. */
function languageOf(text: string, register: string): string {
  if (!/\p{Script=Han}/u.test(text)) return /[a-z]{2}/i.test(text) ? CLU_LANGUAGES['en-US'] : CLU_LANGUAGES['zh-CN'];
  return register === 'traditional' || register === 'cantonese' ? CLU_LANGUAGES['zh-Hant'] : CLU_LANGUAGES['zh-CN'];
}

/** The project of the corpus: `corpus` to train on, `heldOut` to test on; texts repeated under one intent are written once. */
export function projectOf(name: string, corpus: readonly Utterance[], heldOut: readonly Utterance[]): Project {
  const seen = new Set<string>();
  const written =
    (dataset: 'Train' | 'Test') =>
    ({ intent, register, text }: Utterance) => {
      const key = normalize(text);
      if (seen.has(key) || text.length > LONGEST) return [];
      seen.add(key);
      return [{ text, intent: categoryOf(intent), language: languageOf(text, register), dataset, entities: [] }];
    };
  return PROJECT.parse({
    projectFileVersion: '2023-04-01',
    stringIndexType: 'Utf16CodeUnit',
    metadata: {
      projectKind: 'Conversation',
      projectName: name,
      multilingual: true,
      description: 'Intents of Daozhang 到账助手',
      language: CLU_LANGUAGES['zh-CN'],
      settings: { confidenceThreshold: 0 },
    },
    assets: {
      projectKind: 'Conversation',
      intents: INTENTS.map((intent) => ({ category: categoryOf(intent) })),
      entities: [],
      utterances: [...heldOut.flatMap(written('Test')), ...corpus.flatMap(written('Train'))],
    },
  });
}

if (require.main === module) {
  const [path = 'clu-project.json', name = 'daozhang'] = process.argv.slice(2);
  const project = projectOf(name, readCorpus(join(__dirname, 'embedded/utterances')), readHeldOut());
  writeFileSync(path, `${JSON.stringify(project, null, 2)}\n`);
  console.log(`${path}: ${project.assets.utterances.length} utterances, ${project.assets.intents.length} intents`);
}
