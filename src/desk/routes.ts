import { createHash, timingSafeEqual } from 'node:crypto';
import type { Case, CaseDraft } from '../domain/case';
import { checklistFor } from '../domain/evidence';
import { findCase, listQueue, partitionOfCase } from '../repositories/cases';
import { listTranscript } from '../repositories/transcripts';
import type { Store } from '../store/store';

export interface CaseRoutesOptions {
  readonly store: Store;
  /** What a caller must send as `Authorization: Bearer …`; undefined: there is no desk. */
  readonly key: string | undefined;
  /** Slot → value, as the trace shows it. */
  readonly flatten: (draft: CaseDraft) => Readonly<Record<string, unknown>>;
}

interface Request {
  readonly headers: { readonly authorization?: string | undefined };
  readonly params?: { readonly id?: string };
}
interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const MAX_CASES = 100;

/** Cases for the desk: `list` the open ones by priority and age, `find` one by its id. */
export function createCaseRoutes(options: CaseRoutesOptions): Readonly<Record<'list' | 'find', (request: Request) => Promise<Reply>>> {
  const { store, key } = options;
  const guarded = (answer: (request: Request) => Promise<Reply>) => async (request: Request) => {
    if (key === undefined) return { status: 404 };
    return isBearer(request.headers.authorization, key) ? answer(request) : { status: 401 };
  };
  return {
    list: guarded(async () => {
      const rows = await listQueue(store, MAX_CASES);
      const cases = await Promise.all(rows.map(({ id }) => findCase(store, id)));
      const found = cases.filter((one) => one !== undefined);
      return { status: 200, body: await Promise.all(found.map((one) => caseJson(one, options))) };
    }),
    find: guarded(async ({ params }) => {
      const found = await findCase(store, params?.id ?? '');
      return found ? { status: 200, body: await caseJson(found, options) } : { status: 404 };
    }),
  };
}

async function caseJson(found: Case, { store, flatten }: CaseRoutesOptions): Promise<Readonly<Record<string, unknown>>> {
  const { id, priority, queue, owner, agent, channel, createdAt, updatedAt, replyBy, summary, draft, diagnosis, missing } = found;
  const partition = store.partition(partitionOfCase(id) ?? 0);
  const { papers, official } = checklistFor(queue, draft);
  return {
    ...{ id, priority, queue, owner, agent, channel, createdAt, updatedAt, replyBy, summary, diagnosis },
    draft: flatten(draft),
    evidence: { missing, papers, official, attachments: draft.attachments },
    transcript: await listTranscript(partition, found.conversationId),
  };
}

/** Compares digests, so that the time taken tells nothing of the key. */
function isBearer(header: string | undefined, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${key}`));
}
