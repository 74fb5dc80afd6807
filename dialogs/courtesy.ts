import type { TurnContext } from 'botbuilder';
import { compare } from '../src/domain/calendar';
import { valueIn } from '../src/domain/draft';
import { formatFen } from '../src/domain/money';
import { asksWho } from '../src/understanding/embedded/question';
import { formatInstant } from './format';
import { WAITING } from './handle-by-method';
import type { Interruption } from './interruptions';
import { say } from './prompts';
import { type Session, sessionOf } from './services';
import { isSlot } from './take-facts';

/** Anger alone changes nothing but the tone; twice in a row a person is offered (docs/domain.md §4.5). */
export async function soothe(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  const { understanding, record } = session;
  const angry = understanding.signals.includes('angry') || understanding.decided === 'complaint_anger';
  session.record = { ...record, angryTurns: angry ? record.angryTurns + 1 : 0 };
  if (!angry) return 'go-on';
  if (session.fresh.length + session.replaced.length === 0) session.digressed = true;
  await say(context, record.angryTurns > 0 ? 'talk.angryHuman' : 'talk.angry');
  return 'go-on';
}

/** A greeting, thanks, or who answers here: an answer in kind, and then the matter. */
export async function greet(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  if (asksWho(session.text)) {
    session.digressed = true;
    await say(context, 'welcome.who');
    return session.asking ? 'go-on' : 'done';
  }
  const { decided } = session.understanding;
  const empty = session.fresh.length + session.replaced.length === 0;
  const solved = session.understanding.signals.includes('solved');
  if (decided === 'thanks_bye' && empty && !session.asking && !solved) {
    await say(context, 'follow-up.bye');
    return 'done';
  }
  const polite = decided === 'greet' || (decided === 'thanks_bye' && isSlot(session.asking));
  if (!polite || !empty) return 'go-on';
  session.digressed = true;
  if (session.asking) {
    if (decided === 'greet') await say(context, 'welcome.here');
    return 'go-on';
  }
  await greetAgain(context, session);
  return 'done';
}

/** 「在吗」: where a date was told, what became of it; else what to say first. */
async function greetAgain(context: TurnContext, session: Session): Promise<void> {
  const { diagnosis, locale, now } = session;
  const waiting = WAITING.has(diagnosis?.outcome ?? '') && !session.record.extra?.solved;
  if (!waiting || !diagnosis?.expectedBy) return say(context, 'welcome.greet');
  const date = formatInstant(locale, diagnosis.expectedBy);
  if (compare(now, diagnosis.expectedBy) <= 0) return say(context, 'talk.stillDue', { date });
  return askWhatBecame(context, session, date);
}

/** 「之前这笔预计…前有结果，现在解决了吗？」 */
export async function askWhatBecame(context: TurnContext, session: Session, date: string): Promise<void> {
  const amount = valueIn(session.draft, 'amount');
  await say(context, 'follow-up.due', { amount: amount === undefined ? '' : formatFen(amount), date });
  session.asking = 'resolved';
  session.choices = [];
}
