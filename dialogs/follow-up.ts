import type { TurnContext } from 'botbuilder';
import { compare } from '../src/domain/calendar';
import { cancelFollowUps } from '../src/repositories/follow-ups';
import { formatInstant } from './format';
import { WAITING } from './handle-by-method';
import { giveTips } from './prevention';
import { say } from './prompts';
import type { Reply } from './reply';
import { sessionOf } from './services';

/** What to do after the user answered a conclusion: nothing more, wait on, judge again, or a person. */
export type AfterReply = 'end' | 'wait' | 'judge-again' | 'human';

/** S12 跟进: solved → thanks and two tips; not solved → wait until the hour that was told, then judge again. */
export async function afterReply(context: TurnContext, reply: Reply): Promise<AfterReply> {
  const session = sessionOf(context);
  const { diagnosis, asking } = session;
  session.asking = undefined;
  session.choices = [];
  if (asking === 'handoff') {
    if (reply === 'yes') return 'human';
    await say(context, 'contact-agent.declined');
    return 'wait';
  }
  if (reply === 'yes') {
    if (!isSolved(session.understanding.signals.includes('solved'), asking)) {
      await say(context, 'follow-up.bye');
      return 'wait';
    }
    await say(context, 'follow-up.thanks');
    await giveTips(context, diagnosis);
    await cancelFollowUps(session.partition, session.record.id, 'recheck');
    session.record = { ...session.record, extra: { ...session.record.extra, solved: true } };
    return 'end';
  }
  const due = diagnosis?.recheckAt;
  if (due && WAITING.has(diagnosis.outcome ?? '') && compare(session.now, due) < 0) {
    await say(context, 'follow-up.stillWaiting', { date: formatInstant(session.locale, due) });
    return 'wait';
  }
  return 'judge-again';
}

/** 「好的」 after an answer that only asks to wait is no news that the money is there. */
const isSolved = (said: boolean, asking: string | undefined): boolean => said || asking === 'resolved';
