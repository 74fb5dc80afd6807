import type { Activity } from 'botbuilder';
import { type Locale, text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import type { AccountKind } from '../wechat/accounts';
import { asked } from '../wechat/arrange';
import type { Desk, Meter, Turns } from '../wechat/ports';
import { isUnheard } from '../wechat/reactions';
import { render } from '../wechat/render';
import { tappedLabel } from '../wechat/sender';
import { grant, type Users } from '../wechat/users';
import type { KfInbound } from './inbound';
import type { Kept } from './pull';
import { inboundIn } from './reader';
import type { Sessions } from './session';

/** What is done with the messages and events of 微信客服. */
export interface HandlerOptions {
  readonly sessions: Sessions;
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Turns;
  readonly meter: Meter;
  readonly kind: AccountKind;
  /** ISO +08:00. */
  readonly now: () => string;
}

/** Handles messages that were kept, oldest first; `done` is called for each that is handled. Never throws: the others are there in the next round. */
export type Handle = (kept: readonly Kept[], done: (one: Kept) => Promise<void>) => Promise<void>;

/** A message whose turn may run. */
interface Ready {
  readonly key: string;
  readonly locale: Locale;
  readonly activity: Partial<Activity>;
  /** Its session waits in the pool: the bot may not write. */
  readonly isPooled: boolean;
  /** A case of it waits for a person, or has one. */
  readonly isWithPeople: boolean;
}

/** Why a message did not arrive after all (fail_type), in numbers of the platform; 10: the user refuses. */
const REFUSED = 10;

export function createHandler(options: HandlerOptions): Handle {
  const { sessions, users, desk, turns, meter, kind, now } = options;

  /** The turn's activity, ready to run; absent when a person has the session and no case says so. */
  async function prepare(activity: Partial<Activity>): Promise<Ready | undefined> {
    const key = keyOf(activity);
    const tapped: unknown = activity.value?.menu;
    const [user, { case: opened, locale }] = await Promise.all([
      users.change(key, (before) => grant(before, kind, tapped === undefined ? 'message' : 'click', epochMs(now()))),
      desk.standing(key),
    ]);
    if (user.isWithPerson && opened?.owner !== 'agent') return undefined;
    return {
      ...{ key, locale },
      activity: typeof tapped === 'string' ? { ...activity, text: tappedLabel(user.menu, tapped) ?? activity.text ?? '' } : activity,
      isPooled: opened?.owner === 'queue' && user.pooled === opened.id,
      isWithPeople: opened?.owner === 'queue' || opened?.owner === 'agent',
    };
  }

  async function run({ key, locale, activity, isPooled, isWithPeople }: Ready): Promise<void> {
    if (isPooled) {
      const { replies } = await turns.accept({ ...activity, deliveryMode: 'expectReplies' });
      await sessions.sayInPool(key, activity, render(replies).text);
      return;
    }
    const asksToType = isUnheard(activity) && !isWithPeople;
    if (asksToType && (await turns.say(key, [{ type: 'message', text: text(locale, 'wechat.voice') }]))) return;
    await turns.accept(activity);
    await turns.hurry(key, asked);
    await sessions.handOver(key);
  }

  async function onOther(inbound: Exclude<KfInbound, { readonly kind: 'message' }>): Promise<void> {
    switch (inbound.kind) {
      case 'entered':
        return sessions.welcome(inbound);
      case 'session':
        return sessions.move(inbound);
      case 'failed':
        meter.event({ event: 'wecom-undelivered', code: `WECOM_FAIL_${inbound.reason}` });
        if (inbound.reason === REFUSED) await users.change(inbound.key, (user) => ({ ...user, gone: true }));
        return desk.note(inbound.key, (locale) => text(locale, 'wechat.failed', { code: String(inbound.reason) }));
      case 'said':
        return inbound.text === '' ? undefined : desk.note(inbound.key, (locale) => text(locale, 'wechat.said', inbound));
      case 'nothing':
    }
  }

  async function settled(one: Kept, done: (one: Kept) => Promise<void>, work: Promise<unknown>): Promise<void> {
    try {
      await work;
      await done(one);
    } catch (error) {
      meter.error('wecom-message', error);
    }
  }

  /** Started in order, so that what was written in a burst is heard as one. */
  async function handleMessages(kept: readonly Kept[], done: (one: Kept) => Promise<void>): Promise<void> {
    const ready = await Promise.all(
      kept.map(({ value }) => {
        const found = inboundIn(value);
        return found.kind === 'message' ? prepare(found.activity) : undefined;
      }),
    );
    await Promise.all(
      kept.map((one, index) => {
        const found = ready[index];
        return settled(one, done, found ? run(found) : Promise.resolve());
      }),
    );
  }

  return async (kept, done) => {
    // An event says something of the messages behind it, so these wait for it.
    for (let at = 0; at < kept.length; ) {
      const next = kept.findIndex(({ value }, index) => index >= at && inboundIn(value).kind !== 'message');
      const end = next < 0 ? kept.length : next;
      await handleMessages(kept.slice(at, end), done).catch((error: unknown) => meter.error('wecom-message', error));
      const event = kept[end];
      const found = event && inboundIn(event.value);
      if (event && found && found.kind !== 'message') await settled(event, done, onOther(found));
      at = end + 1;
    }
  };
}

const keyOf = ({ channelId, conversation }: Partial<Activity>): string => `${channelId}/${conversation?.id}`;
