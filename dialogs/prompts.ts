import { type Activity, ActivityTypes, InputHints, type TurnContext } from 'botbuilder';
import { Dialog, type DialogContext, type DialogTurnResult } from 'botbuilder-dialogs';
import { type TextKey, type TextParams, text } from '../locales';
import { setFact, timesAsked } from '../src/domain/draft';
import type { Asking, SlotName } from '../src/domain/slots';
import { saysNextDay } from '../src/understanding/embedded/question';
import { diagnoseNow } from './judge';
import { questionFor } from './questions';
import { type Session, sessionOf } from './services';

/** Says one sentence. */
export async function say(context: TurnContext, key: TextKey, params?: TextParams): Promise<void> {
  await sayText(context, text(sessionOf(context).locale, key, params));
}

export async function sayText(context: TurnContext, words: string): Promise<void> {
  await context.sendActivity({ type: ActivityTypes.Message, text: words, inputHint: InputHints.AcceptingInput });
}

/** Puts a question with its choices and remembers that it waits. `again`: repeated, so it does not count. */
export async function putQuestion(context: TurnContext, asking: Asking, again: boolean): Promise<void> {
  const session = sessionOf(context);
  const question = questionFor(session, asking, session.rules);
  const activity: Partial<Activity> = { type: ActivityTypes.Message, text: question.text, inputHint: InputHints.ExpectingInput };
  if (question.choices.length) {
    const actions = question.choices.map(({ title }) => ({ type: 'imBack', title, value: title }));
    activity.suggestedActions = { to: [], actions };
  }
  session.asking = asking;
  session.choices = question.choices;
  if (!again) session.draft = { ...session.draft, asked: [...session.draft.asked, asking] };
  await context.sendActivity(activity);
}

export const ASK = 'ask';

/**
 * Asks for one thing and waits until it is answered, or until another fact has made the question needless.
 * Facts are taken from every message before dialogs run, so the answer is already in the draft here.
 */
export class AskDialog extends Dialog {
  constructor() {
    super(ASK);
  }

  override async beginDialog(dc: DialogContext, options?: { asking?: Asking }): Promise<DialogTurnResult> {
    const asking = options?.asking;
    if (!asking) throw new Error('ask: a question needs the name of what it asks');
    if (dc.activeDialog) dc.activeDialog.state = { asking };
    await putQuestion(dc.context, asking, false);
    return Dialog.EndOfTurn;
  }

  override async continueDialog(dc: DialogContext): Promise<DialogTurnResult> {
    const session = sessionOf(dc.context);
    const asking = dc.activeDialog?.state.asking as Asking | undefined;
    if (!asking || session.answered) return dc.endDialog();
    if (isExhausted(session, asking)) return skip(dc, session, asking);
    const state: { kept?: boolean } = dc.activeDialog?.state ?? {};
    if (diagnoseNow(session).ask !== asking) {
      if (state.kept || !isStillOpen(session, asking)) return dc.endDialog();
      state.kept = true;
    }
    const strayed = session.digressed || hasNews(session);
    if (!strayed) await say(dc.context, isKnown(session) ? 'talk.alreadyKnown' : 'talk.menu');
    await putQuestion(dc.context, asking, strayed);
    return Dialog.EndOfTurn;
  }
}

/** A digression after the last time a question may be put: the facts still leave it open, so it is put once more. */
function isStillOpen(session: Session, asking: Asking): boolean {
  const { asked } = session.draft;
  const last = asked.lastIndexOf(asking);
  const draft = { ...session.draft, asked: asked.filter((_, at) => at !== last) };
  return session.digressed && !(asking in draft.facts) && diagnoseNow({ ...session, draft }).ask === asking;
}

/** A question asked twice in vain is left open, with the way to a person; the rest goes on without it. */
async function skip(dc: DialogContext, session: Session, asking: Asking): Promise<DialogTurnResult> {
  const open = setFact(session.draft, asking as SlotName, 'unknown', 'said', session.now);
  session.draft = open;
  await say(dc.context, 'talk.skipped');
  return dc.endDialog();
}

/** Something to go on with: a fact, or words that leave one thing open and are asked about. */
const hasNews = ({ fresh, replaced, understanding, text: words }: Session): boolean =>
  fresh.length + replaced.length > 0 || understanding.amountRange === true || understanding.ambiguousHour === true || saysNextDay(words);

/** The first misunderstanding repeats the question with its choices, the second leaves it open; both name a person. Source: docs/domain.md §4.3. */
const MISUNDERSTOOD_LIMIT = 2;

function isExhausted(session: Session, asking: Asking): boolean {
  const strayed = session.digressed || hasNews(session);
  return !strayed && !(asking in session.draft.facts) && timesAsked(session.draft, asking) >= MISUNDERSTOOD_LIMIT;
}

/** Not understood where no slot is asked: says so, and the second time how to reach a person. */
export async function misunderstood(context: TurnContext, session: Session): Promise<void> {
  const count = session.record.misunderstood + 1;
  session.record = { ...session.record, misunderstood: count };
  if (!session.asking) return say(context, 'talk.misunderstoodAfter');
  await say(context, count < MISUNDERSTOOD_LIMIT ? 'talk.misunderstood' : 'talk.menu');
}

/** Says again what is known already. */
export const isKnown = ({ understanding, draft }: Session): boolean =>
  understanding.slots.length > 0 && understanding.slots.every(({ slot }) => slot in draft.facts) && understanding.reply === undefined;
