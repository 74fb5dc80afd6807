import { listAudit, verifyAudit } from '../repositories/audit';
import { LEADS } from './actions';
import { type ApiOptions, get, post, type Route } from './api-route';
import { readLoads } from './capacity';
import { refuse } from './http';
import { SHARED } from './quick-replies';
import * as take from './schemas';
import { readStats } from './stats';

const LAST_ENTRIES = 100;

/** The desk itself: who is there, quick replies, figures, the audit log. */
export function placeRoutes(options: ApiOptions): readonly Route[] {
  const { presence, quickReplies, roster, store, arrived } = options;
  return [
    get('/api/desk/me', 'Who is signed in', take.noQuery, async ({ actor }) => ({ status: 200, body: actor })),
    get('/api/desk/agents', 'Everybody of the desk and who is there', take.noQuery, async () => {
      const [people, present, loads] = await Promise.all([roster.list(), presence.list(), readLoads(store)]);
      const state = (id: string) => present.find((one) => one.id === id)?.state ?? 'away';
      return { status: 200, body: people.map((one) => ({ ...one, load: loads.get(one.id) ?? 0, state: state(one.id) })) };
    }),
    post('/api/desk/presence', 'Say that one is there', take.presenceBody, async ({ actor, body }) => {
      await presence.set(actor, body.state);
      if (body.state === 'online') arrived();
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
        body: { ...(await verifyAudit(store, options.key)), last: await listAudit(store, LAST_ENTRIES) },
      })),
      roles: ['admin'],
    },
  ];
}
