import type { z } from 'zod';
import type { Case } from '../domain/case';
import { audit, listAudit, verifyAudit } from '../repositories/audit';
import { findCase, listQueue, listShelf, partitionOfCase, type QueueRow } from '../repositories/cases';
import type { Action, Actor, Role } from './actions';
import type { Agent } from './agents';
import { isFull } from './capacity';
import type { Act, ActRequest } from './desk';
import type { Door } from './door';
import type { Feed } from './feed';
import { type DeskReply, type DeskRequest, queryOf, readJson, refuse } from './http';
import type { createPresence } from './presence';
import { type createQuickReplies, SHARED } from './quick-replies';
import * as take from './schemas';
import { readStats } from './stats';
import { streamReply } from './stream';
import { caseJson, caseView, fits, maySee, type ViewOptions } from './view';

/** Everything under /api/desk: one table, from which the server's routes and docs/desk-openapi.json are made. */

export interface ApiOptions extends ViewOptions {
  readonly act: Act;
  readonly door: Door;
  readonly feed: Feed;
  readonly agents: readonly Agent[];
  readonly presence: ReturnType<typeof createPresence>;
  readonly quickReplies: ReturnType<typeof createQuickReplies>;
  /** Seals the audit log. */
  readonly key: Buffer;
  /** The phone of a sealed contact. */
  readonly open: (sealed: string) => string | undefined;
  /** An issue (R1 …) or a question, in words for the figures. */
  readonly nameOf: (kind: 'issue' | 'step', id: string) => string;
  /** Keeps a picture or PDF for the user's channel; undefined when the channel takes none or it is something else. */
  readonly keepFile: (
    conversation: string,
    bytes: Buffer,
  ) => Promise<{ readonly contentType: string; readonly contentUrl: string } | undefined>;
  /** A file the user sent; undefined when there is none. */
  readonly file: (conversation: string, id: string) => Promise<{ readonly contentType: string; readonly bytes: Buffer } | undefined>;
}

interface Call<B = never, Q = never> {
  readonly actor: Actor;
  readonly id: string;
  readonly body: B;
  readonly query: Q;
  readonly request: DeskRequest;
}

/** One route. `summary` is for the OpenAPI file. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly roles?: readonly Role[];
  readonly body?: z.ZodType;
  readonly query: z.ZodType;
  /** Bytes of the body; 64 KB when absent. */
  readonly limit?: number;
  readonly answer: (call: Call) => Promise<DeskReply>;
}

const MAX_CASES = 100;
const MAX_FILE_BODY = 4_300_000;
const MAX_ROWS = 20_000;
const LEADS: readonly Role[] = ['lead', 'admin'];

const post = <B extends z.ZodType>(
  path: string,
  summary: string,
  body: B,
  answer: (call: Call<z.infer<B>>) => Promise<DeskReply>,
): Route => ({
  ...{ method: 'POST', path, summary, body, query: take.noQuery },
  answer: answer as Route['answer'],
});
const get = <Q extends z.ZodType>(
  path: string,
  summary: string,
  query: Q,
  answer: (call: Call<never, z.infer<Q>>) => Promise<DeskReply>,
): Route => ({
  ...{ method: 'GET', path, summary, query },
  answer: answer as Route['answer'],
});

/** The table. */
export function deskRoutes(options: ApiOptions): readonly Route[] {
  return [...readingRoutes(options), ...actionRoutes(options), ...placeRoutes(options)];
}

