import { readLabelled } from './embedded/corpus';
import { createEmbeddedRecognizer } from './embedded/index';
import { warmUp } from './embedded/warm-up';
import type { Recognizer } from './recognizer';
import { type Scored, type Scores, scoresOf } from './scores';

/** Times in a test set are read from this moment. */
const NOW = '2026-09-23T15:00:00+08:00';

/** Runs the recognizer over labelled texts, without a pending question. */
export async function judge(
  recognizer: Recognizer,
  texts: readonly { intent: string; register: string; text: string }[],
): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const { intent, register, text } of texts) {
    const started = performance.now();
    const found = await recognizer.recognize(text, { locale: 'zh-CN', now: NOW });
    const ms = performance.now() - started;
    scored.push({ intent, register, found: found.intent ?? '', confidence: found.confidence, decided: found.decided ?? '', ms });
  }
  return scored;
}

const share = (value: number): string => value.toFixed(3);

/** The figures as a table for a terminal. */
export function formatScores(scores: Scores): string {
  const { outside, acted, ms } = scores;
  const intents = scores.byIntent.map(
    ({ name, f1, precision, recall, count }) => `  ${name.padEnd(28)}${share(f1)}  ${share(precision)}  ${share(recall)}  ${count}`,
  );
  const registers = scores.byRegister.map(({ register, accuracy, count }) => `  ${register.padEnd(28)}${share(accuracy)}  ${count}`);
  const confusions = scores.confusions.slice(0, 15).map(({ intent, found, count }) => `  ${count}  ${intent} → ${found || '(none)'}`);
  return [
    `${scores.texts} texts · accuracy ${share(scores.accuracy)} · macro-F1 ${share(scores.macroF1)}`,
    `acted on ${share(acted.share)} of the in-scope texts, right ${share(acted.precision)}`,
    `out of scope (${outside.count}): AUROC ${share(outside.auroc)} · recall ${share(outside.recall)} · acted on ${share(outside.acted)} · wrong rejects ${share(outside.wrongRejects)}`,
    `latency ms: p50 ${ms.p50.toFixed(2)} · p99 ${ms.p99.toFixed(2)}`,
    `intent                        F1     precision recall count`,
    ...intents,
    'register                      accuracy',
    ...registers,
    'confused',
    ...confusions,
  ].join('\n');
}

async function main(files: readonly string[]): Promise<void> {
  if (files.length === 0) throw new Error('usage: npm run understand:eval FILE… (lines of intent<TAB>register<TAB>text)');
  const recognizer = createEmbeddedRecognizer();
  await warmUp(recognizer, NOW);
  const scored = await judge(recognizer, files.flatMap(readLabelled));
  console.log(formatScores(scoresOf(scored)));
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
