import { z } from 'zod';
import { CLOSING_OUTCOMES, PRIORITIES, QUEUES } from '../domain/case';
import { STATES } from './presence';

/** What the API answers: docs/desk-openapi.json is written from this, a test holds every answer against it, and the page takes its types here. */

/** ISO +08:00. */
const time = z.string();
const owner = z.enum(['bot', 'queue', 'agent', 'closed']);
const role = z.enum(['agent', 'lead', 'admin']);
const queue = z.enum(QUEUES);
const person = z.strictObject({ id: z.string(), name: z.string() });
const file = z.strictObject({ id: z.string(), contentType: z.string(), size: z.number(), at: time });
const counts = z.record(z.string(), z.number());

const me = z.strictObject({ ...person.shape, role });
const colleague = z.strictObject({
  ...me.shape,
  queues: z.array(queue).optional(),
  capacity: z.number(),
  /** Cases he has. */
  load: z.number(),
  state: z.enum(STATES),
});

const head = {
  id: z.string(),
  channel: z.string(),
  priority: z.enum(PRIORITIES),
  queue,
  owner,
  agent: person.optional(),
  createdAt: time,
  updatedAt: time,
  /** The first reply is due. */
  replyBy: time,
};
const times = {
  /** The user's message that nobody has answered. */
  waitingSince: time.optional(),
  acceptedAt: time.optional(),
  repliedAt: time.optional(),
};
const row = z.strictObject({
  ...head,
  ...times,
  /** Fen. */
  amount: z.number().optional(),
  issue: z.string().optional(),
  cause: z.string().optional(),
  cardLast4: z.string().optional(),
  phoneTail: z.string().optional(),
  /** YYYY-MM-DD. */
  txTime: z.string().optional(),
  score: z.number().optional(),
  closedAt: time.optional(),
  ended: z.enum(CLOSING_OUTCOMES).optional(),
});

/** An activity of the Bot Framework, without addresses. */
const said = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  text: z.string().optional(),
  timestamp: z.string().optional(),
  from: z.looseObject({ id: z.string(), name: z.string().optional(), role: z.string().optional() }).optional(),
  attachments: z.array(z.looseObject({ contentType: z.string() })).optional(),
});
const diagnosis = z.strictObject({
  causes: z.array(z.strictObject({ id: z.string(), likelihood: z.string(), reasons: z.array(z.string()).optional() })),
  ask: z.string().optional(),
  outcome: z.string().optional(),
  queue: queue.optional(),
  priority: z.enum(PRIORITIES).optional(),
  expectedBy: time.optional(),
  earliest: time.optional(),
  recheckAt: time.optional(),
  overdueWorkdays: z.number().optional(),
  provisional: z.boolean().optional(),
});
const json = {
  ...head,
  summary: z.string(),
  diagnosis,
  /** Slot → value: money in fen, times ISO +08:00, `unknown` where the user does not know. */
  draft: z.record(z.string(), z.unknown()),
  evidence: z.strictObject({
    missing: z.array(z.string()),
    papers: z.array(z.string()),
    official: z.boolean(),
    attachments: z.array(file),
  }),
  transcript: z.array(said),
};
const event = z.strictObject({
  id: z.string(),
  caseId: z.string(),
  kind: z.string(),
  at: time,
  by: person.optional(),
  text: z.string().optional(),
  activityId: z.string().optional(),
  to: person.optional(),
  queue: queue.optional(),
});
/** A known fact in words. */
const slot = z.strictObject({
  slot: z.string(),
  label: z.string(),
  value: z.string(),
  source: z.string(),
  approx: z.boolean().optional(),
  /** The message of this time told it. */
  at: time,
});
/** A possible cause by its name; `words` say what speaks for it. */
const cause = z.strictObject({ id: z.string(), likelihood: z.string(), name: z.string(), words: z.string().optional() });
/** Sale → cut-off → days of rest → expected → now. */
const clock = z.strictObject({ sale: time, cutoff: time, rest: z.array(z.string()), expectedBy: time.optional(), now: time });
const view = z.strictObject({
  ...json,
  ...times,
  locale: z.string(),
  contacts: z.number(),
  finding: z.strictObject({ at: time, by: z.string(), text: z.string(), told: z.boolean().optional() }).optional(),
  closing: z.strictObject({ at: time, by: z.string(), outcome: z.enum(CLOSING_OUTCOMES), note: z.string() }).optional(),
  rating: z.strictObject({ at: time, score: z.number(), words: z.string().optional() }).optional(),
  events: z.array(event),
  files: z.array(z.strictObject({ id: z.string(), contentType: z.string() })),
  hasContact: z.boolean(),
  slots: z.array(slot),
  causes: z.array(cause),
  clock: clock.optional(),
});

