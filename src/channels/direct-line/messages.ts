import type { Activity, Attachment } from 'botbuilder';
import { z } from 'zod';
import { cardsForWeb } from './cards';
import { CHANNEL_ID } from './log';
import type { Bearer } from './tokens';

/** Longer than anything a person types. */
const MAX_TEXT = 4000;
/** What the bot is told of; everything else (typing, what a page says of itself) is acknowledged and forgotten. */
const FORWARDED: ReadonlySet<string> = new Set(['message', 'event']);
/** Only this server's clock starts it. */
const INTERNAL_EVENT = 'follow-up';

const small = z.string().max(200);
const schema = z.object({
  type: z.string().min(1).max(50),
  from: z.object({ name: z.string().max(100).nullish() }).nullish(),
  text: z.string().max(MAX_TEXT).nullish(),
  textFormat: z.enum(['plain', 'markdown', 'xml']).nullish().catch(undefined),
  locale: small.nullish(),
  name: small.nullish(),
  value: z.unknown().optional(),
  localTimestamp: small.nullish(),
  localTimezone: small.nullish(),
  replyToId: small.nullish(),
  channelData: z
    .object({
      clientActivityID: small.nullish(),
      postBack: z.boolean().nullish(),
    })
    .nullish(),
});

/** An activity as a client sent it: only the fields this channel takes. */
export type Incoming = z.infer<typeof schema>;

/** Undefined for what is no activity, or one too large. */
export function parseIncoming(value: unknown): Incoming | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Whether the bot is to hear of it. */
export function isForwarded({ type, name, text, value, ...rest }: Incoming & { attachments?: readonly unknown[] }): boolean {
  if (!FORWARDED.has(type)) return false;
  if (type === 'event') return !!name && name !== INTERNAL_EVENT;
  return !!text || (value !== undefined && value !== null) || (rest.attachments ?? []).length > 0;
}

/** Marks the activities of this channel: Azure's has the same channelId, and its own address here. */
export const SERVICE_URL = 'urn:daozhang:direct-line';

/** The bot as the user's client knows it. */
export interface BotAccount {
  readonly id: string;
  readonly name: string;
}

/** The activity a proven user sent, as the turn takes it. Whom it is from is the token's word, not the client's. */
export function activityOf(
  incoming: Incoming,
  about: { readonly bearer: Bearer; readonly bot: BotAccount; readonly attachments: readonly Attachment[]; readonly locale?: string },
): Partial<Activity> {
  const { type, text, textFormat, name, value, localTimestamp, localTimezone, replyToId, channelData } = incoming;
  const locale = incoming.locale ?? about.locale;
  const { clientActivityID, postBack } = channelData ?? {};
  const data = { ...(clientActivityID && { clientActivityID }), ...(postBack && { postBack }) };
  const { conversation, user } = about.bearer;
  const optional = { text, textFormat, locale, name, value, localTimestamp, localTimezone, replyToId };
  return {
    type,
    channelId: CHANNEL_ID,
    serviceUrl: SERVICE_URL,
    from: { id: user, name: incoming.from?.name ?? '', role: 'user' },
    recipient: { ...about.bot, role: 'bot' },
    conversation: { id: conversation } as Activity['conversation'],
    ...Object.fromEntries(Object.entries(optional).filter(([, field]) => field !== undefined && field !== null)),
    ...(about.attachments.length > 0 && { attachments: [...about.attachments] }),
    ...(Object.keys(data).length > 0 && { channelData: data }),
  };
}

/** The fields of an activity that its reader needs; where it was sent to, and how, is not among them. */
const SHOWN = [
  ...['type', 'channelId', 'conversation', 'text', 'textFormat', 'speak', 'inputHint', 'summary', 'locale', 'name', 'value', 'valueType'],
  ...['attachmentLayout', 'suggestedActions', 'entities', 'channelData', 'replyToId', 'code', 'localTimestamp', 'localTimezone'],
] as const;

/** The line of an activity in the conversation's log. */
export function lineOf(activity: Partial<Activity>): Partial<Activity> {
  const fields: Partial<Record<string, unknown>> = { ...activity };
  const shown = SHOWN.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]));
  const { id, name, role } = activity.from ?? { id: '' };
  return {
    ...Object.fromEntries(shown),
    channelId: CHANNEL_ID,
    from: { id, ...(name && { name }), ...(role && { role }) },
    ...(activity.attachments && { attachments: cardsForWeb(activity.attachments) }),
  };
}

/** A line as a client gets it: addresses of files complete, under the name by which the client calls this server; Web Chat shows a file's name. */
export function presentLine(line: Partial<Activity>, origin: string): Partial<Activity> {
  if (!line.attachments) return line;
  const attachments = line.attachments.map((attachment) =>
    attachment.contentUrl?.startsWith('/')
      ? { ...attachment, name: nameOf(attachment), contentUrl: `${origin}${attachment.contentUrl}` }
      : attachment,
  );
  return { ...line, attachments };
}

/** What its owner called a file may name somebody, and is not kept. */
function nameOf({ contentType }: Attachment): string {
  return `file.${contentType.slice(contentType.indexOf('/') + 1)}`;
}
