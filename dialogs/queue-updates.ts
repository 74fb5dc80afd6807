import type { TurnContext } from 'botbuilder';
import { addMs, compare } from '../src/domain/calendar';
import type { Case } from '../src/domain/case';
import { addFollowUp } from '../src/repositories/follow-ups';
import { formatInstant } from './format';
import { say } from './prompts';
import { type Session, sessionOf } from './services';

/** Kind of the follow-up that tells who waits where he is. */
export const QUEUE_PLACE = 'queue-place';

/** Where a line costs nothing and needs no permission; elsewhere the user asks with 「查进度」. */
const CHANNELS: ReadonlySet<string> = new Set(['directline', 'webchat']);
const EVERY_MS = 60_000;
/** After a quarter of an hour nobody is looking any more; the promised time stands. */
const MOST = 15;

/**
 * The place in the queue and the wait of late; without measured waits the promised time is all that is honest. Returns false when there was
 * nothing to say.
 */
export async function tellPlace(context: TurnContext, { desk }: Session, waiting: Case): Promise<boolean> {
  const { ahead, minutes } = await desk.outlookOf(waiting);
  if (minutes === undefined && ahead === 0) return false;
  if (minutes === undefined) await say(context, 'desk.said.ahead', { ahead });
  else if (ahead > 0) await say(context, 'desk.said.position', { ahead, minutes });
  else await say(context, 'desk.said.first', { minutes });
  return true;
}

/** Plans the next word to who waits; `told` is how many there were. */
export async function planPlace({ partition, record, now }: Session, told = 0): Promise<void> {
  if (told >= MOST || !CHANNELS.has(record.channel)) return;
  const { id: conversation, reference } = record;
  await addFollowUp(partition, { conversation, reference, dueAt: addMs(now, EVERY_MS), kind: QUEUE_PLACE, value: { told } });
}

/** A minute later: still waiting, or somebody has come and there is nothing to say. */
export async function tellPlaceAgain(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  const { case: waiting, locale, now } = session;
  if (waiting?.owner !== 'queue' || compare(now, waiting.replyBy) > 0) return;
  const { told = 0 } = (context.activity.value?.value ?? {}) as { readonly told?: number };
  const said = await tellPlace(context, session, waiting);
  if (!said) await say(context, 'desk.said.stillWaiting', { id: waiting.id, replyBy: formatInstant(locale, waiting.replyBy) });
  await planPlace(session, told + 1);
}
