import type { TurnContext } from 'botbuilder';
import { FAQ_IDS, type FaqId, type TextKey, text } from '../locales';
import { compare } from '../src/domain/calendar';
import { newDraft } from '../src/domain/case';
import { readClock } from '../src/domain/diagnosis/clock';
import { stepBack, valueIn, withoutFact } from '../src/domain/draft';
import type { Signal } from '../src/domain/slots';
import { deleteCaseEvents } from '../src/repositories/case-events';
import { deleteConversation } from '../src/repositories/conversations';
import { cancelFollowUps } from '../src/repositories/follow-ups';
import { deleteTranscript } from '../src/repositories/transcripts';
import { asksWho, isQuestion, namesSecret } from '../src/understanding/embedded/question';
import { handOver } from './contact-agent';
import { formatInstant } from './format';
import { isChasing, isElsewhere, isFar } from './heard';
import { diagnoseNow } from './judge';
import { say, sayText } from './prompts';
import { tellProgress } from './queue';
import { type Session, sessionOf } from './services';
import { isSlot, pickedChoice } from './take-facts';

/** `done`: the turn is over. `fresh`: the dialogs begin anew. `go-on`: the dialogs take the message. */
export type Interruption = 'done' | 'fresh' | 'go-on';

/** The commands that work everywhere. */
export async function obeyCommand(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  switch (commandOf(session)) {
    case 'human':
      await handOver(context);
      return 'done';
    case 'restart':
      startOver(session);
      await say(context, 'talk.restarted');
      return 'fresh';
    case 'cancel':
      startOver(session);
      await cancelFollowUps(session.partition, session.record.id);
      await say(context, 'talk.cancelled');
      return 'done';
    case 'back':
      return goBack(context, session);
    case 'help':
      await say(context, 'talk.help');
      session.digressed = true;
      return session.asking ? 'go-on' : 'done';
    case 'progress':
      await answerProgress(context, session);
      session.digressed = true;
      return session.asking && session.asking !== 'caseId' ? 'go-on' : 'done';
    case 'deleteData':
      await forget(context, session);
      return 'done';
    default:
      return 'go-on';
  }
}

function commandOf(session: Session) {
  const means = pickedChoice(session)?.means;
  if (means?.kind === 'human') return 'human';
  const { command, decided, signals } = session.understanding;
  if (command && !(command === 'progress' && signals.includes('asksOthersData'))) return command;
  if (signals.includes('asksOthersData')) return undefined;
  if (session.fresh.includes('caseId')) return 'progress';
  if (decided === 'talk_to_human') return 'human';
  return decided === 'check_case_status' && !isChasing(session) ? 'progress' : undefined;
}

/** Forgets the matter, keeps the conversation. */
export function startOver(session: Session): void {
  const { later: _, ...extra } = session.record.extra ?? {};
  session.record = { ...session.record, extra };
  session.draft = newDraft(session.now);
  session.diagnosis = undefined;
  session.asking = undefined;
  session.choices = [];
}

async function goBack(context: TurnContext, session: Session): Promise<Interruption> {
  const earlier = stepBack(session.draft);
  if (!earlier) {
    await say(context, 'talk.noBack');
    session.digressed = true;
    return 'go-on';
  }
  session.draft = earlier;
  await say(context, 'talk.back');
  return 'fresh';
}

/** Somebody else's case and one that does not exist sound the same. */
async function answerProgress(context: TurnContext, session: Session): Promise<void> {
  const asked = valueIn(session.draft, 'caseId');
  const own = session.case;
  if (own && (!asked || asked === own.id)) return tellProgress(context, own);
  if (!asked && session.understanding.reply === 'no' && session.asking === 'caseId') {
    session.asking = undefined;
    return say(context, 'contact-agent.noCase');
  }
  if (!asked && session.asking !== 'caseId') {
    if (!session.asking) session.asking = 'caseId';
    return say(context, 'contact-agent.noCase');
  }
  session.draft = { ...withoutFact(session.draft, 'caseId'), refusals: [...new Set([...session.draft.refusals, 'REF-PII'])] };
  if (session.asking === 'caseId') session.asking = undefined;
  if (isIdle(session)) session.diagnosis = { causes: [], outcome: 'REF-PII' };
  return say(context, 'contact-agent.unknownCase');
}

async function forget(context: TurnContext, session: Session): Promise<void> {
  const { partition, record } = session;
  startOver(session);
  session.forgotten = true;
  await cancelFollowUps(partition, record.id);
  await deleteTranscript(partition, record.id);
  await deleteConversation(partition, record.id);
  const open = session.case && session.case.owner !== 'closed' ? session.case : undefined;
  if (session.case && !open) await deleteCaseEvents(partition, session.case.id);
  if (open) await say(context, 'privacy.deletedButCase', { id: open.id });
  else await say(context, 'privacy.deleted');
}

const REFUSAL_OF = [
  ['asksEvade', 'REF-EVADE'],
  ['asksOthersData', 'REF-PII'],
  ['asksGuarantee', 'REF-GUARANTEE'],
  ['asksLegal', 'REF-GUARANTEE'],
  ['asksAds', 'REF-ADS'],
] as const;

type Refusal = 'REF-SECRET' | 'REF-ADS' | 'REF-EVADE' | 'REF-GUARANTEE' | 'REF-PII' | 'REF-OOS';

/** Characters below which words tell of nothing else by themselves. */
const SHORT_WORDS = 6;

