import type { Activity } from 'botbuilder';
import { LOCALES, text } from '../../../locales';
import type { AccountKind } from './accounts';
import type { Passive } from './answers';
import { CONSENT, DELIVERY_STATUS, HANDOFF_STATUS } from './inbound';
import { withChoices } from './notices';
import type { Desk, Turns } from './ports';
import { tappedLabel } from './sender';
import type { Users } from './users';

/** What becomes of a push: a turn of the bot, or something the channel does by itself. */
export type Reaction =
  | { readonly kind: 'turn'; readonly activity: Partial<Activity>; readonly isForMore?: true }
  | { readonly kind: 'done'; readonly passive: Passive };

export interface ReactionOptions {
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Pick<Turns, 'waiting'>;
  readonly kind: AccountKind;
  /** ISO +08:00. */
  readonly now: () => string;
  /** The message was answered before, out of the ordinary. */
  readonly wasGiven: (key: string, id: string) => Promise<boolean>;
}

const DONE: Reaction = { kind: 'done', passive: { kind: 'success' } };
const said = (words: string): Reaction => ({ kind: 'done', passive: { kind: 'text', text: words } });

/** `key` is `channelId/openid`. */
export function createReactions({
  users,
  desk,
  turns,
  kind,
  now,
  wasGiven,
}: ReactionOptions): (key: string, activity: Partial<Activity>) => Promise<Reaction> {
  const isSaid = (words: string, key: 'wechat.moreWord' | 'wechat.consentWord') => LOCALES.some((locale) => text(locale, key) === words);

  async function moveCase(key: string, { state, agent }: { state: string; agent: string }): Promise<void> {
    const who = { id: `${key.slice(0, key.indexOf('/'))}:${agent}`, name: agent.replace(/@.*/, '') };
    const at = now();
    if (state === 'completed') await desk.move(key, { kind: 'close', at });
    else if (!(await desk.move(key, { kind: 'accept', at, agent: who }))) await desk.move(key, { kind: 'transfer', at, agent: who });
  }

  async function onEvent(key: string, { name, value }: Partial<Activity>): Promise<Reaction> {
    if (name === HANDOFF_STATUS) await moveCase(key, value);
    if (name === CONSENT) await users.change(key, (user) => withChoices(user, value.choices));
    if (name === DELIVERY_STATUS) await desk.note(key, (locale) => text(locale, 'wechat.sentStatus', { status: String(value.status) }));
    return DONE;
  }

  async function onMessage(key: string, activity: Partial<Activity>): Promise<Reaction> {
    const words = (activity.text ?? '').normalize('NFKC').trim().toLowerCase();
    const turn: Reaction = { kind: 'turn', activity };
    if (activity.value?.menu !== undefined) {
      const { menu } = await users.read(key);
      return { kind: 'turn', activity: { ...activity, text: tappedLabel(menu, activity.value.menu) ?? activity.text ?? '' } };
    }
    if (kind.passive === 'none') return turn;
    if (isSaid(words, 'wechat.moreWord')) {
      const [{ activities }, isGiven] = await Promise.all([turns.waiting(key), wasGiven(key, activity.id ?? '')]);
      return activities.length > 0 || isGiven ? { ...turn, isForMore: true } : turn;
    }
    if (isSaid(words, 'wechat.consentWord')) {
      const { locale } = await desk.standing(key);
      const { asked } = await users.read(key);
      if (asked === undefined) return turn;
      await users.change(key, (user) => ({ ...user, agreed: true }));
      return said(text(locale, 'wechat.consented'));
    }
    return isUnheard(activity) ? onVoice(key, turn) : turn;
  }

  /** A voice nobody can read goes to the person who has the case; the bot asks to type. */
  async function onVoice(key: string, turn: Reaction): Promise<Reaction> {
    const { locale, case: opened } = await desk.standing(key);
    return opened?.owner === 'queue' || opened?.owner === 'agent' ? turn : said(text(locale, 'wechat.voice'));
  }

  return async (key, activity) => {
    if (activity.type === 'message') return onMessage(key, activity);
    if (activity.type === 'event') return onEvent(key, activity);
    if (activity.membersAdded) return { kind: 'turn', activity };
    await users.change(key, (user) => ({ ...user, gone: true }));
    return DONE;
  };
}

function isUnheard({ text: words, attachments = [] }: Partial<Activity>): boolean {
  return !words && attachments.length > 0 && attachments.every(({ contentType }) => contentType.startsWith('audio/'));
}
