import type { TurnContext } from 'botbuilder';
import type { DialogSet } from 'botbuilder-dialogs';
import { text } from '../locales';
import { addMs, compare } from '../src/domain/calendar';
import { newDraft } from '../src/domain/case';
import { addSignals, hasSignal, timesAsked, valueIn } from '../src/domain/draft';
import { formatFen } from '../src/domain/money';
import type { SlotName } from '../src/domain/slots';
import { cancelFollowUps } from '../src/repositories/follow-ups';
import { QUEUE_PLACE } from '../src/repositories/queue-places';
import { admitsGiving } from '../src/understanding/embedded/question';
import { askWhatBecame, greet, soothe } from './courtesy';
import { afterReply } from './follow-up';
import { formatInstant, RECAP, recapOf } from './format';
import { isChasing } from './heard';
import { answerFaq, type Interruption, obeyCommand, refusalOf, refuse, startOver, tellWhen } from './interruptions';
import { dropDialogs, runDialogs } from './main';
import { say } from './prompts';
import { whileOwned } from './queue';
import { tellPlaceAgain } from './queue-updates';
import { type Session, sessionOf } from './services';
import { handleStaff, isReport } from './staff';
import { lastingFacts, opensAnother, takeFacts } from './take-facts';

/** S0: who the bot is, what not to send, what to say first. Once per conversation. */
export async function welcome(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  if (session.record.welcomedAt) return;
  session.record = { ...session.record, welcomedAt: session.now };
  await say(context, 'welcome.hello');
  await say(context, 'welcome.privacy');
  await say(context, 'welcome.start');
}

/** Channels without a greeting still tell what not to send, before the first answer. */
async function introduce(context: TurnContext, session: Session): Promise<void> {
  if (session.record.welcomedAt) return;
  session.record = { ...session.record, welcomedAt: session.now };
  await say(context, 'welcome.privacy');
}

/** The user has left (取消关注): the matter ends without a word, a case goes on without him; who comes back is welcomed anew. */
export async function leave(context: TurnContext, dialogs: DialogSet, session: Session): Promise<void> {
  const { welcomedAt: _, ...record } = session.record;
  session.record = record;
  startOver(session);
  await cancelFollowUps(session.partition, session.record.id);
  await dropDialogs(dialogs, context);
}

/** One message: its facts are taken, then whoever it is for answers. */
export async function converse(context: TurnContext, dialogs: DialogSet, session: Session): Promise<void> {
  const isAgents = session.case?.owner === 'agent';
  if (!isAgents) await noticeSecrets(context, session);
  if (!session.staff) await introduce(context, session);
  if (session.staff && (await handleStaff(context))) return;
  startAnother(session);
  takeFacts(session);
  if (await noticeFiles(context, session)) return;
  const isOwned = session.understanding.command !== 'deleteData' && !isReport(session);
  if (isOwned && (await whileOwned(context, asksProgress(session)))) return;
  const heard = await interrupt(context);
  if (heard === 'done') return dropUnlessAsked(context, dialogs, session);
  if (heard === 'fresh') await dropDialogs(dialogs, context);
  await acknowledge(context, session);
  if (await resume(context, dialogs, session)) return;
  await runDialogs(dialogs, context);
  countUnderstood(session);
}

async function dropUnlessAsked(context: TurnContext, dialogs: DialogSet, session: Session): Promise<void> {
  if (!session.asking) await dropDialogs(dialogs, context);
}

function countUnderstood(session: Session): void {
  const understood = session.answered || session.fresh.length + session.replaced.length > 0;
  if (understood) session.record = { ...session.record, misunderstood: 0 };
}

/** Everything that may come between a question and its answer. */
async function interrupt(context: TurnContext): Promise<Interruption> {
  for (const step of [obeyCommand, admitLeak, onlySecret, warn, refuse, tellWhen, answerFaq, soothe, greet]) {
    const result = await step(context);
    if (result !== 'go-on') return result;
  }
  return 'go-on';
}

const SECRETS: readonly string[] = ['password', 'code', 'cvv', 'expiry'];

