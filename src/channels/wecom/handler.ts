import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from 'botbuilder';
import { text } from '../../../locales';
import { epochMs } from '../../domain/calendar';
import type { AccountKind } from '../wechat/accounts';
import type { Api } from '../wechat/api';
import { ApiError } from '../wechat/faults';
import type { Desk, KeptFiles, Meter, Turns } from '../wechat/ports';
import { render } from '../wechat/render';
import { tappedLabel } from '../wechat/sender';
import { splitText } from '../wechat/split';
import { grant, nameId, type Users } from '../wechat/users';
import { type KfInbound, partsOfConversation } from './inbound';
import type { Kept } from './pull';
import { inboundIn } from './reader';

/** What is done with the messages and events of 微信客服. A session is the bot's (0, 1), in the pool (2), with a person (3) or over (4). */
export interface HandlerOptions {
  readonly api: Api;
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Turns;
  readonly files: Pick<KeptFiles, 'erase'>;
  readonly meter: Meter;
  readonly kind: AccountKind;
  /** ISO +08:00. */
  readonly now: () => string;
  /** Cases go to the people in 企业微信. */
  readonly handsOver: boolean;
}

/** Handles messages that were kept, oldest first; `done` is called for each that is handled. Never throws: the others are there in the next round. */
export type Handle = (kept: readonly Kept[], done: (one: Kept) => Promise<void>) => Promise<void>;

const POOL = 2;
/** What is said before the handover leaves first; afterwards only a person may write. */
const LEAVE_MS = 3000;
const LOOK_MS = 50;

/** Why a message did not arrive after all (fail_type), in numbers of the platform; 10: the user refuses. */
const REFUSED = 10;

export function createHandler(options: HandlerOptions): Handle {
  const { api, users, desk, turns, files, meter, kind, now, handsOver } = options;

  /** The turn's activity, ready to run; absent when a person has the session and no case says so. */
  async function prepare(activity: Partial<Activity>): Promise<Partial<Activity> | undefined> {
    const key = keyOf(activity);
    const tapped: unknown = activity.value?.menu;
    const user = await users.change(key, (before) => grant(before, kind, tapped === undefined ? 'message' : 'click', epochMs(now())));
    if (user.isWithPerson && (await desk.standing(key)).case?.owner !== 'agent') return undefined;
    return typeof tapped === 'string' ? { ...activity, text: tappedLabel(user.menu, tapped) ?? activity.text ?? '' } : activity;
  }

  /** The case that this turn opened goes to the pool of 企业微信. */
  async function handOver(key: string): Promise<void> {
    const { case: opened, isRemembered } = await desk.standing(key);
    if (!isRemembered) await Promise.all([users.forgetNow(key), files.erase(key)]);
    const { handed } = await users.read(key);
    if (!handsOver || opened?.owner !== 'queue' || handed === opened.id) return;
    const until = Date.now() + LEAVE_MS;
    while (Date.now() < until && (await turns.behind(key, '')).length > 0) await delay(LOOK_MS);
    try {
      await api.call('agents', {
        method: 'POST',
        path: '/cgi-bin/kf/service_state/trans',
        body: { ...addressOf(key), service_state: POOL },
      });
    } catch (error) {
      // No person can take it there; our desk has the case all the same.
      if (!(error instanceof ApiError) || error.fault === 'retry') throw error;
      await desk.note(key, (locale) => text(locale, 'wechat.handoffFailed', { code: String(error.errcode) }));
    }
    await users.change(key, (user) => ({ ...user, handed: opened.id }));
  }

  /** The platform lets one message out to who enters, if it gives a code for it. */
  async function welcome({ activity, welcome: code }: KfInbound & { readonly kind: 'entered' }): Promise<void> {
    if (code === undefined) return;
    const { replies } = await turns.accept({ ...activity, deliveryMode: 'expectReplies' });
    const [words] = splitText(render(replies).text);
    if (words === undefined) return;
    const body = { code, msgid: nameId(activity.id ?? ''), msgtype: 'text', text: { content: words } };
    await api.call('agents', { method: 'POST', path: '/cgi-bin/kf/send_msg_on_event', body }).catch((error: unknown) => {
      // A greeting that comes late is none.
      if (!(error instanceof ApiError)) throw error;
    });
  }

  async function onSession({ key, change, agent }: KfInbound & { readonly kind: 'session' }): Promise<void> {
    const at = now();
    const who = { id: `wecom:${agent}`, name: agent };
    await users.change(key, (user) => ({ ...user, isWithPerson: change !== 'ended' }));
    if (change === 'ended') return void (await desk.move(key, { kind: 'close', at }));
    if (change === 'reopened') await desk.move(key, { kind: 'handoff', at });
    if (!(await desk.move(key, { kind: 'accept', at, agent: who }))) await desk.move(key, { kind: 'transfer', at, agent: who });
  }

  async function onOther(inbound: Exclude<KfInbound, { readonly kind: 'message' }>): Promise<void> {
    switch (inbound.kind) {
      case 'entered':
        return welcome(inbound);
      case 'session':
        return onSession(inbound);
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
        const activity = ready[index];
        return settled(one, done, activity ? turns.accept(activity).then(() => handOver(keyOf(activity))) : Promise.resolve());
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

function addressOf(key: string): { readonly open_kfid: string; readonly external_userid: string } {
  const { openKfId, user } = partsOfConversation(key.slice(key.indexOf('/') + 1));
  return { open_kfid: openKfId, external_userid: user };
}