/** What of a message we do not do; undefined when it asks for nothing of the kind. */
export function refusalOf({ understanding, fresh, replaced, attachments, asking, diagnosis, text: words }: Session): Refusal | undefined {
  const bySignal = REFUSAL_OF.find(([signal]) => understanding.signals.includes(signal));
  if (bySignal) return bySignal[1];
  if (fresh.length + replaced.length + attachments.length > 0 || understanding.reply || understanding.faq) return undefined;
  if (understanding.decided === 'apply_pos') return 'REF-ADS';
  if (understanding.decided === 'privacy_question' && !asking && namesSecret(words)) return 'REF-SECRET';
  if (!isElsewhere(understanding) || understanding.signals.length > 0) return undefined;
  // With a question pending, words that fit nothing are rather an answer that was not understood, unless they ask or tell of something else.
  const elsewhere = isFar(understanding) && (isQuestion(words) || asking === 'issueType');
  // A word or two after a conclusion are rather of that matter: 「零钱」.
  const ofTheMatter = diagnosis?.outcome?.startsWith('SS-') === true && words.length < SHORT_WORDS && !isQuestion(words);
  return elsewhere || (!asking && !ofTheMatter) ? 'REF-OOS' : undefined;
}

/** Cues of a question or of a mood, not of a matter. */
const IDLE_SIGNALS: ReadonlySet<Signal> = new Set<Signal>([
  'asksGuarantee',
  'asksEvade',
  'asksAds',
  'asksOthersData',
  'asksLegal',
  'angry',
  'refundElsewhere',
]);

/** Nothing of the user's own has been told yet, so a refusal or an answer is all there is to say. */
const isIdle = ({ draft, asking }: Session): boolean =>
  !asking && Object.keys(draft.facts).length === 0 && draft.signals.every((signal) => IDLE_SIGNALS.has(signal));

/** The message carries a matter beside what is refused. */
function bringsNews({ fresh, replaced, freshSignals }: Session): boolean {
  return fresh.length + replaced.length > 0 || freshSignals.some((signal) => !IDLE_SIGNALS.has(signal));
}

/** What we do not do: said once, then back to the matter. */
export async function refuse(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  if (asksWho(session.text)) return 'go-on';
  const refusal = refusalOf(session);
  if (!refusal) return 'go-on';
  session.digressed = true;
  const idle = isIdle(session);
  const tail = idle ? text(session.locale, 'refusal.tail') : '';
  await sayText(context, `${text(session.locale, `refusal.${refusal}`)}${tail}`);
  session.draft = { ...session.draft, refusals: [...new Set([...session.draft.refusals, refusal])] };
  if (!idle) return session.asking || bringsNews(session) ? 'go-on' : 'done';
  if (session.diagnosis?.outcome !== 'SS-FAQ') session.diagnosis = { causes: [], outcome: refusal };
  return 'done';
}

/** Someone is in danger: nothing comes before the safety advice. */
const isUrgent = (session: Session): boolean => diagnoseNow(session).priority === 'P0';

/** A general question: answered, then the pending question comes back (docs/domain.md §9). */
export async function answerFaq(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  const { faq } = session.understanding;
  const key = FAQ_IDS.find((id) => id === faq?.key) as FaqId | undefined;
  if (!key || session.replaced.length > 0 || session.answered || pickedChoice(session)) return 'go-on';
  if (session.asking && !isQuestion(session.text)) return 'go-on';
  if (isUrgent(session)) return 'go-on';
  session.digressed = true;
  const idle = isIdle(session);
  const answer = text(session.locale, `faq.${key}.answer` as TextKey);
  await sayText(context, idle ? `${answer}\n${text(session.locale, 'talk.faqTail')}` : answer);
  if (session.asking || session.fresh.length > 0) return 'go-on';
  if (idle) session.diagnosis = { causes: [], outcome: 'SS-FAQ' };
  return 'done';
}

/** An answer of the FAQ found with less is further off than the date of one's own money. */
const CERTAIN_FAQ = 0.5;

/** 「那几号能到？」 about one's own money: the date as far as it can be told, then the pending question comes back. */
export async function tellWhen(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  const { asking, understanding, diagnosis, locale } = session;
  const asks = understanding.ranked[0]?.name === 'settlement_time_question' && understanding.slots.length === 0;
  if (!asks || session.digressed || session.answered || (understanding.faq?.confidence ?? 0) >= CERTAIN_FAQ) return 'go-on';
  if (diagnosis?.expectedBy) {
    session.digressed = true;
    const past = compare(session.now, diagnosis.expectedBy) > 0;
    await say(context, past ? 'talk.wasDue' : 'talk.stillDue', { date: formatInstant(locale, diagnosis.expectedBy) });
    return asking || past ? 'go-on' : 'done';
  }
  if (!isSlot(asking)) return 'go-on';
  session.digressed = true;
  const clock = readClockOf(session);
  if (!clock) await say(context, 'talk.whenKnown');
  else await say(context, clock.state === 'overdue' ? 'talk.wasDue' : 'talk.dueSoFar', { date: formatInstant(locale, clock.expectedBy) });
  return 'go-on';
}

/** The settlement clock of a merchant's sale whose product is known. */
const readClockOf = ({ draft, rules }: Session) =>
  valueIn(draft, 'issueType') === 'R1' && valueIn(draft, 'settleProduct') ? readClock(draft, rules) : undefined;
