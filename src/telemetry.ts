import pino, { type DestinationStream, type Logger } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * JSON log and metrics. No text of a message, no name and no number of a user goes in: a conversation is a hash, an error is its
 * code and where it arose, because messages of errors may quote what they choked on.
 */

/** One event with flat fields; the same shape as log.ts. */
export interface EventEntry {
  readonly event: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** What the bot made of a turn. */
export interface Judgement {
  readonly intent?: string | undefined;
  /** What is being asked at the end of the turn. */
  readonly step?: string | undefined;
  /** Outcome code, in the turn that reached it. */
  readonly outcome?: string | undefined;
  readonly caseId?: string | undefined;
  /** How many questions it took, in the turn that reached the outcome. */
  readonly questions?: number | undefined;
}

/** Replies not yet delivered and replies given up, over all conversations. */
export interface OutboxDepth {
  readonly waiting: number;
  readonly dead: number;
}

export interface Telemetry {
  readonly log: Logger;
  /** One line; `turn` is also counted and timed, and what has a `code` counts as a failure. */
  event(entry: EventEntry): void;
  /** Goes into the line of the turn under way in this conversation (its hash), once it is committed. */
  judged(conversation: string, judgement: Judgement): void;
  /** Something failed; `event` says during what. Counts under the error's code. */
  error(event: string, error: unknown, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  /** Where the outbox's depth is read whenever metrics are. */
  watchOutbox(depth: () => Promise<OutboxDepth>): void;
  /** Where other rooms register metrics of their own. */
  readonly registry: Registry;
  /** Prometheus text. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface TelemetryOptions {
  readonly level: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

/** Labels must stay few: a caller without authentication chooses the channelId. */
const CHANNELS: ReadonlySet<string> = new Set(['emulator', 'msteams', 'directline', 'webchat', 'wechat', 'wecom', 'terminal']);
const FRAMES = 6;
const MAX_JUDGEMENTS = 10_000;
const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const QUESTIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8];

export function createTelemetry({ level, destination }: TelemetryOptions): Telemetry {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = destination ? pino(options, destination) : pino(options);
  const meters = createMeters();
  const judgements = new Map<string, Judgement>();
  let depth: (() => Promise<OutboxDepth>) | undefined;

  function turn(entry: EventEntry): void {
    const conversation = String(entry.conversation);
    const judgement = judgements.get(conversation) ?? {};
    judgements.delete(conversation);
    const channel = CHANNELS.has(String(entry.channel)) ? String(entry.channel) : 'other';
    meters.turns.inc({ channel, type: String(entry.type) });
    meters.seconds.observe(Number(entry.ms) / 1000);
    if (judgement.outcome !== undefined) meters.outcomes.inc({ outcome: judgement.outcome });
    if (judgement.questions !== undefined) meters.questions.observe(judgement.questions);
    log.info({ ...entry, channel, ...judgement });
  }

  return {
    log,
    registry: meters.registry,
    event(entry) {
      if (entry.event === 'turn') turn(entry);
      else if (entry.code === undefined) log.info(entry);
      else {
        meters.errors.inc({ code: String(entry.code) });
        log.warn(entry);
      }
    },
    judged(conversation, judgement) {
      if (judgements.size >= MAX_JUDGEMENTS) judgements.clear(); // of turns that were never committed
      judgements.set(conversation, judgement);
    },
    error(event, error, fields = {}) {
      const { code, ...about } = describe(error);
      meters.errors.inc({ code });
      log.error({ event, code, ...fields, ...about });
    },
    watchOutbox(read) {
      depth = read;
    },
    async metrics() {
      const now = await depth?.().catch(() => undefined); // without a store the last depth stands
      if (now) {
        meters.waiting.set(now.waiting);
        meters.dead.set(now.dead);
      }
      return { contentType: meters.registry.contentType, text: await meters.registry.metrics() };
    },
  };
}

function createMeters() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    turns: new Counter({ name: 'daozhang_turns_total', help: 'Committed turns', labelNames: ['channel', 'type'], registers }),
    seconds: new Histogram({ name: 'daozhang_turn_seconds', help: 'Time of a turn up to its commit', buckets: SECONDS, registers }),
    outcomes: new Counter({ name: 'daozhang_outcomes_total', help: 'Conclusions by outcome code', labelNames: ['outcome'], registers }),
    questions: new Histogram({ name: 'daozhang_questions', help: 'Questions asked until the outcome', buckets: QUESTIONS, registers }),
    errors: new Counter({ name: 'daozhang_errors_total', help: 'Failures by code', labelNames: ['code'], registers }),
    waiting: new Gauge({ name: 'daozhang_outbox_waiting', help: 'Replies not yet delivered', registers }),
    dead: new Gauge({ name: 'daozhang_outbox_dead', help: 'Replies given up', registers }),
  };
}

/** What libraries print may quote a message: only that they printed, and from where, is logged. */
export function captureConsole(log: Logger): void {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    console[method] = () => log.debug({ event: 'console', method, at: framesOf(new Error()).slice(1) });
  }
}

function describe(error: unknown): { code: string; error?: string; cause?: string; at?: readonly string[] } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN' };
  const cause = error.cause instanceof Error ? { cause: codeOf(error.cause) } : {};
  return { code: codeOf(error), error: error.name, ...cause, at: framesOf(error) };
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'UNEXPECTED';
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: Error): readonly string[] {
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? '';
  const lines = (stack.startsWith(head) ? stack.slice(head.length) : stack.slice(stack.lastIndexOf(error.message) + error.message.length))
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return lines.slice(0, FRAMES).map((line) => line.slice(7));
}
