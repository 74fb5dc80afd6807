import type { Activity, Attachment } from 'botbuilder';
import { z } from 'zod';
import { text } from '../../../locales';
import { findCase, listQueue, listShelf } from '../../repositories/cases';
import type { Store } from '../../store/store';
import { fits } from '../view';
import { attach, CARD_TYPE, type Card, cardText, caseCard, VERBS } from './cards';
import { mayDo, type Sender } from './people';
import { listSeen, notePerson, placeKeyOf } from './places';
import type { Work, Worked } from './work';

/** The answer to an invoke: it is the HTTP answer itself. */
export interface InvokeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** What became of an activity; undefined: it is the bot's. */
export interface TeamsAnswer {
  readonly replies: readonly Partial<Activity>[];
  readonly invokeResponse?: InvokeAnswer;
}

export interface InvokeOptions {
  readonly store: Store;
  readonly work: (work: Work) => Promise<Worked>;
  readonly invokeMs: number;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly hurry: () => void;
}

const verb = z
  .string()
  .transform((name) => name.replace(/^case\./, ''))
  .pipe(z.enum(VERBS));
const caseId = z.string().max(40);
/** An Action.Execute of one of our cards. */
const action = z.object({ action: z.object({ verb, data: z.looseObject({ caseId }) }) });
/** The same as an Action.Submit, which is all that old clients know: a message without words. */
export const submitted = z.looseObject({ verb, caseId });
/** We have one search with one field; the Agents Playground names neither. */
const search = z.object({
  parameters: z.array(z.looseObject({ name: z.string().default('query'), value: z.unknown() })).default([]),
  queryOptions: z.object({ skip: z.int().min(0).default(0), count: z.int().min(1).default(25) }).default({ skip: 0, count: 25 }),
});

const MOST_ROWS = 2000;
const MOST_FOUND = 25;

/** Answers our invokes; undefined: it is none of ours. Without an actor the sender is no staff. */
export async function answerInvoke(
  activity: Partial<Activity>,
  actor: Sender | undefined,
  options: InvokeOptions,
): Promise<TeamsAnswer | undefined> {
  const respond = INVOKES[activity.name ?? ''];
  if (activity.type !== 'invoke' || !respond) return undefined;
  return { replies: [], invokeResponse: await respond(activity, actor, options) };
}

type Respond = (activity: Partial<Activity>, actor: Sender | undefined, options: InvokeOptions) => Promise<InvokeAnswer>;

const INVOKES: Readonly<Record<string, Respond>> = {
  'adaptiveCard/action': pressed,
  'composeExtension/query': searched,
  // The bot offers no files; a consent that comes all the same is taken and forgotten.
  'fileConsent/invoke': async () => ({ status: 200 }),
};

const cardAnswer = (card: Card): InvokeAnswer => ({ status: 200, body: { statusCode: 200, type: CARD_TYPE, value: card } });
const messageAnswer = (words: string): InvokeAnswer => ({
  status: 200,
  body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: words },
});
const errorAnswer = (statusCode: 400 | 403 | 404 | 500, message: string): InvokeAnswer => ({
  status: 200,
  body: { statusCode, type: 'application/vnd.microsoft.error', value: { code: String(statusCode), message } },
});

async function pressed(activity: Partial<Activity>, actor: Sender | undefined, options: InvokeOptions): Promise<InvokeAnswer> {
  if (!actor) return errorAnswer(403, text('zh-CN', 'teams.forbidden'));
  const parsed = action.safeParse(activity.value);
  if (!parsed.success) return errorAnswer(400, text('zh-CN', 'teams.failed'));
  const { verb, data } = parsed.data.action;
  if (!mayDo(actor, verb)) return errorAnswer(403, text('zh-CN', 'teams.notAgent'));
  const answer = await within(
    options.invokeMs,
    press(activity, actor, { verb, data }, options),
    messageAnswer(text('zh-CN', 'teams.working')),
  );
  options.hurry();
  return answer;
}

/** What he sees afterwards is his own view of the card. */
async function press(
  { id, channelId, conversation, from }: Partial<Activity>,
  actor: Sender,
  { verb, data }: z.infer<typeof action>['action'],
  { work, store, now }: InvokeOptions,
): Promise<InvokeAnswer> {
  const where = `${channelId}/${conversation?.id}`;
  const place = placeKeyOf(where);
  if (from?.id) await notePerson(store, place, { user: from.id, agent: actor.id, at: now() });
  const { found, view } = await work({ verb, caseId: data.caseId, actor, where, input: data, ...(id && { once: id }) });
  if (!found) return errorAnswer(404, text('zh-CN', 'teams.missing'));
  const refreshed = (await listSeen(store, place, found.agent?.id)).map(({ user }) => user);
  return cardAnswer(caseCard(found, { ...view, viewer: actor.id, refreshed }));
}

async function searched(
  { value }: Partial<Activity>,
  actor: Sender | undefined,
  { store, invokeMs }: InvokeOptions,
): Promise<InvokeAnswer> {
  if (!actor) return searchMessage(text('zh-CN', 'teams.forbidden'));
  const parsed = search.safeParse(value);
  if (!parsed.success) return { status: 400 };
  const { parameters, queryOptions } = parsed.data;
  const typed = parameters.find(({ name }) => name === 'query')?.value;
  return within(invokeMs, find(store, typeof typed === 'string' ? typed : '', queryOptions), searchMessage(text('zh-CN', 'teams.failed')));
}

async function find(
  store: Store,
  typed: string,
  { skip, count }: { readonly skip: number; readonly count: number },
): Promise<InvokeAnswer> {
  const rows = [...(await listQueue(store, MOST_ROWS)), ...(await listShelf(store, MOST_ROWS))].filter((row) => fits(row, typed));
  const page = rows.slice(skip, skip + Math.min(count, MOST_FOUND));
  const found = (await Promise.all(page.map(({ id }) => findCase(store, id)))).filter((one) => one !== undefined);
  if (found.length === 0) return searchMessage(text('zh-CN', 'teams.nothingFound'));
  const attachments = found.map((one): Attachment & { readonly preview: Attachment } => {
    const [, headline = ''] = one.summary.split('\n');
    const preview = {
      contentType: 'application/vnd.microsoft.card.thumbnail',
      content: { title: `${one.priority} ${one.id}`, text: headline || cardText(one) },
    };
    return { ...attach(caseCard(one)), preview };
  });
  return { status: 200, body: { composeExtension: { type: 'result', attachmentLayout: 'list', attachments } } };
}

const searchMessage = (words: string): InvokeAnswer => ({ status: 200, body: { composeExtension: { type: 'message', text: words } } });

/** The answer in time, or the other one; a failure in time is thrown. */
async function within(ms: number, work: Promise<InvokeAnswer>, late: InvokeAnswer): Promise<InvokeAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<InvokeAnswer>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  // What fails after its time has nobody to tell.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
