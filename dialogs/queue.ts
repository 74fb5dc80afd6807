import type { TurnContext } from 'botbuilder';
import { type TextKey, text } from '../locales';
import { addMs, compare } from '../src/domain/calendar';
import type { Case } from '../src/domain/case';
import { handoffDiagnosis } from '../src/domain/diagnosis/diagnose';
import { missingFor } from '../src/domain/evidence';
import { moveOwner } from '../src/domain/owner';
import { replyBy } from '../src/domain/triage';
import { type CaseEvent, eventChanges, newEvent } from '../src/repositories/case-events';
import { changeCase } from '../src/repositories/cases';
import { parseRating } from '../src/understanding/embedded/rating';
import { summaryOf } from './contact-agent';
import { formatInstant } from './format';
import { say } from './prompts';
import { planPlace, tellPlace } from './queue-updates';
import { type Session, sessionOf } from './services';
import { pickedChoice } from './take-facts';

/** A message this long after the last one is another contact about the case (docs/domain.md §4.5), not the same visit. */
const NEW_CONTACT_MS = 30 * 60_000;
/** A closed case is opened again under its number within this time. */
const REOPEN_MS = 7 * 86_400_000;

/**
 * The conversation belongs to a person, or waits for one: what the user says goes to the case, and the bot only acknowledges.
 * Returns false when the case is closed and this is something new.
 */
export async function whileOwned(context: TurnContext, asksProgress: boolean): Promise<boolean> {
  const session = sessionOf(context);
  const open = session.case;
  if (!open) return false;
  if (open.owner === 'bot') return afterReturn(context, session, open);
  if (open.owner === 'closed') {
    if (session.understanding.signals.includes('stillMissing')) return reopen(context, session, open);
    return takeRating(context, session, open);
  }
  await note(session, { kind: 'message' });
  const contacted = compare(session.now, addMs(open.updatedAt, NEW_CONTACT_MS)) > 0 && chases(session);
  const changed = await takeIntoCase(session, open, contacted ? 1 : 0);
  session.case = changed;
  // A person has the conversation: not a word of the bot.
  if (open.owner === 'agent') return true;
  if (asksProgress) await tellProgress(context, changed);
  else await acknowledge(context, session, changed);
  return true;
}

/** An event of the case in this turn's commit. */
async function note({ partition, case: open, now }: Session, event: Pick<CaseEvent, 'kind' | 'text'>): Promise<void> {
  if (open) await partition.commit(...eventChanges(newEvent({ ...event, caseId: open.id, at: now })));
}

function chases({ understanding: { decided, command, signals } }: Session): boolean {
  const chasing = command === 'human' || signals.includes('stillMissing') || signals.includes('angry') || signals.includes('complained');
  return chasing || decided === 'check_case_status' || decided === 'talk_to_human' || decided === 'complaint_anger';
}

/** New facts and another contact may raise the priority; the summary follows. */
async function takeIntoCase(session: Session, open: Case, contact: number): Promise<Case> {
  const news =
    session.fresh.length +
    session.replaced.length +
    session.understanding.signals.length +
    session.attachments.length +
    Object.keys(session.masked).length +
    contact;
  const waits = open.owner === 'agent' && open.waitingSince === undefined;
  if (news === 0 && !waits) return open;
  const phone = session.record.extra?.contact;
  const changed = await changeCase(session.partition, open.id, (before) => {
    const contacts = before.contacts + contact;
    const judged = handoffDiagnosis(session.draft, session.rules, contacts);
    const priority = judged.priority && judged.priority < before.priority ? judged.priority : before.priority;
    const due =
      priority === before.priority ? before.replyBy : replyBy(priority, session.now, session.rules.profile, session.rules.calendar);
    const after: Case = {
      ...before,
      ...(waits && { waitingSince: session.now }),
      ...(typeof phone === 'string' && { contact: phone }),
      contacts,
      priority,
      replyBy: due,
      draft: session.draft,
      updatedAt: session.now,
      missing: missingFor(before.queue, session.draft),
      // What is told while waiting may show another cause; the queue stays until a person moves it.
      diagnosis: { ...before.diagnosis, ...judged, queue: before.queue, priority, outcome: `ESC-${priority}` },
    };
    return { ...after, summary: summaryOf(after, session.rules) };
  });
  return changed ?? open;
}