/** 快捷回复: a sentence with variables such as {案件号}, of one agent or shared. */
const quickReply = z.strictObject({ id: z.string(), owner: z.string(), title: z.string(), text: z.string() });
/** Absent when nothing was measured. */
const percentiles = z.strictObject({ count: z.number(), p50: z.number().optional(), p90: z.number().optional() });
/** Ms, counts, scores 1 to 5. */
const stats = z.strictObject({
  conversations: z.number(),
  /**
   * `matters`: conversations in which something was told; `advised`: of these, ended by advice alone and not denied; checked where the user came
   * back: `confirmed`, he said that it is solved or the money there; `denied`, that it is still missing.
   */
  selfService: z.strictObject({ matters: z.number(), advised: z.number(), confirmed: z.number(), denied: z.number() }),
  escalated: z.number(),
  open: z.number(),
  byQueue: counts,
  byIssue: counts,
  /** The likeliest cause. */
  byCause: counts,
  byScore: counts,
  /** From the handover to the agent's first line. */
  firstReplyMs: percentiles,
  /** From accepting to closing. */
  handlingMs: percentiles,
  /** Left at a question for more than a day: question → how many. */
  dropOff: counts,
});
const entry = z.strictObject({
  sequence: z.number(),
  at: time,
  actor: z.string(),
  action: z.string(),
  caseId: z.string().optional(),
  detail: z.string().optional(),
  previous: z.string(),
  seal: z.string(),
});
const fault = z.strictObject({ partition: z.number(), sequence: z.number(), why: z.enum(['changed', 'missing', 'cut']) });

/** After an action: whose the case is. `repeated`: it was done before under the same `once`. */
const acted = z.strictObject({ id: z.string(), owner, agent: person.optional(), queue, repeated: z.boolean() });

const nothing = z.strictObject({});

/** The body of each answer with status 200, by route; the others answer with a file or the stream. */
export const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  'GET /api/desk/cases': z.array(z.strictObject(json)),
  'GET /api/desk/rows': z.strictObject({ total: z.number(), rows: z.array(row) }),
  'GET /api/desk/cases/:id': view,
  'GET /api/desk/cases/:id/contact': z.strictObject({ phone: z.string() }),
  'POST /api/desk/cases/:id/accept': acted,
  'POST /api/desk/cases/:id/assign': acted,
  'POST /api/desk/cases/:id/reply': acted,
  'POST /api/desk/cases/:id/picture': acted,
  'POST /api/desk/cases/:id/note': acted,
  'POST /api/desk/cases/:id/transfer': acted,
  'POST /api/desk/cases/:id/return': acted,
  'POST /api/desk/cases/:id/close': acted,
  'GET /api/desk/me': me,
  'GET /api/desk/agents': z.array(colleague),
  'POST /api/desk/presence': nothing,
  'GET /api/desk/replies': z.array(quickReply),
  'POST /api/desk/replies': quickReply,
  'POST /api/desk/replies/remove': nothing,
  'GET /api/desk/stats': stats,
  'GET /api/desk/audit': z.strictObject({ entries: z.number(), faults: z.array(fault), last: z.array(entry) }),
  'POST /api/desk/sign-in': me,
  'POST /api/desk/sign-out': nothing,
};

export type Me = Readonly<z.infer<typeof me>>;
export type Person = Readonly<z.infer<typeof person>>;
export type ColleagueView = Readonly<z.infer<typeof colleague>>;
export type Row = Readonly<z.infer<typeof row>>;
export type Said = Readonly<z.infer<typeof said>>;
export type EventView = Readonly<z.infer<typeof event>>;
export type Clock = Readonly<z.infer<typeof clock>>;
export type CaseView = Readonly<z.infer<typeof view>>;
export type Slot = Readonly<z.infer<typeof slot>>;
export type CauseView = Readonly<z.infer<typeof cause>>;
export type QuickReply = Readonly<z.infer<typeof quickReply>>;
export type Percentiles = Readonly<z.infer<typeof percentiles>>;
export type Stats = Readonly<z.infer<typeof stats>>;