async function noticeSecrets(context: TurnContext, session: Session): Promise<void> {
  const { masked, draft } = session;
  const counts = Object.entries(masked).map(([kind, count]) => [kind, (draft.masked[kind] ?? 0) + count]);
  if (counts.length > 0) session.draft = { ...draft, masked: { ...draft.masked, ...Object.fromEntries(counts) } };
  if (masked.pan) await say(context, 'privacy.pan');
  if (SECRETS.some((kind) => masked[kind])) await say(context, 'privacy.secret');
  if (masked.id) await say(context, 'privacy.id');
}

/** A code or password and nothing else: one question whether anybody else has it (docs/domain.md §6.2). */
async function onlySecret(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  const { masked, fresh, replaced, draft } = session;
  const sent = SECRETS.some((kind) => masked[kind]);
  if (!sent || fresh.length + replaced.length > 0 || hasSignal(draft, 'codeLeaked', 'scamContact', 'unauthorizedCharge')) return 'go-on';
  session.draft = { ...draft, refusals: [...new Set([...draft.refusals, 'REF-SECRET'])] };
  session.digressed = true;
  if (session.asking) return 'go-on';
  session.diagnosis = { causes: [], outcome: 'REF-SECRET' };
  await say(context, 'privacy.leakQuestion');
  session.asking = 'handoff';
  return 'done';
}

/** Keeps and acknowledges files; true when a picture was all there is and its sum and time are asked for in words. */
async function noticeFiles(context: TurnContext, session: Session): Promise<boolean> {
  if (session.filesTooLarge > 0) {
    session.digressed = true;
    await say(context, 'provide-evidence.tooLarge');
  }
  if (session.attachments.length === 0) return false;
  session.draft = { ...session.draft, attachments: [...session.draft.attachments, ...session.attachments] };
  session.digressed = true;
  if (session.case?.owner === 'agent') return false;
  await say(context, 'provide-evidence.image');
  const known = valueIn(session.draft, 'amount') !== undefined && valueIn(session.draft, 'txTime') !== undefined;
  if (session.text !== '' || known || session.asking || session.case) return false;
  await say(context, 'talk.voiceOrFile');
  session.asking = 'amount';
  return true;
}

/** After a code was sent here: it was given to somebody else as well. */
async function admitLeak(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  const waited = session.diagnosis?.outcome === 'REF-SECRET' && session.asking === 'handoff';
  if (waited && (session.understanding.reply === 'yes' || admitsGiving(session.text))) {
    session.draft = addSignals(session.draft, ['codeLeaked']);
    session.asking = undefined;
    return 'fresh';
  }
  return 'go-on';
}

/** A refund to another account is a fraud sign: the warning comes before anything else (docs/domain.md §8.2). */
async function warn(context: TurnContext): Promise<Interruption> {
  const session = sessionOf(context);
  if (!session.freshSignals.includes('refundElsewhere')) return 'go-on';
  session.digressed = true;
  await say(context, 'faq.R05.answer');
  return 'go-on';
}

/** Told after a conclusion: another sum or another kind of problem is a new matter; what is true of the shop stays. */
function startAnother(session: Session): void {
  const over =
    session.diagnosis?.outcome !== undefined && (!session.case || session.case.owner === 'closed' || session.case.owner === 'bot');
  if (!over || session.asking === 'handoff') return;
  const told = /^(REF-|SS-FAQ)/.test(session.diagnosis?.outcome ?? '');
  const { solved, ...extra } = session.record.extra ?? {};
  if (!told && !solved && !opensAnother(session)) return;
  // What is refused beside an answer leaves the answer what it was.
  if (session.diagnosis?.outcome === 'SS-FAQ' && refusalOf(session)) return;
  session.record = { ...session.record, extra };
  const facts = told ? session.draft.facts : lastingFacts(session.draft);
  session.draft = { ...newDraft(session.now), facts, refusals: told ? session.draft.refusals : [] };
  session.diagnosis = undefined;
}

const asksProgress = ({ understanding: { command, decided } }: Session): boolean =>
  command === 'progress' || decided === 'check_case_status';

