import type { IncomingMessage } from 'node:http';
import { type Store, StoreError } from '../../store/store';
import type { Delivery } from './answers';
import { type Credentials, openCheck, openPush, openSealedCheck, type Push, type Refusal } from './envelope';
import type { Meter } from './ports';
import { createReplays } from './replays';
import { connectionOf, type PushReply, queryOf, readPush, TEXT_PLAIN } from './request';
import { createRefusals, type Refusals } from './status';

/** The callback of an account: who is let in, and how everybody else is sent away. */
export interface Door {
  /** Answers the console's check of the address (GET). */
  check(request: IncomingMessage): Promise<PushReply>;
  /** Proves a push (POST) and lets `take` answer it; a code from there refuses it after all. */
  receive(request: IncomingMessage, take: Take): Promise<PushReply>;
  /** What was not let in of late. */
  readonly refusals: Refusals;
}

export type Take = (push: Push, delivery: Delivery) => Promise<PushReply | Refusal>;

export interface DoorOptions {
  /** Of the channel, for the log. */
  readonly name: string;
  readonly credentials: Credentials;
  /** The echostr of the check comes encrypted (WeCom). */
  readonly isCheckSealed: boolean;
  readonly store: Store;
  readonly meter: Meter;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** What the platform takes as "heard, and nothing to say". */
export const SUCCESS_REPLY: PushReply = { status: 200, text: 'success', headers: TEXT_PLAIN };

/** Longer than the platform waits. */
const HOLD_MS = 5500;

export function createDoor({ name, credentials, isCheckSealed, store, meter, now }: DoorOptions): Door {
  const refusals = createRefusals(now);
  const onError = (error: unknown) => meter.error(`${name}-replays`, error);
  const replays = createReplays({ store, now, onError, isBodyFree: credentials.aesKey === undefined });

  function refuse(code: Refusal): PushReply {
    refusals.add(code);
    meter.event({ event: `${name}-refused`, code });
    return { status: code === 'WECHAT_TOO_LARGE' ? 413 : code === 'WECHAT_XML' ? 400 : 401 };
  }

  return {
    refusals,
    async check(request) {
      const checked = (isCheckSealed ? openSealedCheck : openCheck)(queryOf(request), credentials, now());
      return checked.kind === 'refused' ? refuse(checked.code) : { status: 200, text: checked.text, headers: TEXT_PLAIN };
    },
    async receive(request, take) {
      const begun = performance.now();
      const query = queryOf(request);
      const body = await readPush(request);
      if (body === undefined) return refuse('WECHAT_TOO_LARGE');
      const push = openPush({ query, body }, credentials, now());
      if (push.kind === 'refused') return refuse(push.code);
      const connection = connectionOf(request);
      try {
        if ((await replays.enter(query, body)) === 'replay') return refuse('WECHAT_REPLAY');
        const reply = await take(push, { ...connection, elapsed: () => performance.now() - begun });
        if (typeof reply === 'string') return refuse(reply);
        if (connection.isOpen() && reply.status === 200) replays.answered(query, body);
        return reply;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        // Not acknowledged, so that it comes again; not at once, since each of the platform's few tries must find the store.
        meter.error(`${name}-answer`, error);
        meter.count('risked');
        await Promise.race([connection.closed, new Promise((resolve) => setTimeout(resolve, HOLD_MS).unref())]);
        return { status: 503 };
      } finally {
        connection.leave();
      }
    },
  };
}
