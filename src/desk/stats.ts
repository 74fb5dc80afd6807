import { epochMs } from '../domain/calendar';
import { listQueue, listShelf, type QueueRow } from '../repositories/cases';
import type { ConversationRecord } from '../repositories/conversations';
import type { Store } from '../store/store';
import type { Percentiles, Stats } from './answers';

/** Figures of the desk, from the rows of its lists and the records of conversations. */

const MOST = 10_000;
const DAY_MS = 86_400_000;

type NameOf = (kind: 'issue' | 'step' | 'cause', id: string) => string;

/** `now` is ISO +08:00; `nameOf` words issues, questions and causes. Of the last ten thousand of each. */
export async function readStats(store: Store, now: string, nameOf: NameOf): Promise<Stats> {
  const [open, shelf, records] = await Promise.all([
    listQueue(store, MOST),
    listShelf(store, MOST),
    store.listAll('conversations', { limit: MOST }),
  ]);
  const rows = [...open, ...shelf];
  const known = records.map(({ value }) => value as unknown as ConversationRecord);
  return {
    conversations: known.length,
    selfService: selfServiceOf(known),
    escalated: rows.length,
    open: open.length,
    byQueue: countBy(rows, ({ queue }) => queue),
    byIssue: countBy(rows, ({ issue }) => issue && nameOf('issue', issue)),
    byCause: countBy(rows, ({ cause }) => cause && nameOf('cause', cause)),
    byScore: countBy(rows, ({ score }) => (score === undefined ? undefined : String(score))),
    firstReplyMs: percentiles(rows, 'createdAt', 'repliedAt'),
    handlingMs: percentiles(rows, 'acceptedAt', 'closedAt'),
    dropOff: countBy(
      known.filter((one) => isLeft(one, now)),
      ({ asking }) => asking && nameOf('step', asking),
    ),
  };
}

function selfServiceOf(known: readonly ConversationRecord[]): Stats['selfService'] {
  const matters = known.filter(({ diagnosis, caseId }) => diagnosis !== undefined || caseId !== undefined);
  const advised = matters.filter(({ diagnosis, caseId }) => caseId === undefined && diagnosis?.outcome?.startsWith('SS-'));
  const saysSolved = ({ extra, draft }: ConversationRecord) => extra?.solved === true || draft?.signals.includes('solved') === true;
  const denied = advised.filter((one) => !saysSolved(one) && one.draft?.signals.includes('stillMissing'));
  return {
    matters: matters.length,
    advised: advised.length - denied.length,
    confirmed: advised.filter(saysSolved).length,
    denied: denied.length,
  };
}

/** Left in the middle: a question waits for more than a day, and no person has the matter. 「解决了吗」 comes after the answer and is no middle. */
function isLeft({ asking, caseId, lastAt }: ConversationRecord, now: string): boolean {
  return caseId === undefined && asking !== undefined && asking !== 'resolved' && epochMs(now) - epochMs(lastAt) > DAY_MS;
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of items.map(nameOf)) if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function percentiles(rows: readonly QueueRow[], from: 'createdAt' | 'acceptedAt', to: 'repliedAt' | 'closedAt'): Percentiles {
  const spans = rows
    .flatMap(({ [from]: begin, [to]: end }) => (begin === undefined || end === undefined ? [] : [epochMs(end) - epochMs(begin)]))
    .sort((a, b) => a - b);
  const at = (share: number) => spans[Math.min(spans.length - 1, Math.floor(spans.length * share))] ?? 0;
  return spans.length === 0 ? { count: 0 } : { count: spans.length, p50: at(0.5), p90: at(0.9) };
}
