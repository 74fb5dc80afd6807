import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from 'botbuilder';
import { text } from '../../../locales';
import type { Api } from '../wechat/api';
import { ApiError } from '../wechat/faults';
import type { Desk, KeptFiles, Turns } from '../wechat/ports';
import { render } from '../wechat/render';
import { splitText } from '../wechat/split';
import { nameId, type User, type Users } from '../wechat/users';
import { type KfInbound, partsOfConversation } from './inbound';

/**
 * Who has a session of 微信客服: the bot (0, 1), the pool (2), a person (3), or nobody any more (4). Its moves are the moves of the case; where the
 * bot may not write, the platform gives codes that let one message out each.
 */
export interface Sessions {
  /** Greets who opens the chat, if the platform lets us. */
  welcome(entered: KfInbound & { readonly kind: 'entered' }): Promise<void>;
  /** The session moved between people, or to its end. */
  move(session: KfInbound & { readonly kind: 'session' }): Promise<void>;
  /** The case that a turn opened goes to the pool of 企业微信. Call it after every turn; `key` is `channelId/conversation.id`. */
  handOver(key: string): Promise<void>;
  /** In the pool only a code lets a message out, once: the first acknowledgement; what else the user says is in the case. */
  sayInPool(key: string, activity: Partial<Activity>, words: string): Promise<void>;
}

export interface SessionsOptions {
  readonly api: Api;
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Turns;
  readonly files: Pick<KeptFiles, 'erase'>;
  /** ISO +08:00. */
  readonly now: () => string;
  /** Cases go to the people in 企业微信. */
  readonly handsOver: boolean;
}

const POOL = 2;
/** What is said before the handover leaves first; afterwards only a person may write. */
const LEAVE_MS = 3000;
const LOOK_MS = 50;

export function createSessions({ api, users, desk, turns, files, now, handsOver }: SessionsOptions): Sessions {
  /** Lets one message out by a code that the platform gave for it. */
  async function sayOnEvent(code: string, name: string, words: string): Promise<void> {
    const [first] = splitText(words);
    if (first === undefined) return;
    const body = { code, msgid: nameId(name), msgtype: 'text', text: { content: first } };
    await api.call('agents', { method: 'POST', path: '/cgi-bin/kf/send_msg_on_event', body }).catch((error: unknown) => {
      // Only a courtesy, and too late in a moment.
      if (!(error instanceof ApiError)) throw error;
    });
  }

  async function sayInPool(key: string, { id = '' }: Partial<Activity>, words: string): Promise<void> {
    const { poolCode } = await users.read(key);
    if (poolCode === undefined || words === '') return;
    await users.change(key, ({ poolCode: _, ...user }) => user);
    await sayOnEvent(poolCode, `${id}/pool`, words);
  }

  async function handOver(key: string): Promise<void> {
    const { case: opened, isRemembered } = await desk.standing(key);
    if (!isRemembered) await Promise.all([users.forgetNow(key), files.erase(key)]);
    const { handed } = await users.read(key);
    if (!handsOver || opened?.owner !== 'queue' || handed === opened.id) return;
    const until = Date.now() + LEAVE_MS;
    while (Date.now() < until && (await turns.behind(key, '')).length > 0) await delay(LOOK_MS);
    const pooled = await toPool(key, opened.id);
    await users.change(key, (user) => ({ ...user, handed: opened.id, ...pooled }));
  }

  async function toPool(key: string, opened: string): Promise<Pick<User, 'pooled' | 'poolCode'>> {
    try {
      const body = { ...addressOf(key), service_state: POOL };
      const answer = await api.call('agents', { method: 'POST', path: '/cgi-bin/kf/service_state/trans', body });
      const code = answer.kind === 'json' ? answer.json.msg_code : undefined;
      return { pooled: opened, ...(typeof code === 'string' && { poolCode: code }) };
    } catch (error) {
      // No person can take it there; our desk has the case all the same.
      if (!(error instanceof ApiError) || error.fault === 'retry') throw error;
      await desk.note(key, (locale) => text(locale, 'wechat.handoffFailed', { code: String(error.errcode) }));
      return {};
    }
  }

  async function welcome({ activity, welcome: code }: KfInbound & { readonly kind: 'entered' }): Promise<void> {
    if (code === undefined) return;
    const { replies } = await turns.accept({ ...activity, deliveryMode: 'expectReplies' });
    await sayOnEvent(code, activity.id ?? '', render(replies).text);
  }

  async function move({ key, change, agent, code }: KfInbound & { readonly kind: 'session' }): Promise<void> {
    const at = now();
    const who = { id: `wecom:${agent}`, name: agent };
    if (change === 'ended') return onEnd(key, code);
    await users.change(key, (user) => ({ ...user, isWithPerson: true }));
    if (change === 'reopened') await desk.move(key, { kind: 'handoff', at });
    if (!(await desk.move(key, { kind: 'accept', at, agent: who }))) await desk.move(key, { kind: 'transfer', at, agent: who });
  }

  /** The bot has the conversation again; another case would be handed over anew, also the same when it is opened again. */
  async function onEnd(key: string, code: string | undefined): Promise<void> {
    await users.change(key, ({ handed: _, pooled: __, poolCode: ___, ...user }) => ({ ...user, isWithPerson: false }));
    const isClosed = await desk.move(key, { kind: 'close', at: now() });
    const { case: closed, locale } = await desk.standing(key);
    if (!isClosed || !closed || code === undefined) return;
    await sayOnEvent(code, `${closed.id}/${code}`, text(locale, 'desk.said.closed', { id: closed.id }));
  }

  return { welcome, move, handOver, sayInPool };
}

function addressOf(key: string): { readonly open_kfid: string; readonly external_userid: string } {
  const { openKfId, user } = partsOfConversation(key.slice(key.indexOf('/') + 1));
  return { open_kfid: openKfId, external_userid: user };
}
