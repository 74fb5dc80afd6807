import type { Attachment } from 'botbuilder';

const ADAPTIVE = 'application/vnd.microsoft.card.adaptive';
/** Newer cards have been refused on this channel, and Web Chat does nothing on Action.Execute (BotFramework-WebChat#3844). */
const NEWEST = 1.3;

/** Attachments as web clients can show them: Adaptive Cards of version 1.3 at most, with Action.Submit for Action.Execute. */
export function cardsForWeb(attachments: readonly Attachment[]): Attachment[] {
  return attachments.map((attachment) =>
    attachment.contentType === ADAPTIVE ? { ...attachment, content: lower(attachment.content) } : attachment,
  );
}

function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lower(item)]));
  if (fields.type === 'AdaptiveCard' && !(Number(fields.version) <= NEWEST)) return { ...fields, version: String(NEWEST) };
  if (fields.type !== 'Action.Execute') return fields;
  const { verb, data, ...action } = fields;
  const kept = typeof data === 'object' && data !== null ? data : {};
  return { ...action, type: 'Action.Submit', data: { ...kept, ...(verb !== undefined && { verb }) } };
}
