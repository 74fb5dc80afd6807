import type { TurnContext } from 'botbuilder';
import { compare } from '../src/domain/calendar';
import type { Case } from '../src/domain/case';
import { placeChanges } from '../src/repositories/queue-places';
import { formatInstant } from './format';
import { say } from './prompts';
import { type Session, sessionOf } from './services';

/** The place in the queue and the wait of late; without measured waits the promised time, said elsewhere, is all that is honest. */
export async function tellPlace(context: TurnContext, { desk }: Session, waiting: Case): Promise<void> {
  const { ahead, minutes } = await desk.outlookOf(waiting);
  if (ahead === 0) return minutes === undefined ? say(context, 'desk.said.next') : say(context, 'desk.said.first', { minutes });
  return minutes === undefined ? say(context, 'desk.said.ahead', { ahead }) : say(context, 'desk.said.position', { ahead, minutes });
}

/** Plans the next word to who waits; `told` is how many there were. */
export async function planPlace({ partition, record, now }: Session, told = 0): Promise<void> {
  const changes = placeChanges(record, now, told);
  if (changes.length > 0) await partition.commit(...changes);
}

/** A minute later: still waiting, or somebody has come and there is nothing to say. */
export async function tellPlaceAgain(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  const { case: waiting, locale, now } = session;
  if (waiting?.owner !== 'queue' || compare(now, waiting.replyBy) > 0) return;
  const { told = 0 } = (context.activity.value?.value ?? {}) as { readonly told?: number };
  const { ahead, minutes } = await session.desk.outlookOf(waiting);
  if (ahead > 0 || minutes !== undefined) await tellPlace(context, session, waiting);
  else await say(context, 'desk.said.stillWaiting', { id: waiting.id, replyBy: formatInstant(locale, waiting.replyBy) });
  await planPlace(session, told + 1);
}
