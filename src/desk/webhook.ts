import { createHmac } from 'node:crypto';
import { epochMs } from '../domain/calendar';
import type { Case } from '../domain/case';
import { type CaseEvent, listFeed } from '../repositories/case-events';
import { findCase } from '../repositories/cases';
import { asJson } from '../repositories/ids';
import type { Store } from '../store/store';

/**
 * Tells another help desk of every handoff: a signed POST for each case that is opened or opened again, tried until it is taken, for a day.
 * The receiver checks `x-daozhang-signature` (`t=ms,v1=hex`: HMAC-SHA256 of `ms.body`) and knows a repetition by `idempotency-key`.
 */
export interface Webhook {
  /** Sends what is due; resolves when this round is over. Never throws. */
  run(): Promise<void>;
  close(): void;
}

export interface WebhookOptions {
  readonly store: Store;
  readonly url: string;
  readonly secret: string;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly log: (event: { readonly event: string; readonly caseId: string; readonly status?: number }) => void;
  /** 0: only when `run` is called. */
  readonly everyMs?: number;
}

/** `handoff.initiate` as it is sent. */
function payloadOf(event: CaseEvent, found: Case): object {
  const { id, priority, queue, channel, locale, createdAt, replyBy, summary, diagnosis, missing } = found;
  const about = { id, priority, queue, channel, locale, createdAt, replyBy, summary, outcome: diagnosis.outcome, missing };
  return { type: 'handoff.initiate', id: event.id, at: event.at, reopened: event.kind === 'reopened', case: about };
}

const STATES = 'webhook-calls';
const DAY_MS = 86_400_000;
const EVERY_MS = 2000;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Longer than a call may take: who has it is still at it. */
const LEASE_MS = 2 * TIMEOUT_MS;
/** A turn may commit so much later than the time it bears. */
const LATE_MS = 60_000;
const PIECE = 1000;

const idAt = (ms: number): string => String(ms).padStart(13, '0');

interface CallState {
  readonly tries: number;
  /** Ms since 1970; not before. */
  readonly dueAt: number;
  readonly done?: boolean;
}

/** Starts telling. */
export function createWebhook(options: WebhookOptions): Webhook {
  const { store, now } = options;
  const states = store.partition(0);
  let running: Promise<void> | undefined;
  /** The oldest event that is not told yet. */
  let open: string | undefined;

  async function round(): Promise<void> {
    const at = epochMs(now());
    let from = open ?? idAt(at - DAY_MS);
    let oldest: string | undefined;
    for (;;) {
      const events = await listFeed(store, from, PIECE);
      for (const event of events) {
        const isHandoff = event.kind === 'opened' || event.kind === 'reopened';
        if (isHandoff && !(await tell(event, at))) oldest ??= event.id;
      }
      const last = events.at(-1);
      if (!last || events.length < PIECE) break;
      from = `${last.id}~`;
    }
    open = oldest ?? idAt(at - LATE_MS);
  }

  /** Whether it needs no more. */
  async function tell(event: CaseEvent, at: number): Promise<boolean> {
    const entry = await states.get(STATES, event.id);
    const state = (entry?.value as unknown as CallState | undefined) ?? { tries: 0, dueAt: 0 };
    if (state.done || state.dueAt > at) return state.done === true;
    const keep = (value: CallState, expect: number) =>
      states.commit({ kind: 'put', collection: STATES, id: event.id, value: asJson(value), expect, ttlMs: 2 * DAY_MS });
    // Taken by one process; when it dies, the next one calls after the lease, with the same idempotency key.
    const taken = await keep({ tries: state.tries + 1, dueAt: at + LEASE_MS }, entry?.version ?? 0);
    const found = taken === undefined ? undefined : await findCase(store, event.caseId);
    if (taken === undefined) return false;
    // Forgotten on the user's wish.
    if (!found) return true;
    const status = await post(options, event, JSON.stringify(payloadOf(event, found)));
    const isDone = status >= 200 && status < 300;
    options.log({ event: isDone ? 'webhook-told' : 'webhook-refused', caseId: event.caseId, status });
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.tries);
    await keep({ tries: state.tries + 1, dueAt: at + pause, ...(isDone && { done: true }) }, taken);
    return isDone;
  }

  function run(): Promise<void> {
    // A store that is away is tried again by the next round.
    running ??= round()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  const everyMs = options.everyMs ?? EVERY_MS;
  const timer = everyMs > 0 ? setInterval(run, everyMs).unref() : undefined;
  return { run, close: () => clearInterval(timer) };
}

/** The status; 0 when nobody answered. */
async function post({ url, secret, now }: WebhookOptions, event: CaseEvent, body: string): Promise<number> {
  const at = epochMs(now());
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'idempotency-key': event.id, 'x-daozhang-signature': `t=${at},v1=${signature}` };
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
