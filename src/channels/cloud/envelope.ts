import type { Activity } from 'botbuilder';
import { z } from 'zod';

const id = z.string().min(1).max(1024);
const account = z.looseObject({ id });
const optionalText = z.string().nullish();
const list = z.array(z.looseObject({})).nullish();

/**
 * What must hold before the SDK or the bot touches an activity: who, where, and the types of the fields the bot reads. Fields the
 * protocol does not know pass. Source: botframework-activity.md of microsoft/botframework-sdk, sections A2xxx.
 */
const envelope = z.looseObject({
  type: z.string().min(1).max(64),
  channelId: z.string().min(1).max(64),
  conversation: z.looseObject({ id }),
  from: account,
  recipient: account.nullish(),
  serviceUrl: optionalText,
  id: z.string().max(1024).nullish(),
  replyToId: optionalText,
  text: optionalText,
  textFormat: optionalText,
  locale: optionalText,
  name: optionalText,
  deliveryMode: optionalText,
  timestamp: optionalText,
  localTimestamp: optionalText,
  attachments: list,
  entities: list,
  membersAdded: z.array(account).nullish(),
  membersRemoved: z.array(account).nullish(),
});

/** An activity with the fields it needs, its null fields left out; undefined when it is none. `serviceUrl` is checked by whoever proves it. */
export function parseEnvelope(value: unknown): Activity | undefined {
  const result = envelope.safeParse(value);
  if (!result.success) return undefined;
  return Object.fromEntries(Object.entries(result.data).filter(([, field]) => field !== null)) as unknown as Activity;
}
