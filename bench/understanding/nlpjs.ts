import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readCorpus } from '../../src/understanding/embedded/corpus';
import { INTENTS, type IntentName, type Recognizer } from '../../src/understanding/recognizer';

interface Nlp {
  settings: { autoSave: boolean };
  addLanguage(language: string): void;
  addDocument(language: string, text: string, intent: string): void;
  train(): Promise<void>;
  process(language: string, text: string): Promise<{ intent: string; score: number; classifications: { intent: string; score: number }[] }>;
}
interface Container {
  use(plugin: unknown): void;
  get(name: 'nlp'): Nlp;
}

/** Taught the whole corpus its training stops early and accuracy falls from .55 to .11. */
const MOST_PER_INTENT = 200;

/**
 * nlp.js trained on the same corpus, as a baseline. Its packages are no dependency, for the licence of the dictionary in them is in doubt: install `@nlpjs/core @nlpjs/nlp @nlpjs/lang-zh` in a
 * folder and name that folder in BASELINES. Undefined when they are not there.
 */
export async function trainNlpjs(folder: string): Promise<Recognizer | undefined> {
  const from = createRequire(join(process.env.BASELINES ?? process.cwd(), 'package.json'));
  let packages: { containerBootstrap(): Promise<Container>; Nlp: unknown; LangZh: unknown };
  try {
    packages = { ...from('@nlpjs/core'), ...from('@nlpjs/nlp'), ...from('@nlpjs/lang-zh') };
  } catch {
    return undefined;
  }
  const container = await packages.containerBootstrap();
  container.use(packages.Nlp);
  container.use(packages.LangZh);
  const nlp = container.get('nlp');
  nlp.settings.autoSave = false;
  nlp.addLanguage('zh');
  const taught = new Map<string, number>();
  for (const { text, intent } of readCorpus(folder)) {
    const count = (taught.get(intent) ?? 0) + 1;
    taught.set(intent, count);
    if (count <= MOST_PER_INTENT) nlp.addDocument('zh', text, intent);
  }
  const { log } = console;
  console.log = () => {};
  await nlp.train();
  console.log = log;
  return { recognize: (text) => ask(nlp, text) };
}

const isIntent = (name: string): name is IntentName => (INTENTS as readonly string[]).includes(name);

/** Its own choice decides; of a text that it turns away it says None. */
async function ask(nlp: Nlp, text: string): ReturnType<Recognizer['recognize']> {
  const { intent: chosen, classifications } = await nlp.process('zh', text);
  const ranked = classifications.flatMap(({ intent: name, score: confidence }) =>
    isIntent(name) && name !== 'out_of_scope' ? [{ name, confidence }] : [],
  );
  const [top] = ranked.sort((a, b) => b.confidence - a.confidence);
  const decided = isIntent(chosen) ? chosen : 'out_of_scope';
  return {
    ...(top && { intent: top.name }),
    confidence: top?.confidence ?? 0,
    decided,
    ranked,
    slots: [],
    transactions: [],
    signals: [],
    fragment: false,
  };
}
