import type { Activity } from 'botbuilder';

/** Channel id of Microsoft Teams. */
export const TEAMS = 'msteams';

/** A conversation id without the thread of a channel: limits and places are of the channel. */
export function withoutThread(id: string): string {
  return id.split(';messageid=')[0] ?? id;
}

/** Who on Teams is staff. */
export interface StaffRule {
  /** Entra tenants whose people are staff, in small letters. Nobody is when empty. */
  readonly tenants: readonly string[];
  /**
   * Object ids of people, and ids of teams or of their groups in Entra, that alone are staff; empty: everybody of the tenants. Teams names the team only
   * in its channels, so in a chat a person is known by himself alone.
   */
  readonly allowed: readonly string[];
}

/**
 * Staff is who writes on Teams with an identity of our tenants; a claim alone is a public user's. Teams names the tenant of the conversation and that
 * of the sender: a guest, or a person of another company in a shared channel, differs in one of them and is public.
 */
export function isStaff(activity: Partial<Activity>, { tenants, allowed }: StaffRule): boolean {
  if (activity.channelId !== TEAMS) return false;
  const told = tenantsOf(activity);
  if (told.length === 0 || !told.every((tenant) => tenants.includes(tenant))) return false;
  if (allowed.length === 0) return true;
  const team: unknown[] = [activity.channelData?.team?.id, activity.channelData?.team?.aadGroupId];
  return [activity.from?.aadObjectId, ...team].some((id) => typeof id === 'string' && allowed.includes(id));
}

/** The tenants an activity names, in small letters. */
export function tenantsOf({ conversation, channelData }: Partial<Activity>): readonly string[] {
  const told: unknown[] = [conversation?.tenantId, channelData?.tenant?.id];
  return told.filter((one) => typeof one === 'string').map((one) => one.toLowerCase());
}

/**
 * The words of a message without what Teams puts around them: the mention of the bot, which a channel demands, goes; other people's mentions keep the
 * name; no-break spaces become spaces.
 */
export function plainText({ text = '', recipient, entities = [] }: Partial<Activity>): string {
  const ours = entities.flatMap((entity) => {
    const { type, mentioned, text: shown } = entity as { type: string; mentioned?: { readonly id?: string }; text?: string };
    return type === 'mention' && shown && mentioned?.id === recipient?.id ? [shown] : [];
  });
  const without = ours.reduce((words, mention) => words.split(mention).join(' '), text);
  return without
    .replace(/<at[^<>]*>([^<>]*)<\/at>/g, (_, name: string) => (name === recipient?.name ? ' ' : name))
    .replace(/&nbsp;|\u00a0/g, ' ')
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
}