const READ_BACK_FEN = 5_000_000;

/** One line: what was corrected, or what was taken from a message with several facts; a large sum is read back. */
async function acknowledge(context: TurnContext, session: Session): Promise<void> {
  const { locale, draft, fresh, replaced } = session;
  const corrected = recapOf(
    locale,
    draft,
    RECAP.filter((slot) => replaced.includes(slot)),
  );
  if (corrected) await say(context, 'talk.corrected', { items: corrected });
  const key: readonly SlotName[] = ['amount', 'txTime'];
  const noted = fresh.some((slot) => key.includes(slot))
    ? recapOf(
        locale,
        draft,
        RECAP.filter((slot) => fresh.includes(slot)),
      )
    : '';
  if (noted && !corrected) await say(context, 'talk.noted', { items: noted });
  const amount = valueIn(draft, 'amount');
  const told = fresh.includes('amount') || replaced.includes('amount');
  if (told && amount !== undefined && amount > READ_BACK_FEN) await say(context, 'talk.readBack', { amount: formatFen(amount) });
  const cannotCheck = fresh.includes('txStatus') && valueIn(draft, 'txStatus') === 'cannotCheck' && timesAsked(draft, 'txStatus') > 0;
  if (cannotCheck && valueIn(draft, 'role') === 'merchant') await say(context, 'confirm-transaction.path');
}

/** The dialog stack lives a day; after that the draft is still there. */
const IDLE_MS = 24 * 3_600_000;

/**
 * A conversation taken up again: news of a matter that was concluded, or a matter left open for more than a day.
 * Returns true when that was all there is to do.
 */
async function resume(context: TurnContext, dialogs: DialogSet, session: Session): Promise<boolean> {
  const { diagnosis, understanding, record } = session;
  const outcome = diagnosis?.outcome;
  const due = diagnosis?.recheckAt;
  const late = isChasing(session) || (session.asking === 'resolved' && understanding.reply === 'no');
  if (outcome?.startsWith('SS-') && late && due && compare(session.now, due) >= 0) session.draft = addSignals(session.draft, ['fixDone']);
  if (record.extra?.resuming) {
    const { resuming: _, ...extra } = record.extra;
    session.record = { ...session.record, extra };
    if (understanding.reply === 'no') startOver(session);
  }
  const idle = compare(session.now, addMs(record.lastAt, IDLE_MS)) > 0;
  if (!idle) return false;
  await dropDialogs(dialogs, context);
  if (outcome?.startsWith('SS-') && understanding.signals.includes('solved')) {
    session.asking = 'resolved';
    await afterReply(context, 'yes');
    return true;
  }
  return offerResume(context, session);
}

async function offerResume(context: TurnContext, session: Session): Promise<boolean> {
  const recap = recapOf(session.locale, session.draft);
  const silent = session.fresh.length + session.replaced.length === 0 && session.understanding.signals.length === 0;
  if (!recap || !silent || session.diagnosis || session.asking === 'confirm') return false;
  session.asking = 'confirm';
  session.choices = [
    { title: text(session.locale, 'follow-up.resumeChoices.yes'), means: { kind: 'reply', reply: 'yes' } },
    { title: text(session.locale, 'follow-up.resumeChoices.no'), means: { kind: 'ask', text: 'restart' } },
  ];
  session.record = { ...session.record, extra: { ...session.record.extra, resuming: true } };
  await say(context, 'follow-up.resume', { recap });
  return true;
}

/** A promised hour has come: asks what became of it, unless a person has the matter by now. */
export async function followUp(context: TurnContext): Promise<void> {
  const session = sessionOf(context);
  if (context.activity.value?.kind === QUEUE_PLACE) return tellPlaceAgain(context);
  const { diagnosis, locale } = session;
  if (session.case && session.case.owner !== 'closed') return;
  if (!diagnosis?.outcome?.startsWith('SS-') || !diagnosis.recheckAt) return;
  await askWhatBecame(context, session, formatInstant(locale, diagnosis.recheckAt));
}
