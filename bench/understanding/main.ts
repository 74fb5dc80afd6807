import { join } from 'node:path';
import { readHeldOut } from '../../src/understanding/embedded/corpus';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { judge } from '../../src/understanding/eval';
import type { Recognizer } from '../../src/understanding/recognizer';
import { scoresOf } from '../../src/understanding/scores';
import { measureLatency } from './latency';
import { trainNlpjs } from './nlpjs';
import { compareSlots } from './slots';

const CORPUS = join(__dirname, '../../src/understanding/embedded/utterances');
const MEGABYTE = 2 ** 20;

/** One row: how well the held-back texts are understood, and at what cost. Run with --expose-gc for true memory figures. */
async function measure(name: string, open: () => Promise<Recognizer | undefined>): Promise<Record<string, string | number> | undefined> {
  global.gc?.();
  const before = process.memoryUsage();
  const started = performance.now();
  const recognizer = await open();
  if (!recognizer) return undefined;
  const ready = performance.now() - started;
  const texts = readHeldOut();
  await judge(recognizer, texts.slice(0, 300));
  global.gc?.();
  const after = process.memoryUsage();
  const { macroF1, outside, ms } = scoresOf(await judge(recognizer, texts));
  return {
    recognizer: name,
    macroF1: macroF1.toFixed(3),
    auroc: outside.auroc.toFixed(3),
    recall: outside.recall.toFixed(3),
    wrongRejects: outside.wrongRejects.toFixed(3),
    readyMs: Math.round(ready),
    heapMB: ((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / MEGABYTE).toFixed(1),
    rssMB: ((after.rss - before.rss) / MEGABYTE).toFixed(1),
    p50Ms: ms.p50.toFixed(2),
    p99Ms: ms.p99.toFixed(2),
  };
}

async function main(): Promise<void> {
  const rows = [await measure('embedded', async () => createEmbeddedRecognizer()), await measure('nlp.js', () => trainNlpjs(CORPUS))];
  console.table(rows.filter((row) => row !== undefined));
  if (rows[1] === undefined) console.log('nlp.js is not installed: see bench/understanding/nlpjs.ts');
  compareSlots();
  await measureLatency();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
