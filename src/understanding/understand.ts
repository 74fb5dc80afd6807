import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Asking, Moment } from '../domain/slots';
import { createEmbeddedRecognizer } from './embedded/index';
import { warmUp } from './embedded/warm-up';
import type { Locale, Recognizer, SlotMention, Understanding } from './recognizer';

const LINE = z.object({
  text: z.string(),
  now: z.string().optional(),
  expecting: z.string().optional(),
  locale: z.enum(['zh-CN', 'zh-Hant', 'en-US']).optional(),
});

interface Request {
  readonly text: string;
  readonly now: string;
  readonly expecting?: Asking;
  readonly locale: Locale;
}

/** This moment, ISO +08:00. */
function shanghaiNow(): string {
  return `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

/** A line of standard input: an utterance, or JSON with the fields of LINE; a line that starts like JSON but is none is an utterance. */
export function parseLine(line: string, now: string): Request {
  const whole: Request = { text: line, now, locale: 'zh-CN' };
  if (!line.startsWith('{')) return whole;
  try {
    const { text, now: stated, expecting, locale } = LINE.parse(JSON.parse(line));
    // An unknown question is as good as none: no rule waits for it.
    return { text, now: stated ?? now, locale: locale ?? 'zh-CN', ...(expecting && { expecting: expecting as Asking }) };
  } catch {
    return whole;
  }
}

function isMoment(value: SlotMention['value']): value is Moment {
  return typeof value === 'object';
}

/** A moment with a clock time as an instant of Asia/Shanghai; otherwise what is known of it. */
function printable({ slot, value, text, approx }: SlotMention): Record<string, unknown> {
  const shown = isMoment(value) && value.time ? `${value.date}T${value.time}:00+08:00` : value;
  return { slot, value: shown, text, ...(approx && { approx }) };
}

/** One line of output; `ms` is what the understanding took. */
function formatUnderstanding(text: string, found: Understanding, ms: number): string {
  const { intent, confidence, decided, ranked, slots, signals, reply, command, faq, fragment } = found;
  const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
  return JSON.stringify({
    text,
    intent: intent ?? null,
    confidence: rounded(confidence),
    decided: decided ?? null,
    ranked: ranked.map((one) => ({ name: one.name, confidence: rounded(one.confidence) })),
    slots: slots.map(printable),
    ...(signals.length > 0 && { signals }),
    ...(reply && { reply }),
    ...(command && { command }),
    ...(faq && { faq: { key: faq.key, confidence: rounded(faq.confidence) } }),
    ...(fragment && { fragment }),
    ms: Math.round(ms * 1000) / 1000,
  });
}

/** Reads utterances from `input`, one a line, and writes one JSON line for each. */
export async function understandLines(recognizer: Recognizer, input: NodeJS.ReadableStream, write: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const { text, ...options } = parseLine(line, shanghaiNow());
    const started = performance.now();
    const found = await recognizer.recognize(text, options);
    write(formatUnderstanding(text, found, performance.now() - started));
  }
}

async function main(): Promise<void> {
  const recognizer = createEmbeddedRecognizer();
  await warmUp(recognizer, shanghaiNow());
  await understandLines(recognizer, process.stdin, (line) => console.log(line));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
