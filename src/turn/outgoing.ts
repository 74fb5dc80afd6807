import { type Activity, BotAdapter, type ResourceResponse, type TurnContext } from 'botbuilder';
import { type Mask, mapStrings } from './incoming';

/** Lets only allowed phone numbers and addresses through. */
export type OutboundFilter = (text: string, own: readonly string[]) => string;

/** The status and body that an `invoke` is answered with. */
export interface InvokeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** What may be said: the last step before anything is committed. */
export interface OutboundRules {
  readonly filter: OutboundFilter;
  readonly mask: Mask;
}

/** Adapter of one turn: what the bot sends waits here for the commit. */
export class TurnAdapter extends BotAdapter {
  readonly sent: Partial<Activity>[] = [];
  invokeAnswer: InvokeAnswer | undefined;
  private over = false;
  private given = 0;

  /** `prefix` makes the ids of what is sent; they stay the same through every delivery of it. */
  constructor(private readonly prefix: string) {
    super();
  }

  /** From now on nothing can be sent: the turn is being committed. */
  end(): void {
    this.over = true;
  }

  override async sendActivities(_context: TurnContext, activities: Partial<Activity>[]): Promise<ResourceResponse[]> {
    if (this.over) throw new Error('sent after the end of the turn: an await is missing');
    return activities.map((activity) => this.keep(activity));
  }

  private keep(activity: Partial<Activity>): ResourceResponse {
    if (activity.type === 'invokeResponse') this.invokeAnswer = activity.value;
    // Nobody waits while a turn is collected, and a trace is for the Emulator.
    const pointless =
      activity.type === 'typing' || activity.type === 'delay' || (activity.type === 'trace' && activity.channelId !== 'emulator');
    const id = `${this.prefix}-${String(this.given).padStart(3, '0')}`;
    if (activity.type === 'invokeResponse' || pointless) return { id };
    this.given += 1;
    this.sent.push({ ...activity, id });
    return { id };
  }

  /** Replaces something said in this turn; what was committed cannot be changed. */
  override async updateActivity(_context: TurnContext, activity: Partial<Activity>): Promise<ResourceResponse> {
    const index = this.indexOf(activity.id);
    this.sent[index] = { ...this.sent[index], ...activity };
    return { id: activity.id ?? '' };
  }

  override async deleteActivity(_context: TurnContext, reference: { readonly activityId?: string }): Promise<void> {
    this.sent.splice(this.indexOf(reference.activityId), 1);
  }

  override async continueConversation(): Promise<void> {
    throw new Error('a turn cannot start another: plan a follow-up');
  }

  private indexOf(id: string | undefined): number {
    const index = this.sent.findIndex((activity) => activity.id === id);
    if (index < 0) throw new Error('only what was said in this turn can be changed');
    return index;
  }
}

/** Addresses that name a format, not a place to go. */
const FORMAT_KEYS = new Set(['$schema', 'contentType', 'type', 'version']);
/** Ids a channel gave to people: random letters, which may spell what a secret begins with. */
const ID_KEYS = new Set(['userIds']);

/** The activity as it may leave: messages filtered in every text a person can see, everything else masked; numbers in `own` stay. */
export function finishActivity(activity: Partial<Activity>, rules: OutboundRules, own: ReadonlySet<string> = new Set()): Partial<Activity> {
  const allowed = [...own];
  const filter = (words: string) => rules.filter(words, allowed);
  const { text, speak, summary, attachments, suggestedActions, value } = activity;
  const clean = activity.type === 'message' ? filter : (words: string) => (own.has(words) ? words : rules.mask(words).text);
  const finished = {
    ...(text !== undefined && { text: filter(text) }),
    ...(speak !== undefined && { speak: filter(speak) }),
    ...(summary !== undefined && { summary: filter(summary) }),
    ...(attachments && { attachments: mapVisible(attachments, clean) }),
    ...(suggestedActions && { suggestedActions: mapVisible(suggestedActions, clean) }),
    ...(value !== undefined && { value: mapVisible(value, clean) }),
  };
  return { ...activity, ...finished } as Partial<Activity>;
}

function mapVisible(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapVisible(item, change));
  if (typeof value !== 'object' || value === null) return mapStrings(value, change);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isKept = ID_KEYS.has(key) || (FORMAT_KEYS.has(key) && typeof item === 'string');
      return [key, isKept ? item : mapVisible(item, change)];
    }),
  );
}
