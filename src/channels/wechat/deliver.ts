import type { Activity } from 'botbuilder';
import { type Locale, text } from '../../../locales';
import type { Json, Store } from '../../store/store';
import { DeliveryError } from '../delivery';
import type { Api } from './api';
import { ownDataOf, textOf } from './arrange';
import { ApiError, type Fault } from './faults';
import type { Notices } from './notices';
import type { Desk, Meter, Standing, Turns } from './ports';
import { mergedPart, partsOf, type Receiver, type Send } from './sender';
import { TEXT_BYTES } from './split';
import { CLOSED, leftOf, nameId, partitionFor, UNKNOWN, type User, type Users } from './users';

/**
 * The way out by the API, one entry of the outbox at a time, within what the platform allows: the last message of a window is for an outcome,
 * so an agent's lines leave it; what waits together goes out as one. What cannot be said stays in the outbox, which the next
 * passive reply empties, and whoever works on the case is told.
 */
export interface DeliverOptions {
  readonly store: Store;
  readonly api: Api;
  readonly send: Send;
  readonly users: Users;
  readonly desk: Desk;
  readonly turns: Pick<Turns, 'behind'>;
  readonly notices: Notices;
  readonly meter: Meter;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** Why an entry is not sent now. */
type Block = 'window' | 'reserve' | 'onAsk' | 'gone' | Fault;

const MINUTE_MS = 60_000;
/** How long an entry rests when only the user, the operator or time can help; the next message of the user frees it at once. */
const REST_MS: Readonly<Partial<Record<Block, number>>> = {
  window: 30 * MINUTE_MS,
  limit: MINUTE_MS,
  capability: 10 * MINUTE_MS,
  configuration: MINUTE_MS,
  reserve: MINUTE_MS,
  onAsk: 360 * MINUTE_MS,
  ours: 360 * MINUTE_MS,
  doubt: 360 * MINUTE_MS,
};
/** Left for an outcome: a decision, a question of the bot, the end of a case. */
const RESERVE = 1;

/** How far an entry has come. */
interface Progress {
  /** Messages of it that are out. */
  readonly sent: number;
  /** It went out with another. */
  readonly isOver?: boolean;
  /** The desk knows that it cannot be said. */
  readonly isTold?: boolean;
}

const PROGRESS = 'wechat-progress';
const PROGRESS_MS = 3 * 86_400_000;
const NOTHING: Progress = { sent: 0 };

/** Throws DeliveryError. */
export function createDeliver(options: DeliverOptions): (activity: Partial<Activity>) => Promise<object> {
  const { store, api, users, desk, turns, notices, meter, now } = options;

  async function readProgress({ key }: Receiver, { id = '' }: Partial<Activity>): Promise<Progress> {
    const entry = await partitionFor(store, key).get(PROGRESS, nameId(id));
    return (entry?.value as unknown as Progress | undefined) ?? NOTHING;
  }

  async function writeProgress({ key }: Receiver, activities: readonly Partial<Activity>[], progress: Progress): Promise<void> {
    const puts = activities.map(({ id = '' }) => ({
      ...{ kind: 'put' as const, collection: PROGRESS, id: nameId(id) },
      ...{ value: { ...progress } as Json, ttlMs: PROGRESS_MS },
    }));
    if (puts.length > 0) await partitionFor(store, key).commit(...puts);
  }

  function blockOf(activity: Partial<Activity>, user: User): Block | undefined {
    if (user.gone) return 'gone';
    if (ownDataOf(activity)?.onAsk) return 'onAsk';
    const missing = api.missing('send');
    if (missing) return missing.errcode === 45009 || missing.errcode === 45011 ? 'limit' : 'capability';
    // Nothing is known of the user's window: the platform tells.
    if (user.until === UNKNOWN) return undefined;
    const left = leftOf(user, now());
    if (left === 0) return 'window';
    return left <= RESERVE && isChat(activity) ? 'reserve' : undefined;
  }

  /** Entries that go out in the message of this one: texts, as many as it holds. */
  async function companions(activity: Partial<Activity>, to: Receiver): Promise<readonly Partial<Activity>[]> {
    if (!isText(activity)) return [];
    const behind = await turns.behind(to.key, activity.id ?? '');
    let bytes = Buffer.byteLength(textOf(activity, to.locale));
    const last = behind.findIndex((other) => {
      bytes += Buffer.byteLength(`\n\n${textOf(other, to.locale)}`);
      return !isText(other) || bytes > TEXT_BYTES;
    });
    return last < 0 ? behind : behind.slice(0, last);
  }

  /** Keeps it for later; throws. */
  async function holdBack(
    activity: Partial<Activity>,
    block: Block,
    at: { to: Receiver; user: User; standing: Standing; errcode?: ApiError['errcode'] },
  ): Promise<never> {
    const { to, user, standing, errcode } = at;
    const code = String(errcode ?? block);
    const progress = await readProgress(to, activity);
    if (block !== 'retry' && block !== 'onAsk' && !progress.isTold) {
      await writeProgress(to, [activity], { ...progress, isTold: true });
      if (block !== 'reserve') meter.count('kept');
      const words = textOf(activity, standing.locale) || text(standing.locale, 'wechat.picture');
      const key = NOTES[block] ?? 'wechat.unsent';
      const why = (locale: Locale) => (errcode === undefined && isExplained(block) ? text(locale, `wechat.why.${block}`) : code);
      await desk.note(to.key, (locale) => text(locale, key, { code: why(locale), text: words }));
    }
    if (block === 'window') await notices.send(to, user, standing);
    const retryAfterMs = REST_MS[block];
    if (block === 'gone') throw new DeliveryError(`the user is gone (${code})`, 'gone');
    // Told to nobody it waits for the next reply, which is said in another way.
    const isHopeless = block === 'ours' || block === 'doubt';
    if (isHopeless && standing.case) throw new DeliveryError(`the platform does not take this message (${code})`, 'refused');
    throw new DeliveryError(`not now: ${block} (${code})`, 'retry', retryAfterMs === undefined ? {} : { retryAfterMs });
  }

  /** What the platform said counts more than our count. */
  async function learn({ key }: Receiver, { fault, errcode }: ApiError): Promise<void> {
    if (fault === 'window') await users.change(key, (user) => ({ ...user, left: 0, ...(errcode === 45015 && { until: CLOSED }) }));
    if (fault === 'gone') await users.change(key, (user) => ({ ...user, gone: true }));
  }

  return async (activity) => {
    if (activity.type !== 'message') return {};
    const openid = activity.conversation?.id ?? '';
    const key = `${activity.channelId}/${openid}`;
    const [user, standing] = await Promise.all([users.read(key), desk.standing(key)]);
    const to: Receiver = { key, openid, locale: standing.locale, name: activity.id ?? '' };
    const progress = await readProgress(to, activity);
    if (progress.isOver) return {};
    const others = progress.sent === 0 ? await companions(activity, to) : [];
    const block = blockOf(others.find((other) => !isChat(other)) ?? activity, user);
    if (block) return holdBack(activity, block, { to, user, standing });
    try {
      if (others.length > 0) {
        await options.send(to, mergedPart([activity, ...others], to.locale));
        await writeProgress(to, [activity, ...others], { sent: 0, isOver: true });
        return {};
      }
      const parts = partsOf(activity, to.locale);
      for (let sent = progress.sent; sent < parts.length; sent += 1) {
        const part = parts[sent];
        if (part) await options.send({ ...to, name: `${to.name}/${sent}` }, part);
        if (parts.length > 1) await writeProgress(to, [activity], { ...progress, sent: sent + 1 });
      }
      return {};
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await learn(to, error);
      return holdBack(activity, error.fault, { to, user, standing, errcode: error.errcode });
    }
  };
}

/** What the desk is told when it is not to wait for the user's next message. */
const NOTES: Readonly<Partial<Record<Block, 'wechat.gone' | 'wechat.refused' | 'wechat.doubt'>>> = {
  gone: 'wechat.gone',
  ours: 'wechat.refused',
  doubt: 'wechat.doubt',
};
const EXPLAINED = ['window', 'reserve', 'limit', 'capability'] as const;

function isExplained(block: Block): block is (typeof EXPLAINED)[number] {
  return (EXPLAINED as readonly Block[]).includes(block);
}

/** A person's line in a conversation: many may come, so they leave the reserve. */
function isChat({ importance }: Partial<Activity>): boolean {
  return importance === 'low';
}

/** It can stand in one message with others. */
function isText(activity: Partial<Activity>): boolean {
  return activity.type === 'message' && !activity.attachments?.length && !ownDataOf(activity)?.onAsk;
}
