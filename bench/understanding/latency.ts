import { linearFrom, openArtefact } from '../../src/understanding/embedded/artefact';
import { classify } from '../../src/understanding/embedded/classify';
import { readHeldOut } from '../../src/understanding/embedded/corpus';
import { extract } from '../../src/understanding/embedded/extract';
import { featuresOf } from '../../src/understanding/embedded/features';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { normalize } from '../../src/understanding/embedded/normalize';
import { warmUp } from '../../src/understanding/embedded/warm-up';
import { quantile } from '../figures';

const NOW = '2026-09-23T15:00:00+08:00';
/** Characters of a text to measure. */
const LENGTH = 100;
const ROUNDS = 20;

/** Held-back utterances, one after another, cut into messages of one length. */
function longTexts(): string[] {
  const all = readHeldOut()
    .map(({ text }) => text)
    .join(', ');
  return Array.from({ length: Math.floor(all.length / LENGTH) }, (_, i) => all.slice(i * LENGTH, (i + 1) * LENGTH));
}

const shown = (times: readonly number[], share: number): string => quantile(times, share).toFixed(2);

/** Times of a part of the understanding, in ms: of every text in every round, and the least of each text (what it costs when nothing disturbs). */
function measure(part: string, texts: readonly string[], run: (text: string) => void): Record<string, string> {
  const all: number[] = [];
  const least = texts.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, text] of texts.entries()) {
      const started = performance.now();
      run(text);
      const ms = performance.now() - started;
      all.push(ms);
      least[i] = Math.min(least[i] ?? ms, ms);
    }
  }
  return { part, p50: shown(all, 0.5), p99: shown(all, 0.99), undisturbedP99: shown(least, 0.99) };
}

/** What the understanding of a message of 100 characters costs: the intent and the values apart, once Node has compiled what they use. */
export async function measureLatency(): Promise<void> {
  await warmUp(createEmbeddedRecognizer(), NOW);
  const { meta, arrays } = openArtefact();
  const model = linearFrom('intent', arrays, { labels: meta.labels, unknownIdf: meta.unknownIdfs.intent });
  const texts = longTexts();
  const intent = (text: string): void => {
    const normalized = normalize(text);
    classify(model, normalized, featuresOf(normalized));
  };
  console.table([measure('intent', texts, intent), measure('slots', texts, (text) => extract(text, { now: NOW, locale: 'zh-CN' }))]);
}
