import { Dialog, type DialogContext, type DialogTurnResult } from 'botbuilder-dialogs';
import { isChasing } from './heard';
import { isKnown, misunderstood, putQuestion, say } from './prompts';
import { type Session, sessionOf } from './services';
import { pickedChoice } from './take-facts';

/** What became of a question that is no slot: confirm, handoff or resolved. `changed`: the user told facts instead. */
export type Reply = 'yes' | 'no' | 'changed';

export const REPLY = 'reply';

type ReplyAsking = 'confirm' | 'handoff' | 'resolved';

/** Asks for a yes or a no. New or corrected facts end it, so that the facts are judged again. */
export class ReplyDialog extends Dialog {
  constructor() {
    super(REPLY);
  }

  override async beginDialog(dc: DialogContext, options?: { asking?: ReplyAsking; silent?: boolean }): Promise<DialogTurnResult> {
    const asking = options?.asking ?? 'resolved';
    if (dc.activeDialog) dc.activeDialog.state = { asking, silent: options?.silent === true };
    if (!options?.silent) await putQuestion(dc.context, asking, false);
    return Dialog.EndOfTurn;
  }

  override async continueDialog(dc: DialogContext): Promise<DialogTurnResult> {
    const session = sessionOf(dc.context);
    const { asking, silent }: { asking: ReplyAsking; silent: boolean } = dc.activeDialog?.state ?? { asking: 'resolved', silent: true };
    if (session.fresh.length + session.replaced.length + session.freshSignals.length > 0) return dc.endDialog('changed' satisfies Reply);
    const reply = replyOf(session);
    if (reply === 'yes') return dc.endDialog(reply);
    if (reply === 'no' && asking !== 'confirm') return dc.endDialog(reply);
    if (reply === 'no') await say(dc.context, 'contact-agent.confirm.fix');
    else if (isKnown(session)) await say(dc.context, 'talk.alreadyKnown');
    else if (!session.digressed) await misunderstood(dc.context, session);
    if (!silent && reply !== 'no') await putQuestion(dc.context, asking, true);
    return Dialog.EndOfTurn;
  }
}

function replyOf(session: Session): 'yes' | 'no' | undefined {
  const means = pickedChoice(session)?.means;
  if (means?.kind === 'reply') return means.reply;
  const { reply, decided, signals } = session.understanding;
  if (signals.includes('solved')) return 'yes';
  if (isChasing(session) || signals.includes('fixDone')) return 'no';
  if (reply === 'yes' || reply === 'no') return reply;
  if (decided === 'affirm' || decided === 'thanks_bye') return 'yes';
  return decided === 'deny' ? 'no' : undefined;
}
