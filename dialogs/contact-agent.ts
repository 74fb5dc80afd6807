import { type Activity, ActivityTypes, EventFactory, type TurnContext } from 'botbuilder';
import { isTextKey, text } from '../locales';
import { compare, nextServiceTime } from '../src/domain/calendar';
import type { Case, Diagnosis } from '../src/domain/case';
import { handoffDiagnosis } from '../src/domain/diagnosis/diagnose';
import type { Rules } from '../src/domain/diagnosis/verdict';
import { missingFor } from '../src/domain/evidence';
import { summarize } from '../src/domain/summary';
import { replyBy } from '../src/domain/triage';
import { addCase, createCaseId } from '../src/repositories/cases';
import { cancelFollowUps } from '../src/repositories/follow-ups';
import { listTranscript } from '../src/repositories/transcripts';
import { formatInstant } from './format';
import { say, sayText } from './prompts';
import { planPlace, tellPlace } from './queue-updates';
import { type Session, sessionOf } from './services';

/** S10: a person takes it. Safety advice first where it matters, then the case, its id, when a person answers and how to ask later. */
export async function openCase(context: TurnContext, diagnosis: Diagnosis, wished = false): Promise<void> {
  const session = sessionOf(context);
  await adviseSafety(context, session, diagnosis, wished);
  const created = await registerCase(context, diagnosis);
  await announce(context, session, created);
  await raiseEvent(context, session, created);
}

/** Keeps the case and leaves the conversation to the queue, without a word to the user. */
export async function registerCase(context: TurnContext, diagnosis: Diagnosis): Promise<Case> {
  const session = sessionOf(context);
  const created = await keepCase(session, diagnosis);
  session.case = created;
  session.record = { ...session.record, caseId: created.id };
  session.diagnosis = diagnosis;
  session.questions = session.draft.asked.length;
  session.asking = undefined;
  session.choices = [];
  await cancelFollowUps(session.partition, session.record.id);
  return created;
}

/** The person asked for a person: at once, with whatever is known. */
export async function handOver(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  await openCase(context, handoffDiagnosis(session.draft, session.rules), true);
}

/** Safety advice where there is danger, else why a person is needed; who asked for one need not hear why. */
async function adviseSafety(
  context: TurnContext,
  session: Session,
  { causes, priority, queue }: Diagnosis,
  wished: boolean,
): Promise<void> {
  if (queue !== 'Q-FRAUD' && priority !== 'P0') {
    const reason = causes.map(({ id }) => `escalation.reason.${id}`).find(isTextKey);
    if (reason && !wished) await say(context, reason);
    return;
  }
  const key = causes.map(({ id }) => `safety.${id}`).find(isTextKey);
  if (key) await sayText(context, text(session.locale, key));
}

async function keepCase(session: Session, diagnosis: Diagnosis): Promise<Case> {
  const { now, partition, record, draft, rules } = session;
  const priority = diagnosis.priority ?? 'P3';
  const queue = diagnosis.queue ?? 'Q-SETTLE';
  const facts: Omit<Case, 'id' | 'summary'> = {
    conversationId: record.id,
    channel: record.channel,
    locale: session.locale,
    createdAt: now,
    updatedAt: now,
    priority,
    queue,
    owner: 'queue',
    draft,
    diagnosis,
    missing: missingFor(queue, draft),
    contacts: 0,
    replyBy: replyBy(priority, now, rules.profile, rules.calendar),
    ...(typeof record.extra?.contact === 'string' && { contact: record.extra.contact }),
  };
  for (;;) {
    const nameless = { ...facts, id: createCaseId(now, partition.number), summary: '' };
    const created = { ...nameless, summary: summaryOf(nameless, rules) };
    if (await addCase(partition, created)) return created;
  }
}

/** The summary is for the desk, which reads Chinese whatever the user's language. */
export function summaryOf(facts: Case, { profile, calendar }: Rules): string {
  return summarize(facts, (key, params) => (isTextKey(key) ? text('zh-CN', key, params) : key), { profile, calendar });
}

async function announce(context: TurnContext, session: Session, created: Case): Promise<void> {
  const { locale, rules } = session;
  const due = formatInstant(locale, created.replyBy);
  await say(context, 'contact-agent.created', { id: created.id, priority: created.priority, replyBy: due });
  const serves = nextServiceTime(session.now, rules.profile.service, rules.calendar);
  const outside = created.priority !== 'P0' && compare(serves, session.now) > 0;
  if (!outside) {
    await tellPlace(context, session, created);
    await planPlace(session);
  }
  const later = text(locale, 'contact-agent.later');
  const resume = outside ? text(locale, 'contact-agent.outside', { resume: formatInstant(locale, serves) }) : '';
  await sayText(context, `${resume}${later}`);
}

/** Channels that take the SDK's handoff event; Teams refuses it. */
const EVENT_CHANNELS: ReadonlySet<string> = new Set(['emulator', 'directline', 'webchat']);

async function raiseEvent(context: TurnContext, { partition }: Session, created: Case): Promise<void> {
  if (!EVENT_CHANNELS.has(context.activity.channelId)) return;
  const { id, priority, queue, summary } = created;
  const activities = (await listTranscript(partition, created.conversationId)) as Activity[];
  const event = EventFactory.createHandoffInitiation(context, { caseId: id, priority, queue, summary }, { activities });
  await context.sendActivity({ ...event, type: ActivityTypes.Event });
}