function readingRoutes(options: ApiOptions): readonly Route[] {
  const { store } = options;
  const note = (actor: Actor, action: string, id: string) =>
    audit(store.partition(partitionOfCase(id) ?? 0), options.key, { at: options.now(), actor: actor.id, action, caseId: id });
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
      const rows = (await listQueue(store, MAX_CASES)).filter((row) => maySee(row, actor));
      const found = (await Promise.all(rows.map(({ id }) => findCase(store, id)))).filter((one) => one !== undefined);
      await Promise.all(found.map(({ id }) => note(actor, 'read', id)));
      return { status: 200, body: await Promise.all(found.map((one) => caseJson(one, options))) };
    }),
    get(
      '/api/desk/rows',
      'Rows of the lists, searched by case id, amount, last four digits or date',
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

function actionRoutes({ act, agents, store, keepFile }: ApiOptions): readonly Route[] {
  const done = async (call: Call<{ once?: string | undefined }>, action: Action): Promise<DeskReply> => {
    const { actor, id, body } = call;
    const request: ActRequest = { caseId: id, actor, action, ...(body.once && { once: body.once }) };
    const acted = await act(request);
    if (acted.kind === 'missing') return refuse('NOT_FOUND');
    if (acted.kind === 'refused') return refuse('WRONG_OWNER', { owner: acted.owner, ...(acted.agent && { agent: acted.agent }) });
    const { owner, agent, queue } = acted.case;
    return { status: 200, body: { id, owner, ...(agent && { agent }), queue, repeated: acted.repeated } };
  };
  const at = (name: string) => `/api/desk/cases/:id/${name}`;
  return [
    post(at('accept'), 'Take a waiting case', take.acceptBody, async (call) =>
      (await isFull(store, agents, call.actor)) ? refuse('DESK_FULL') : done(call, { kind: 'accept' }),
    ),
    post(at('reply'), 'Write to the user', take.replyBody, (call) => done(call, { kind: 'reply', text: call.body.text })),
    {
      ...post(at('picture'), 'Send the user a picture or PDF, on the web channel', take.pictureBody, async (call) => {
        const found = await findCase(store, call.id);
        if (!found) return refuse('NOT_FOUND');
        if (found.agent?.id !== call.actor.id)
          return refuse('WRONG_OWNER', { owner: found.owner, ...(found.agent && { agent: found.agent }) });
        const file = await keepFile(found.conversationId, Buffer.from(call.body.data, 'base64'));
        return file ? done(call, { kind: 'reply', text: '', attachments: [file] }) : refuse('BAD_INPUT', { fields: ['data'] });
      }),
      limit: MAX_FILE_BODY,
    },
    post(at('note'), 'Write for colleagues only', take.noteBody, (call) => done(call, { kind: 'note', text: call.body.text })),
    post(at('transfer'), 'Give the case to another agent or into a queue', take.transferBody, async (call) => {
      const { body } = call;
      const words = body.note === undefined ? {} : { note: body.note };
      if ('queue' in body) return done(call, { kind: 'requeue', queue: body.queue, ...words });
      const to = agents.find(({ id }) => id === body.agent);
      return to ? done(call, { kind: 'transfer', to: { id: to.id, name: to.name }, ...words }) : refuse('BAD_INPUT', { fields: ['agent'] });
    }),
    post(at('return'), 'Give the conversation back to the bot, with what was found', take.returnBody, (call) =>
      done(call, { kind: 'return', finding: call.body.finding }),
    ),
    post(at('close'), 'Close with outcome and note', take.closeBody, (call) =>
      done(call, { kind: 'close', outcome: call.body.outcome, note: call.body.note }),
    ),
  ];
}

function placeRoutes(options: ApiOptions): readonly Route[] {
  const { presence, quickReplies, agents, store } = options;
  return [
    get('/api/desk/me', 'Who is signed in', take.noQuery, async ({ actor }) => ({ status: 200, body: actor })),
    get('/api/desk/agents', 'Everybody of the desk and who is there', take.noQuery, async () => {
      const present = await presence.list();
      const state = (id: string) => present.find((one) => one.id === id)?.state ?? 'away';
      return { status: 200, body: agents.map(({ id, name, role, queues }) => ({ id, name, role, queues, state: state(id) })) };
    }),
    post('/api/desk/presence', 'Say that one is there', take.presenceBody, async ({ actor, body }) => {
      await presence.set(actor, body.state);
      return { status: 200, body: {} };
    }),
    get('/api/desk/replies', 'Quick replies, shared and own', take.noQuery, async ({ actor }) => ({
      status: 200,
      body: await quickReplies.list(actor.id),
    })),
    post('/api/desk/replies', 'Add a quick reply; shared ones are for leads', take.quickReplyBody, async ({ actor, body }) => {
      if (body.shared && !LEADS.includes(actor.role)) return refuse('FORBIDDEN');
      return { status: 200, body: await quickReplies.add(body.shared ? SHARED : actor.id, body) };
    }),
    post('/api/desk/replies/remove', 'Remove a quick reply', take.removeBody, async ({ actor, body }) => {
      const isOwn = body.id.startsWith(`${actor.id}~`);
      if (!isOwn && !LEADS.includes(actor.role)) return refuse('FORBIDDEN');
      await quickReplies.remove(body.id);
      return { status: 200, body: {} };
    }),
    {
      ...get('/api/desk/stats', 'Figures of today and the last days', take.noQuery, async () => ({
        status: 200,
        body: await readStats(store, options.now(), options.nameOf),
      })),
      roles: LEADS,
    },
    {
      ...get('/api/desk/audit', 'The last entries of the audit log, and whether its chains hold', take.noQuery, async () => ({
        status: 200,
        body: { ...(await verifyAudit(store, options.key)), last: await listAudit(store, MAX_CASES) },
      })),
      roles: ['admin'],
    },
  ];
}

/** The table as the server's routes, each behind the door; with sign-in and sign-out, which are the door. */
export function createDeskApi(
  options: ApiOptions,
): Readonly<Record<`${'GET' | 'POST'} /${string}`, (request: DeskRequest) => Promise<DeskReply>>> {
  const { door } = options;
  const behind = deskRoutes(options).map((route) => [`${route.method} ${route.path}`, door.guard(answering(route), route.roles)] as const);
  return {
    ...Object.fromEntries(behind),
    'POST /api/desk/sign-in': door.signIn,
    'POST /api/desk/sign-out': door.signOut,
  };
}

const answering =
  (route: Route) =>
  async (request: DeskRequest, actor: Actor): Promise<DeskReply> => {
    const query = route.query.safeParse(Object.fromEntries(queryOf(request)));
    if (!query.success) return badInput(query.error);
    const json = route.body ? await readJson(request, route.limit) : { value: undefined };
    if ('refused' in json) return json.refused;
    const body = route.body?.safeParse(json.value);
    if (body && !body.success) return badInput(body.error);
    const call = { actor, id: request.params?.id ?? '', body: body?.data, query: query.data, request };
    return route.answer(call as unknown as Call);
  };

/** Names the fields, never what was in them. */
function badInput({ issues }: z.ZodError): DeskReply {
  return refuse('BAD_INPUT', { fields: [...new Set(issues.map(({ path }) => path.join('.')))] });
}
