import type { StatePropertyAccessor, TurnContext } from 'botbuilder';
import {
  type DialogContext,
  type DialogReason,
  DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs';
import { MAX_QUESTIONS } from '../src/domain/diagnosis/verdict';
import { addSignals } from '../src/domain/draft';
import type { Asking } from '../src/domain/slots';
import { handOver, openCase } from './contact-agent';
import { afterReply } from './follow-up';
import { recapOf } from './format';
import { conclude, WAITING } from './handle-by-method';
import { diagnoseNow } from './judge';
import { ASK, AskDialog } from './prompts';
import { REPLY, type Reply, ReplyDialog } from './reply';
import { type Session, sessionOf } from './services';
import { STEPS, type StepName, stepOf } from './steps';

const MAIN = 'main';
/** After a conclusion: waits for what the user says to it, as often as that is. */
const AFTER = 'after';

/** All dialogs: one waterfall per troubleshooting step, and the main one that orders them by what the domain wants to know next. */
export function createDialogs(state: StatePropertyAccessor): DialogSet {
  const dialogs = new DialogSet(state);
  dialogs.add(new AskDialog());
  dialogs.add(new ReplyDialog());
  for (const step of Object.keys(STEPS) as StepName[]) dialogs.add(new Step(step));
  dialogs.add(new WaterfallDialog(MAIN, [judge, heed]));
  dialogs.add(new WaterfallDialog(AFTER, [(step) => step.beginDialog(REPLY, step.options), heed]));
  return dialogs;
}

/** A step asks those of its questions that are the next telling one. The others it skips at once: the SDK would make a context for each. */
class Step extends WaterfallDialog {
  private readonly questions: readonly Asking[];

  constructor(name: StepName) {
    const questions: readonly Asking[] = STEPS[name];
    super(
      name,
      questions.map((asking) => (step: WaterfallStepContext) => step.beginDialog(ASK, { asking })),
    );
    this.questions = questions;
  }

  protected override runStep(dc: DialogContext, index: number, reason: DialogReason): Promise<DialogTurnResult> {
    const { ask } = diagnoseNow(sessionOf(dc.context));
    const next = ask ? this.questions.indexOf(ask, index) : -1;
    return super.runStep(dc, next < 0 ? this.questions.length : next, reason);
  }
}

/** The next question, or the conclusion and what follows from it. */
async function judge(step: WaterfallStepContext): Promise<DialogTurnResult> {
  const session = sessionOf(step.context);
  const diagnosis = diagnoseNow(session);
  if (diagnosis.ask) return step.beginDialog(stepOf(diagnosis.ask));
  session.asking = undefined;
  session.choices = [];
  if (diagnosis.outcome?.startsWith('ESC-')) {
    if (isAtOnce(session)) {
      await openCase(step.context, diagnosis);
      return step.cancelAllDialogs();
    }
    return step.beginDialog(REPLY, { asking: 'confirm' });
  }
  await conclude(step.context, diagnosis);
  const outcome = diagnosis.outcome ?? '';
  return step.beginDialog(REPLY, { asking: outcome === 'SS-EVIDENCE' ? 'handoff' : 'resolved', silent: WAITING.has(outcome) });
}

/** Hand over first, ask later: danger, no question left for a recap, or nothing to recap. */
function isAtOnce(session: Session): boolean {
  const { queue, priority } = diagnoseNow(session);
  return (
    queue === 'Q-FRAUD' || priority === 'P0' || session.draft.asked.length >= MAX_QUESTIONS || recapOf(session.locale, session.draft) === ''
  );
}

/** What came back: a step's answers are judged again, a recap opens the case, a conclusion is followed up. */
async function heed(step: WaterfallStepContext): Promise<DialogTurnResult> {
  const session = sessionOf(step.context);
  const reply = step.result as Reply | undefined;
  const diagnosis = diagnoseNow(session);
  if (!reply || reply === 'changed') return step.replaceDialog(MAIN);
  if (diagnosis.outcome?.startsWith('ESC-')) {
    await openCase(step.context, diagnosis);
    return step.cancelAllDialogs();
  }
  return afterConclusion(step, reply);
}

async function afterConclusion(step: WaterfallStepContext, reply: Reply): Promise<DialogTurnResult> {
  const session = sessionOf(step.context);
  const next = await afterReply(step.context, reply);
  if (next === 'human') {
    await handOver(step.context);
    return step.cancelAllDialogs();
  }
  if (next === 'judge-again') {
    session.draft = addSignals(session.draft, ['fixDone']);
    const again = diagnoseNow(session);
    return again.outcome === session.diagnosis?.outcome ? step.replaceDialog(AFTER, { asking: 'handoff' }) : step.replaceDialog(MAIN);
  }
  return next === 'wait' ? step.replaceDialog(AFTER, { asking: 'resolved', silent: true }) : step.cancelAllDialogs();
}

/** Goes on with the stack of the last turn; a stack that this version does not know is dropped, since the draft holds all that matters. */
export async function runDialogs(dialogs: DialogSet, context: TurnContext): Promise<void> {
  const dc = await contextOf(dialogs, context);
  if (dc.stack.some(({ id }) => !dialogs.find(id))) dc.stack.splice(0);
  if (dc.activeDialog) await dc.continueDialog();
  else await dc.beginDialog(MAIN);
}

export async function dropDialogs(dialogs: DialogSet, context: TurnContext): Promise<void> {
  const dc = await contextOf(dialogs, context);
  dc.stack.splice(0);
}

/** The SDK's memory scopes of a set of dialogs, which it would put together anew in every turn, and where it looks for them. */
const scopesOf = new WeakMap<DialogSet, object>();
const SCOPES = 'DialogStateManagerConfiguration';

async function contextOf(dialogs: DialogSet, context: TurnContext): Promise<DialogContext> {
  const known = scopesOf.get(dialogs);
  if (known) context.turnState.set(SCOPES, known);
  const dc = await dialogs.createContext(context);
  const scopes: unknown = context.turnState.get(SCOPES);
  if (!known && typeof scopes === 'object' && scopes) scopesOf.set(dialogs, scopes);
  return dc;
}