async function acknowledge(context: TurnContext, session: Session, open: Case): Promise<void> {
  const params = { id: open.id, replyBy: formatInstant(session.locale, open.replyBy) };
  if (session.understanding.command === 'human') return say(context, 'contact-agent.already', params);
  if (compare(session.now, open.replyBy) > 0) return say(context, 'contact-agent.overdueAck', { id: open.id });
  if (chases(session) || !acknowledged(session)) {
    session.record = { ...session.record, extra: { ...session.record.extra, acknowledged: true } };
    return say(context, 'contact-agent.ack', params);
  }
  if (session.fresh.length + session.replaced.length + session.attachments.length > 0)
    return say(context, 'contact-agent.noted', { id: open.id });
}

const acknowledged = (session: Session): boolean => session.record.extra?.acknowledged === true;

/** 查进度: status, priority and the time of the first reply. */
export async function tellProgress(context: TurnContext, known: Case): Promise<void> {
  const { locale } = sessionOf(context);
  await say(context, 'contact-agent.progress', {
    id: known.id,
    status: text(locale, `contact-agent.status.${known.owner}`),
    priority: known.priority,
    replyBy: formatInstant(locale, known.replyBy),
  });
}

async function reopen(context: TurnContext, session: Session, closed: Case): Promise<boolean> {
  if (compare(session.now, addMs(closed.updatedAt, REOPEN_MS)) > 0) return false;
  return handBack(context, session, 'contact-agent.reopened');
}

/** The same case goes into its queue again. */
async function handBack(context: TurnContext, session: Session, sentence: TextKey): Promise<boolean> {
  const known = session.case;
  const changed =
    known &&
    (await changeCase(session.partition, known.id, (before) => {
      const moved = moveOwner(before, { kind: 'handoff', at: session.now });
      if (moved.kind === 'refused') return undefined;
      const { rating: _rating, closing: _closing, finding: _finding, ...open } = moved.case;
      const after = {
        ...open,
        waitingSince: session.now,
        replyBy: replyBy(before.priority, session.now, session.rules.profile, session.rules.calendar),
      };
      return { ...after, summary: summaryOf(after, session.rules) };
    }));
  if (!changed) return false;
  session.case = changed;
  session.asking = undefined;
  session.choices = [];
  await note(session, { kind: 'reopened' });
  await say(context, sentence, { id: changed.id, replyBy: formatInstant(session.locale, changed.replyBy) });
  await tellPlace(context, session, changed);
  await planPlace(session);
  return true;
}

/** A mark as the answer to a closed case. */
async function takeRating(context: TurnContext, session: Session, closed: Case): Promise<boolean> {
  const given = parseRating(session.text);
  const late = compare(session.now, addMs(closed.updatedAt, REOPEN_MS)) > 0;
  if (!given || closed.rating || !closed.closing || session.asking || late) return false;
  const rating = { at: session.now, ...given };
  const changed = await changeCase(session.partition, closed.id, (before) => ({ ...before, rating }));
  if (!changed) return false;
  session.case = changed;
  await note(session, { kind: 'rated', text: [given.score, given.words ?? ''].join(' ').trim() });
  await say(context, 'desk.said.rated');
  return true;
}

/** The first turn after a person gave the conversation back knows what he found; without it the bot goes on as always. */
async function afterReturn(context: TurnContext, session: Session, returned: Case): Promise<boolean> {
  const { finding } = returned;
  if (!finding) return false;
  const { command, decided, reply, signals } = session.understanding;
  const picked = pickedChoice(session)?.means;
  const answer = picked?.kind === 'reply' ? picked.reply : reply;
  const answers = finding.told === true && session.asking === 'resolved';
  const unsolved = signals.includes('stillMissing') || (answers && answer === 'no');
  if (command === 'human' || decided === 'talk_to_human' || unsolved) return handBack(context, session, 'desk.said.back');
  if (!finding.told) {
    await changeCase(session.partition, returned.id, (before) => ({ ...before, finding: { ...finding, told: true } }));
    return askIfSolved(context, session, finding.text);
  }
  if (!answers) return false;
  session.asking = undefined;
  session.choices = [];
  if (answer !== 'yes' && !signals.includes('solved')) return false;
  await say(context, 'follow-up.thanks');
  return true;
}

async function askIfSolved(context: TurnContext, session: Session, finding: string): Promise<boolean> {
  const { locale } = session;
  session.asking = 'resolved';
  session.choices = [
    { title: text(locale, 'desk.said.askedChoices.yes'), means: { kind: 'reply', reply: 'yes' } },
    { title: text(locale, 'desk.said.askedChoices.no'), means: { kind: 'reply', reply: 'no' } },
  ];
  const actions = session.choices.map(({ title }) => ({ type: 'imBack', title, value: title }));
  await context.sendActivity({
    type: 'message',
    text: text(locale, 'desk.said.asked', { finding }),
    suggestedActions: { to: [], actions },
  });
  return true;
}
