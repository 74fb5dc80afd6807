import type { Case } from '../domain/case';
import { findCase, listQueue, listShelf, partitionOfCase, type QueueRow } from '../repositories/cases';
import type { Actor } from './actions';
import { type ApiOptions, type Call, get, type Route } from './api-route';
import { type DeskReply, refuse } from './http';
import * as take from './schemas';
import { streamReply } from './stream';
import { caseJson, caseView, fits, maySee } from './view';

const MAX_CASES = 100;
const MAX_ROWS = 20_000;

/** Lists, cases and what happens to them. */
export function readingRoutes(options: ApiOptions): readonly Route[] {
  const { store } = options;
  const note = (actor: Actor, action: string, id: string) =>
    options.audit(partitionOfCase(id) ?? 0, { at: options.now(), actor: actor.id, action, caseId: id });
  /** Finds the case of the path, lets only who may see it, and notes that it was read. */
  const seen = async (
    { actor, id }: Pick<Call, 'actor' | 'id'>,
    action: string,
    show: (found: Case) => Promise<DeskReply>,
  ): Promise<DeskReply> => {
    const found = await findCase(store, id);
    if (!found) return refuse('NOT_FOUND');
    if (!maySee(found, actor)) return refuse('FORBIDDEN');
    await note(actor, action, id);
    return show(found);
  };
  return [
    get('/api/desk/cases', 'Open cases with everything known, the most urgent first; at most 100', take.noQuery, async ({ actor }) => {
      const rows = (await listQueue(store, MAX_ROWS)).filter((row) => maySee(row, actor)).slice(0, MAX_CASES);
      const found = (await Promise.all(rows.map(({ id }) => findCase(store, id)))).filter((one) => one !== undefined);
      await Promise.all(found.map(({ id }) => note(actor, 'read', id)));
      return { status: 200, body: await Promise.all(found.map((one) => caseJson(one, options))) };
    }),
    get(
      '/api/desk/rows',
      'Rows of the lists, searched by case id, amount, last four digits of card or phone, or date',
      take.rowsQuery,
      async ({ actor, query }) => {
        const all = query.state === 'open' ? await listQueue(store, MAX_ROWS) : await listShelf(store, MAX_ROWS);
        const isWanted = (row: QueueRow) => maySee(row, actor) && (!query.queue || row.queue === query.queue) && fits(row, query.q);
        const rows = all.filter(isWanted);
        return { status: 200, body: { total: rows.length, rows: rows.slice(0, query.limit).map(({ conversationId: _, ...row }) => row) } };
      },
    ),
    get('/api/desk/cases/:id', 'A case with summary, slots, causes, clock, events and transcript', take.noQuery, (call) =>
      seen(call, 'read', async (found) => ({ status: 200, body: await caseView(found, options) })),
    ),
    get('/api/desk/cases/:id/contact', 'The full phone number of the user; audited by itself', take.noQuery, (call) =>
      seen(call, 'read-contact', async ({ contact }) => {
        const phone = contact === undefined ? undefined : options.open(contact);
        return phone === undefined ? refuse('NOT_FOUND') : { status: 200, body: { phone } };
      }),
    ),
    get('/api/desk/cases/:id/files/:file', 'A picture or PDF the user sent', take.noQuery, (call) =>
      seen(call, 'read-file', async ({ conversationId }) => {
        const file = await options.file(conversationId, call.request.params?.file ?? '');
        if (!file) return refuse('NOT_FOUND');
        const headers = { 'content-type': file.contentType, 'content-disposition': 'inline', 'content-security-policy': 'sandbox' };
        return {
          status: 200,
          headers,
          stream: (response) =>
            void response
              .writeHead(200, { ...headers, 'x-content-type-options': 'nosniff', 'cache-control': 'private, max-age=3600' })
              .end(file.bytes),
        };
      }),
    ),
    get('/api/desk/events', 'Server-sent events of cases; resumes after Last-Event-ID or ?cursor=', take.streamQuery, async ({ request }) =>
      streamReply(request, options.feed, async () => (await options.door.whoIs(request)) !== undefined),
    ),
  ];
}
