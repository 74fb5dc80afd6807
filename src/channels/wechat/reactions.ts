import type { Activity } from 'botbuilder';
import { LOCALES, text } from '../../../locales';
import type { Store } from '../../store/store';
import type { AccountKind } from './accounts';
import type { Passive } from './answers';
import { CONSENT, DELIVERY_STATUS, HANDOFF_STATUS } from './inbound';
import { withChoices } from './notices';
import { findGiven } from './pending';
import type { Desk, Turns } from './ports';
import { tappedLabel } from './sender';
import { nameId, partitionFor, type Users } from './users';

/** What becomes of a push: a turn of the bot, or something the channel does by itself. */
export type Reaction =
  | { readonly kind: 'turn'; readonly activity: Partial<Activity>; readonly isForMore?: true }
  | { readonly kind: 'done'; readonly passive: Passive };

export interface ReactionOptions {
  readonly store: Store;
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Pick<Turns, 'waiting'>;
  readonly kind: AccountKind;
  /** ISO +08:00. */
  readonly now: () => string;
}

const EVENTS = 'wechat-events';
/** As long as a turn remembers its message. */
const SEEN_MS = 30 * 60_000;

const DONE: Reaction = { kind: 'done', passive: { kind: 'success' } };
const said = (words: string): Reaction => ({ kind: 'done', passive: { kind: 'text', text: words } });

/** `key` is `channelId/openid`. */
export function createReactions(options: ReactionOptions): (key: string, activity: Partial<Activity>) => Promise<Reaction> {
  const { store, users, desk, turns, kind, now } = options;
  const isSaid = (words: string, key: 'wechat.moreWord' | 'wechat.consentWord') => LOCALES.some((locale) => text(locale, key) === words);

  async function moveCase(key: string, { state, agent }: { state: string; agent: string }): Promise<void> {
    const who = { id: `${key.slice(0, key.indexOf('/'))}:${agent}`, name: agent.replace(/@.*/, '') };
    const at = now();
    if (state === 'completed') await desk.move(key, { kind: 'close', at });
    else if (!(await desk.move(key, { kind: 'accept', at, agent: who }))) await desk.move(key, { kind: 'transfer', at, agent: who });
  }

  /** Once, however often it is delivered; one that fails on the way is done when it comes again. */
  async function once(key: string, { id = '' }: Partial<Activity>, work: () => Promise<unknown>): Promise<void> {
    const partition = partitionFor(store, key);
    const entry = nameId(key, id);
    if (await partition.get(EVENTS, entry)) return;
    await work();
    await partition.commit({ kind: 'put', collection: EVENTS, id: entry, value: null, ttlMs: SEEN_MS });
  }

  async function onEvent(key: string, { name, value }: Partial<Activity>): Promise<void> {
    if (name === HANDOFF_STATUS) await moveCase(key, value);
    if (name === CONSENT) await users.change(key, (user) => withChoices(user, value.choices));
    if (name === DELIVERY_STATUS) await desk.note(key, (locale) => text(locale, 'wechat.sentStatus', { status: String(value.status) }));
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
      const [{ activities }, given] = await Promise.all([turns.waiting(key), findGiven(store, key, activity.id ?? '')]);
      return activities.length > 0 || given ? { ...turn, isForMore: true } : turn;
    }
    if (isSaid(words, 'wechat.consentWord')) {
      const { locale } = await desk.standing(key);
      const { asked } = await users.read(key);
      if (asked === undefined) return turn;
      await users.change(key, (user) => ({ ...user, agreed: true }));
      return said(text(locale, 'wechat.consented'));
    }
    if (isUnheard(activity)) return unreadable(key, turn, 'wechat.voice');
    // Written by the platform in the place of a sticker and of anything else that it does not pass on.
    const isUnsupported = LOCALES.some((locale) => words.includes(text(locale, 'wechat.unsupportedWord').toLowerCase()));
    return isUnsupported ? unreadable(key, turn, 'wechat.unsupported') : turn;
  }

  /** What the bot cannot read goes to the person who has the case; else the user is asked to type. */
  async function unreadable(key: string, turn: Reaction, ask: 'wechat.voice' | 'wechat.unsupported'): Promise<Reaction> {
    const { locale, case: opened } = await desk.standing(key);
    return opened?.owner === 'queue' || opened?.owner === 'agent' ? turn : said(text(locale, ask));
  }

  return async (key, activity) => {
    if (activity.type === 'message') return onMessage(key, activity);
    if (activity.type === 'event') {
      await once(key, activity, () => onEvent(key, activity));
      return DONE;
    }
    if (activity.membersRemoved) await users.change(key, (user) => ({ ...user, gone: true }));
    return { kind: 'turn', activity };
  };
}

/** A voice and nothing else. */
export function isUnheard({ text: words, attachments = [] }: Partial<Activity>): boolean {
  return !words && attachments.length > 0 && attachments.every(({ contentType }) => contentType.startsWith('audio/'));
}
