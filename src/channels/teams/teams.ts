import type { Activity } from 'botbuilder';

/** Channel id of Microsoft Teams. */
export const TEAMS = 'msteams';

/** Who on Teams is staff. */
export interface StaffRule {
  /** Entra tenants whose people are staff. Nobody is when empty. */
  readonly tenants: readonly string[];
  /** Object ids of people and ids of teams that alone are staff; empty: everybody of the tenants. */
  readonly allowed: readonly string[];
}

/**
 * Staff is who writes on Teams with an identity of our tenants; a claim alone is a public user's. Teams names the tenant of the conversation and that
 * of the sender: a guest, or a person of another company in a shared channel, differs in one of them and is public.
 */
export function isStaff(activity: Partial<Activity>, { tenants, allowed }: StaffRule): boolean {
  if (activity.channelId !== TEAMS) return false;
  const told = [activity.conversation?.tenantId, idIn(activity.channelData, 'tenant')].filter((one) => one !== undefined);
  if (told.length === 0 || !told.every((tenant) => tenants.includes(tenant))) return false;
  if (allowed.length === 0) return true;
  return [activity.from?.aadObjectId, idIn(activity.channelData, 'team')].some((id) => id !== undefined && allowed.includes(id));
}

function idIn(data: unknown, name: 'tenant' | 'team'): string | undefined {
  const part = (data as Readonly<Record<string, { readonly id?: unknown } | undefined>> | undefined)?.[name];
  return typeof part?.id === 'string' ? part.id : undefined;
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
