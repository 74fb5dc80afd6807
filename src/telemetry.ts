import { createHash } from 'node:crypto';
import pino, { type DestinationStream, type Logger } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * JSON log and metrics. No text of a message, no name and no number of a user goes in: a conversation is a hash, an error is its
 * code and where it arose, because messages of errors may quote what they choked on.
 */

/** One finished turn. */
export interface TurnRecord {
  readonly conversationId: string;
  readonly channelId: string;
  /** From the activity to the commit, in ms. */
  readonly ms: number;
  /** Type of the activity; `message` counts as a turn of the conversation. */
  readonly type?: string;
  readonly intent?: string | undefined;
  /** What is being asked at the end of the turn. */
  readonly step?: string | undefined;
  /** Outcome code, in the turn that reached it. */
  readonly outcome?: string | undefined;
  readonly caseId?: string | undefined;
  /** How many questions it took, in the turn that reached the outcome. */
  readonly questions?: number | undefined;
}

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Telemetry {
  readonly log: Logger;
  turn(record: TurnRecord): void;
  /** Something failed; `event` says during what. Counts under the error's code. */
  error(event: string, error: unknown, fields?: Fields): void;
  /** Replies waiting to be delivered, and replies given up, over all conversations. */
  outbox(depth: { readonly waiting: number; readonly dead: number }): void;
  /** Prometheus text. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface TelemetryOptions {
  readonly level: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

/** Labels must stay few: a caller without authentication chooses the channelId. */
const CHANNELS: ReadonlySet<string> = new Set(['emulator', 'msteams', 'directline', 'webchat', 'wechat', 'terminal']);
const FRAMES = 6;

export function createTelemetry({ level, destination }: TelemetryOptions): Telemetry {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = destination ? pino(options, destination) : pino(options);
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const turns = new Counter({ name: 'daozhang_turns_total', help: 'Finished turns', labelNames: ['channel', 'type'], registers });
  const seconds = new Histogram({
    name: 'daozhang_turn_seconds',
    help: 'From the activity to the commit',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers,
  });
  const outcomes = new Counter({
    name: 'daozhang_outcomes_total',
    help: 'Conclusions by outcome code',
    labelNames: ['outcome'],
    registers,
  });
  const questions = new Histogram({
    name: 'daozhang_questions',
    help: 'Questions asked until the outcome',
    buckets: [0, 1, 2, 3, 4, 5, 6, 7, 8],
    registers,
  });
  const errors = new Counter({ name: 'daozhang_errors_total', help: 'Failures by code', labelNames: ['code'], registers });
  const waiting = new Gauge({ name: 'daozhang_outbox_waiting', help: 'Replies not yet delivered', registers });
  const dead = new Gauge({ name: 'daozhang_outbox_dead', help: 'Replies given up', registers });

  return {
    log,
    turn({ conversationId, channelId, ms, type = 'message', ...rest }) {
      const channel = CHANNELS.has(channelId) ? channelId : 'other';
      turns.inc({ channel, type });
      seconds.observe(ms / 1000);
      if (rest.outcome !== undefined) outcomes.inc({ outcome: rest.outcome });
      if (rest.questions !== undefined) questions.observe(rest.questions);
      log.info({ event: 'turn', conversation: hashOf(conversationId), channel, type, ms: Math.round(ms), ...rest });
    },
    error(event, error, fields = {}) {
      const { code, ...about } = describe(error);
      errors.inc({ code });
      log.error({ event, code, ...fields, ...about });
    },
    outbox(depth) {
      waiting.set(depth.waiting);
      dead.set(depth.dead);
    },
    async metrics() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Twelve hex digits by which a conversation can be followed through the log. */
export function hashOf(conversationId: string): string {
  return createHash('sha256').update(conversationId).digest('hex').slice(0, 12);
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
