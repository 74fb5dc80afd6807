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

/** Confidence below which nlp.js is taken to turn a text away; its own default threshold. */
const THRESHOLD = 0.5;

/**
 * nlp.js trained on the same corpus, as a baseline. Its packages are no dependency: install `@nlpjs/core @nlpjs/nlp @nlpjs/lang-zh` in a
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
  for (const { text, intent } of readCorpus(folder)) nlp.addDocument('zh', text, intent);
  const { log } = console;
  console.log = () => {};
  await nlp.train();
  console.log = log;
  return { recognize: (text) => ask(nlp, text) };
}

const isIntent = (name: string): name is IntentName => (INTENTS as readonly string[]).includes(name);

async function ask(nlp: Nlp, text: string): ReturnType<Recognizer['recognize']> {
  const { classifications } = await nlp.process('zh', text);
  const scored = classifications.flatMap(({ intent: name, score: confidence }) => (isIntent(name) ? [{ name, confidence }] : []));
  const outside = scored.find(({ name }) => name === 'out_of_scope')?.confidence ?? 0;
  const ranked = scored.filter(({ name }) => name !== 'out_of_scope').sort((a, b) => b.confidence - a.confidence);
  const [top] = ranked;
  const confidence = (top?.confidence ?? 0) * (1 - outside);
  const decided = top && confidence >= THRESHOLD ? top.name : 'out_of_scope';
  return { ...(top && { intent: top.name }), confidence, decided, ranked, slots: [], transactions: [], signals: [], fragment: false };
}
