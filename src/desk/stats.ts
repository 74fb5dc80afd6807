import { epochMs } from '../domain/calendar';
import { listQueue, listShelf, type QueueRow } from '../repositories/cases';
import type { Store } from '../store/store';

/** Figures of the desk, from the rows of its lists and the records of conversations; ms, counts, scores 1 to 5. */
export interface Stats {
  readonly conversations: number;
  /** Ended by advice alone; `confirmed`: the user said that it was solved. */
  readonly selfService: { readonly advised: number; readonly confirmed: number };
  readonly escalated: number;
  readonly open: number;
  readonly byQueue: Readonly<Record<string, number>>;
  readonly byIssue: Readonly<Record<string, number>>;
  readonly byScore: Readonly<Record<string, number>>;
  readonly firstReplyMs: Percentiles;
  readonly handlingMs: Percentiles;
  /** Left at a question for more than a day: question → how many. */
  readonly dropOff: Readonly<Record<string, number>>;
}

/** Absent when nothing was measured. */
export interface Percentiles {
  readonly count: number;
  readonly p50?: number;
  readonly p90?: number;
}

const MOST = 10_000;
const DAY_MS = 86_400_000;

interface Known {
  readonly asking?: string;
  readonly caseId?: string;
  readonly lastAt: string;
  readonly diagnosis?: { readonly outcome?: string };
  readonly draft?: { readonly signals: readonly string[] };
}

/** `now` is ISO +08:00; `nameOf` words issues and questions. Of the last ten thousand of each. */
export async function readStats(store: Store, now: string, nameOf: (kind: 'issue' | 'step', id: string) => string): Promise<Stats> {
  const [open, shelf, records] = await Promise.all([
    listQueue(store, MOST),
    listShelf(store, MOST),
    store.listAll('conversations', { limit: MOST }),
  ]);
  const rows = [...open, ...shelf];
  const known = records.map(({ value }) => value as unknown as Known);
  const alone = known.filter(({ caseId }) => caseId === undefined);
  const left = alone.filter(({ asking, lastAt }) => asking !== undefined && epochMs(now) - epochMs(lastAt) > DAY_MS);
  return {
    conversations: known.length,
    selfService: {
      advised: alone.filter(({ diagnosis }) => diagnosis?.outcome?.startsWith('SS-')).length,
      confirmed: alone.filter(({ draft }) => draft?.signals.includes('solved')).length,
    },
    escalated: rows.length,
    open: open.length,
    byQueue: countBy(rows, ({ queue }) => queue),
    byIssue: countBy(rows, ({ issue }) => issue && nameOf('issue', issue)),
    byScore: countBy(rows, ({ score }) => (score === undefined ? undefined : String(score))),
    firstReplyMs: percentiles(rows, 'repliedAt'),
    handlingMs: percentiles(rows, 'closedAt'),
    dropOff: countBy(left, ({ asking }) => asking && nameOf('step', asking)),
  };
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of items.map(nameOf)) if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function percentiles(rows: readonly QueueRow[], end: 'repliedAt' | 'closedAt'): Percentiles {
  const spans = rows.flatMap((row) => (row[end] === undefined ? [] : [epochMs(row[end]) - epochMs(row.createdAt)])).sort((a, b) => a - b);
  const at = (share: number) => spans[Math.min(spans.length - 1, Math.floor(spans.length * share))] ?? 0;
  return spans.length === 0 ? { count: 0 } : { count: spans.length, p50: at(0.5), p90: at(0.9) };
}
