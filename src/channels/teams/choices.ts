import type { Activity, CardAction } from 'botbuilder';

/** What a user may choose from, as far as Teams shows it. Whatever is shown, the words of a choice can also be typed. */

/**
 * Buttons below a message. Teams used to show six and now shows three, so more must not be sent that way. Source: learn.microsoft.com, "Dynamically guide
 * users with suggested actions" (2026-06); "Conversation basics" before it.
 */
const MOST_SUGGESTED = 3;
/** Buttons in one row of an Adaptive Card; a seventh is not shown on a desktop. Source: learn.microsoft.com, "Types of cards", buttons: maximum six. */
const MOST_IN_ROW = 6;

/** The question with its choices: few are buttons below it, more are a card; where others read along, they are listed. */
export function withChoices(activity: Partial<Activity>): Partial<Activity> {
  const { suggestedActions, ...rest } = activity;
  const actions = suggestedActions?.actions ?? [];
  const { conversation, recipient, attachments = [] } = activity;
  const isPersonal = conversation?.conversationType === undefined || conversation.conversationType === 'personal';
  if (!isPersonal) return listed(activity);
  // Source: the same page; next to an attachment no suggested action is shown.
  if (actions.length > MOST_SUGGESTED || attachments.length > 0) return { ...rest, attachments: [...attachments, cardOf(actions)] };
  return { ...rest, suggestedActions: { to: recipient?.id ? [recipient.id] : [], actions: [...actions] } };
}

/** The question with its choices in words. */
export function listed({ suggestedActions, ...rest }: Partial<Activity>): Partial<Activity> {
  const lines = (suggestedActions?.actions ?? []).map(({ title }) => `\n\n- ${title}`);
  return { ...rest, text: (rest.text ?? '') + lines.join('') };
}

/** A press says the choice as the user's own message. Source: learn.microsoft.com, "Card actions", Adaptive Cards with imBack action. */
function cardOf(actions: readonly CardAction[]) {
  const buttons = actions.map(({ title, value }) => ({ type: 'Action.Submit', title, data: { msteams: { type: 'imBack', value } } }));
  const rows = Array.from({ length: Math.ceil(buttons.length / MOST_IN_ROW) }, (_, row) => ({
    type: 'ActionSet',
    actions: buttons.slice(row * MOST_IN_ROW, (row + 1) * MOST_IN_ROW),
  }));
  const content = { type: 'AdaptiveCard', $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', version: '1.5', body: rows };
  return { contentType: 'application/vnd.microsoft.card.adaptive', content };
}
