import type { Activity, Attachment, ChannelAccount, ConversationAccount, Entity } from 'botbuilder';
import type { Asking } from '../domain/slots';
import { entryId } from '../repositories/ids';
import type { Reference } from '../repositories/transcripts';

/** Takes secrets out of a text; `asking` is the question it may answer, so that an order number survives. From domain/privacy.ts. */
export type Mask = (
  text: string,
  asking?: Asking,
) => {
  readonly text: string;
  readonly found: Readonly<Record<string, number>>;
  /** A phone number of the text, sealed for the desk; the text shows it masked. A text that is a sealed phone is its own. */
  readonly contact?: string;
};

/** An activity that may be kept, logged and understood. */
export interface MaskedActivity {
  readonly activity: Partial<Activity>;
  /** Secrets taken out: kind → how many. */
  readonly masked: Readonly<Record<string, number>>;
}

/** JSON deeper than this is cut off: nobody types it. */
const MAX_DEPTH = 24;

/** `channelId/conversation.id`, the name of a conversation everywhere. Throws TypeError when the activity belongs to none. */
export function conversationKey({ channelId, conversation }: Partial<Activity>): string {
  if (!channelId || !conversation?.id) throw new TypeError('an activity without channelId or conversation.id');
  return `${channelId}/${conversation.id}`;
}

/** Name of the mark that an activity was seen; undefined for one without id: it cannot be recognised when it comes again. */
export function seenId(activity: Partial<Activity>): string | undefined {
  return activity.id ? entryId(`${conversationKey(activity)}/${activity.id}`) : undefined;
}

/** Where answers go. */
export function referenceOf(activity: Partial<Activity>): Reference {
  const { id, from, recipient, conversation, channelId, locale, serviceUrl } = activity;
  const present = Object.entries({ activityId: id, user: from, bot: recipient, conversation, channelId, locale, serviceUrl });
  return Object.fromEntries(present.filter(([, field]) => field !== undefined)) as Reference;
}

/** Only fields somebody needs, every text among them masked; names of files and unknown channel data are dropped. */
export function maskActivity(activity: Partial<Activity>, mask: Mask, asking?: Asking): MaskedActivity {
  const masked: Record<string, number> = {};
  let contact: string | undefined;
  const clean = (text: string): string => {
    const result = mask(text, asking);
    for (const [kind, count] of Object.entries(result.found)) masked[kind] = (masked[kind] ?? 0) + count;
    contact = result.contact ?? contact;
    return result.text;
  };
  // A message that was masked before and comes back: a phone that was sealed here is known again, anything else is dropped.
  const sealed: unknown = activity.channelData?.contact;
  if (typeof sealed === 'string') clean(sealed);
  const { type, id, timestamp, localTimestamp, localTimezone, channelId, serviceUrl, replyToId, deliveryMode, action, textFormat } =
    activity;
  const kept = {
    ...{ type, id, timestamp, localTimestamp, localTimezone, channelId, serviceUrl, replyToId, deliveryMode, action, textFormat },
    locale: activity.locale && /^[A-Za-z0-9-]{2,20}$/.test(activity.locale) ? activity.locale : undefined,
    from: activity.from && account(activity.from, clean),
    recipient: activity.recipient && account(activity.recipient, clean),
    conversation: activity.conversation && conversation(activity.conversation),
    name: activity.name === undefined ? undefined : clean(activity.name),
    text: activity.text === undefined ? undefined : clean(activity.text),
    value: activity.value === undefined ? undefined : mapStrings(activity.value, clean),
    attachments: activity.attachments?.map((attachment) => file(attachment, clean)),
    entities: activity.entities?.filter(({ type: kind }) => kind === 'mention').map((entity) => mention(entity, clean)),
    membersAdded: activity.membersAdded?.map((member) => account(member, clean)),
    membersRemoved: activity.membersRemoved?.map((member) => account(member, clean)),
    channelData: channelData(activity.channelData),
  };
  if (contact !== undefined) kept.channelData = { ...kept.channelData, contact };
  // JSON has no absent fields.
  return { activity: JSON.parse(JSON.stringify(kept)), masked };
}

/** Applies a function to every text in a JSON value: keys, leaves, and numbers long enough to be an account. */
export function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number') return mapNumber(value, change);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change, depth + 1)]));
}

function mapNumber(value: number, change: (text: string) => string): unknown {
  const text = String(value);
  if (text.length < 8) return value;
  const changed = change(text);
  return changed === text ? value : changed;
}

/** May this activity share a turn with the messages around it? One that carries a value was not typed. */
export function joins(activity: Partial<Activity>): boolean {
  return activity.type === 'message' && activity.value === undefined;
}

/** One activity of several messages: texts joined by lines, attachments together, the rest as in the last. */
export function joinActivities(activities: readonly Partial<Activity>[]): Partial<Activity> {
  const last = activities.at(-1);
  if (!last) throw new TypeError('no activity to join');
  if (activities.length === 1) return last;
  const text = activities.flatMap((activity) => activity.text || []).join('\n');
  const attachments = activities.flatMap((activity) => activity.attachments ?? []);
  return { ...last, ...(text && { text }), ...(attachments.length > 0 && { attachments }) };
}

function account(from: ChannelAccount, clean: (text: string) => string): Partial<ChannelAccount> {
  const { id, name, role, aadObjectId } = from;
  return { id, ...(name && { name: clean(name) }), ...(role && { role }), ...(aadObjectId && { aadObjectId }) };
}

function conversation({ id, isGroup, conversationType, tenantId }: ConversationAccount): Partial<ConversationAccount> {
  return { id, ...(isGroup !== undefined && { isGroup }), ...(conversationType && { conversationType }), ...(tenantId && { tenantId }) };
}

/** Who is mentioned is an id of the channel's, not something a person wrote. */
function mention(entity: Entity, clean: (text: string) => string): Entity {
  const { type, mentioned, text } = entity as Entity & { readonly mentioned?: ChannelAccount; readonly text?: string };
  return { type, ...(mentioned && { mentioned: account(mentioned, clean) }), ...(text !== undefined && { text: clean(text) }) };
}

function file(attachment: Attachment, clean: (text: string) => string): Attachment {
  const { contentType, contentUrl, content } = attachment;
  return { contentType, ...(contentUrl && { contentUrl }), ...(content !== undefined && { content: mapStrings(content, clean) }) };
}

/** What Teams needs for an answer and Web Chat to recognise its own message; nothing a person wrote. */
function channelData(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const known = data as Readonly<Record<string, unknown>>;
  const kept: Record<string, unknown> = {};
  for (const name of ['eventType', 'clientActivityID', 'postBack']) {
    if (typeof known[name] === 'string' || typeof known[name] === 'boolean') kept[name] = known[name];
  }
  for (const name of ['tenant', 'team', 'channel']) {
    const id = (known[name] as { readonly id?: unknown } | undefined | null)?.id;
    if (typeof id === 'string') kept[name] = { id };
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}
