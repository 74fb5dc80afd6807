import type { TurnContext } from 'botbuilder';
import { turnsFor } from '../../../src/assembly/wechat';
import { createWechatDesk } from '../../../src/assembly/wechat-desk';
import { keptFilesOf } from '../../../src/assembly/wechat-files';
import type { Limits } from '../../../src/channels/wechat/task';
import { createWechat, WECHAT, type Wechat, type WechatAccount } from '../../../src/channels/wechat/wechat';
import { isoOf } from '../../../src/domain/calendar';
import { createScheduler } from '../../../src/scheduler';
import { close, createServer, listen } from '../../../src/server';
import type { Store } from '../../../src/store/store';
import { createTelemetry } from '../../../src/telemetry';
import { noteBot, turnsOver } from '../../turns';

/** A process with the WeChat channel, the note bot and a server of its own. */
export interface Process {
  readonly url: string;
  readonly wechat: Wechat;
  readonly turns: ReturnType<typeof turnsOver>['turns'];
  /** What the channel counted, and the codes of what failed. */
  readonly counts: Record<string, number>;
  readonly codes: string[];
  /** Turns that the bot ran. */
  ran: number;
  tick(): Promise<void>;
  close(): Promise<void>;
}

export const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

/** An account as the stand-ins have it. */
export function accountOf(apiBase: string, more: Partial<WechatAccount> = {}): WechatAccount {
  return {
    ...{ appId: 'wxsim0000000000000', secret: 'sim-secret', token: 'sim-token', aesKey: KEY, previousKey: undefined, kind: 'service' },
    ...{ apiBase, handsOver: false, templates: { template: undefined, subscription: undefined, fields: {} } },
    ...more,
  };
}

export interface ProcessOptions {
  readonly account: WechatAccount;
  readonly limits?: Partial<Limits>;
  /** Another bot than the note bot. */
  readonly bot?: (context: TurnContext) => Promise<void>;
  /** Ms by which this process's clock is ahead; 0 by default. */
  readonly ahead?: () => number;
  readonly sweepMs?: number;
  readonly apiTimeoutMs?: number;
  /** Of the scheduler's rounds, in ms; 0: only when asked. */
  readonly everyMs?: number;
  /** Lifetimes of locks. */
  readonly lived?: { readonly lockMs: number; readonly outbox: { readonly leaseMs: number } };
}

export async function startProcess(store: Store, options: ProcessOptions): Promise<Process> {
  const { account, ahead = () => 0 } = options;
  const counts: Record<string, number> = {};
  const codes: string[] = [];
  const now = () => isoOf(Date.now() + ahead());
  const { turns } = turnsOver(store, {
    now,
    limitMs: 60_000,
    pollMs: 20,
    ...options.lived,
    outbox: { backoffMs: 20, ...options.lived?.outbox },
    bot: {
      async run(context) {
        self.ran += 1;
        // The bot thinks as many ms as the first line says.
        const ms = /^(\d+) ms/.exec(context.activity.text ?? '')?.[1];
        if (ms) await new Promise((resolve) => setTimeout(resolve, Number(ms)));
        await (options.bot ?? noteBot)(context);
      },
    },
    deliver: (activity) => wechat.channel.deliver(activity),
  });
  const wechat = createWechat({
    store,
    account,
    now,
    desk: createWechatDesk(store, now),
    files: keptFilesOf(store),
    turns: turnsFor({ store, turns: () => turns, accept: turns.accept }),
    meter: {
      event: ({ code }) => code !== undefined && codes.push(String(code)),
      error: (event, error) => codes.push(`${event}: ${(error as { code?: string }).code ?? error}`),
      count: (name) => {
        counts[name] = (counts[name] ?? 0) + 1;
      },
    },
    wait: async () => undefined,
    sweepMs: options.sweepMs ?? 0,
    ...(options.limits && { limits: options.limits }),
    ...(options.apiTimeoutMs !== undefined && { apiTimeoutMs: options.apiTimeoutMs }),
  });
  const scheduler = createScheduler({ store, turns, now, log: () => undefined, everyMs: options.everyMs ?? 0 });
  const server = createServer({ store, telemetry: createTelemetry({ level: 'silent' }), routes: wechat.routes, status: wechat.status });
  const port = await listen(server, 0, '127.0.0.1');
  const self: Process = {
    ...{ url: `http://127.0.0.1:${port}/api/wechat`, wechat, turns, counts, codes, ran: 0, tick: scheduler.tick },
    async close() {
      await close(server, 0);
      await wechat.close();
      await scheduler.close();
      await turns.close();
    },
  };
  return self;
}

export const USER = 'o_user_1';
export const CONVERSATION = `${WECHAT}/${USER}`;
