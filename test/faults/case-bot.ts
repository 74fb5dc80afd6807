import { ConversationState, type TurnContext } from 'botbuilder';
import { type Case, newDraft } from '../../src/domain/case';
import { createBotState } from '../../src/repositories/bot-state';
import { addCase, createCaseId } from '../../src/repositories/cases';
import { findConversation, saveConversation } from '../../src/repositories/conversations';
import { conversationKey } from '../../src/turn/incoming';
import { turnOf } from '../../src/turn/turn';
import { caseOf } from '../domain/case';
import { noteBot } from '../turns';

/** The note bot, with everything else that a turn may write: dialog state, the record, and a case when `person` is asked for. */
export async function caseBot(context: TurnContext): Promise<void> {
  const { partition, now } = turnOf(context);
  const key = conversationKey(context.activity);
  const state = new ConversationState(createBotState(partition));
  const count = state.createProperty<number>('count');
  await count.set(context, (await count.get(context, 0)) + 1);
  await noteBot(context);
  const record = await findConversation(partition, key);
  if (context.activity.text === 'person' && record) {
    const id = createCaseId(now, partition.number);
    await addCase(partition, newCase(id, key, now));
    await saveConversation(partition, { ...record, caseId: id });
    await context.sendActivity('a person will come');
  }
  await state.saveChanges(context);
}

function newCase(id: string, conversationId: string, now: string): Case {
  return caseOf({ id, conversationId, createdAt: now, updatedAt: now, replyBy: now, draft: newDraft(now) });
}
