import type { TurnContext } from 'botbuilder';
import { text } from '../locales';
import { addMs, compare } from '../src/domain/calendar';
import type { Case } from '../src/domain/case';
import { handoffDiagnosis } from '../src/domain/diagnosis/diagnose';
import { missingFor } from '../src/domain/evidence';
import { replyBy } from '../src/domain/triage';
import { changeCase } from '../src/repositories/cases';
import { summaryOf } from './contact-agent';
import { formatInstant } from './format';
import { say } from './prompts';
import { type Session, sessionOf } from './services';

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
  if (!open || open.owner === 'bot') return false;
  if (open.owner === 'closed') return session.understanding.signals.includes('stillMissing') && reopen(context, session, open);
  const contacted = compare(session.now, addMs(open.updatedAt, NEW_CONTACT_MS)) > 0 && chases(session);
  const changed = await takeIntoCase(session, open, contacted ? 1 : 0);
  session.case = changed;
  if (asksProgress) await tellProgress(context, changed);
  else if (open.owner === 'queue') await acknowledge(context, session, changed);
  return true;
}

function chases({ understanding: { decided, command, signals } }: Session): boolean {
  const chasing = command === 'human' || signals.includes('stillMissing') || signals.includes('angry') || signals.includes('complained');
  return chasing || decided === 'check_case_status' || decided === 'talk_to_human' || decided === 'complaint_anger';
}

/** New facts and another contact may raise the priority; the summary follows. */
async function takeIntoCase(session: Session, open: Case, contact: number): Promise<Case> {
  const news = session.fresh.length + session.replaced.length + session.understanding.signals.length + session.attachments.length + contact;
  if (news === 0) return open;
  const changed = await changeCase(session.partition, open.id, (before) => {
    const contacts = before.contacts + contact;
    const judged = handoffDiagnosis(session.draft, session.rules, contacts);
    const priority = judged.priority && judged.priority < before.priority ? judged.priority : before.priority;
    const due =
      priority === before.priority ? before.replyBy : replyBy(priority, session.now, session.rules.profile, session.rules.calendar);
    const after: Case = {
      ...before,
      contacts,
      priority,
      replyBy: due,
      draft: session.draft,
      updatedAt: session.now,
      missing: missingFor(before.queue, session.draft),
      diagnosis: { ...before.diagnosis, priority, outcome: `ESC-${priority}` },
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
  const changed = await changeCase(session.partition, closed.id, (before) => {
    const after: Case = {
      ...before,
      owner: 'queue',
      contacts: before.contacts + 1,
      updatedAt: session.now,
      replyBy: replyBy(before.priority, session.now, session.rules.profile, session.rules.calendar),
    };
    return { ...after, summary: summaryOf(after, session.rules) };
  });
  if (!changed) return false;
  session.case = changed;
  await say(context, 'contact-agent.reopened', { id: changed.id, replyBy: formatInstant(session.locale, changed.replyBy) });
  return true;
}
