import type { Activity } from 'botbuilder';
import type { Connector } from '../connector';
import { type Channel, DeliveryError } from '../delivery';
import { listed, withChoices } from './choices';
import type { Pace } from './pace';
import { withoutThread } from './teams';

/** Which case an outgoing activity belongs to; travels in its channelData as far as the way out, and not further. */
export interface CaseMark {
  readonly caseId: string;
  /** `card`: the case's card; `edit`: its card anew; `line`: something in its thread. */
  readonly kind: 'card' | 'edit' | 'line';
}

export interface TeamsOutOptions {
  readonly connector: Connector;
  readonly pace: Pace;
  /** Told after an activity was taken, with the id Teams gave it. */
  readonly delivered: (activity: Partial<Activity>, mark: CaseMark, id: string | undefined) => Promise<void>;
  /** Told when a conversation is closed to us: the bot was removed, or the user blocked it. */
  readonly gone: (activity: Partial<Activity>, mark: CaseMark | undefined) => Promise<void>;
  /** Told when something of a case will never be taken. */
  readonly refused: (activity: Partial<Activity>, mark: CaseMark) => Promise<void>;
}

/** The way out to Teams: never faster than its limits, and what becomes of a card is told. Throws DeliveryError. */
export function createTeamsOut({ connector, pace, delivered, gone, refused }: TeamsOutOptions): Channel {
  const send = async (activity: Partial<Activity>) => {
    const waitMs = pace.take(withoutThread(activity.conversation?.id ?? ''), activity.conversation?.tenantId ?? activity.serviceUrl ?? '');
    if (waitMs > 0) throw new DeliveryError('the limit of Teams is reached', 'retry', { retryAfterMs: waitMs });
    return connector.deliver(activity);
  };
  return {
    takesEvents: false,
    async deliver(marked) {
      const { mark, activity } = unmark(marked);
      try {
        const answer = await sendOrText(send, activity);
        if (mark) await delivered(activity, mark, answer.id);
        return answer;
      } catch (error) {
        if (error instanceof DeliveryError && error.gone) await gone(activity, mark);
        else if (error instanceof DeliveryError && !error.retryable && mark) await refused(activity, mark);
        throw error;
      }
    },
  };
}

/** What Teams refuses as a card is said in words. */
async function sendOrText(send: Connector['deliver'], activity: Partial<Activity>): Promise<{ readonly id?: string }> {
  const { suggestedActions: choices, attachments, summary, ...rest } = activity;
  const isChoice = choices !== undefined && choices.actions.length > 0;
  try {
    return await send(isChoice ? withChoices(activity) : activity);
  } catch (error) {
    const isRefused = error instanceof DeliveryError && !error.retryable && !error.gone;
    if (!isRefused || !(isChoice || (attachments && summary))) throw error;
    return send(isChoice ? listed(activity) : { ...rest, text: summary ?? '', textFormat: 'plain' });
  }
}

const NAME = 'daozhang';

/** Puts a mark on an activity that is to be said. */
export function markCase(activity: Partial<Activity>, mark: CaseMark): Partial<Activity> {
  return { ...activity, channelData: { ...activity.channelData, [NAME]: mark } };
}

function unmark(marked: Partial<Activity>): { readonly mark: CaseMark | undefined; readonly activity: Partial<Activity> } {
  const { [NAME]: mark, ...data } = (marked.channelData ?? {}) as Readonly<Record<string, unknown>>;
  const { channelData: _, ...activity } = marked;
  return {
    mark: mark as CaseMark | undefined,
    activity: Object.keys(data).length > 0 ? { ...activity, channelData: data } : activity,
  };
}
