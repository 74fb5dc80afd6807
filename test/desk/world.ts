import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type OpenDesk, openDesk } from '../../src/assembly/desk';
import { type Config, readConfig } from '../../src/config';
import { hashKey } from '../../src/desk/agents';
import { maskSecrets } from '../../src/domain/privacy';
import { createSeal, readOrMakeKey } from '../../src/seal';
import { close, createServer, listen } from '../../src/server';
import type { Store } from '../../src/store/store';
import { createTelemetry } from '../../src/telemetry';
import { openTalk, type Talk } from '../talk';

/** A user who talks with the bot in this process, and the desk behind real HTTP. */
export interface DeskWorld {
  readonly talk: Talk;
  readonly desk: OpenDesk;
  readonly base: string;
  readonly routes: readonly string[];
  /** The caller with the machine key. */
  readonly machine: Caller;
  signIn(id: string): Promise<Caller>;
  /** The user asks for a person; returns the case's id. */
  handOver(conversation?: string): Promise<string>;
  /** What the user, or the one of a conversation, got from the outbox, oldest first. */
  heard(conversation?: string): readonly string[];
  close(): Promise<void>;
}

export type Caller = (path: string, body?: unknown, more?: Record<string, string>) => Promise<Answer>;
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  readonly body: any;
  readonly text: string;
  readonly headers: Headers;
}

export const MACHINE_KEY = 'a-key-for-machines';
export const keyOf = (id: string) => `key-of-${id}-123`;

export interface WorldOptions {
  readonly now?: string;
  readonly noAgents?: boolean;
  readonly channelId?: string;
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the agents file, by id. */
  readonly more?: Readonly<Record<string, object>>;
  /** Instead of an embedded one; closed with the rest. */
  readonly store?: Store;
  readonly outbox?: { readonly leaseMs: number };
}

export async function openDeskWorld(options: WorldOptions = {}): Promise<DeskWorld> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'desk-'));
  const agents = await Promise.all(
    (
      [
        ['li', '小李', 'agent'],
        ['zhou', '小周', 'agent'],
        ['wang', '王班长', 'lead'],
        ['root', '管理员', 'admin'],
      ] as const
    ).map(async ([id, name, role]) => ({ id, name, role, key: await hashKey(keyOf(id)), ...options.more?.[id] })),
  );
  writeFileSync(path.join(folder, 'agents.json'), JSON.stringify({ agents }));
  const env = { DATA_DIR: 'data', DESK_KEY: MACHINE_KEY, ...(options.noAgents ? {} : { DESK_AGENTS: 'agents.json' }), ...options.env };
  const read = readConfig(env, folder);
  if (read.kind === 'refused') throw new Error(read.faults.join('\n'));
  const config: Config = read.config;
  const heard: { readonly text: string; readonly conversation: string | undefined }[] = [];
  const { now = '2026-11-20T10:00:00+08:00', store, outbox, channelId } = options;
  const seal = createSeal(config.store.dataKey ?? readOrMakeKey(config.store.dataDir));
  const talk = await openTalk({
    ...{ now, ...(store && { store }), ...(outbox && { outbox }), ...(channelId && { channelId }) },
    mask(words, asking) {
      const masked = maskSecrets(words, asking);
      return masked.phone === undefined ? masked : { ...masked, contact: seal.seal(masked.phone) };
    },
    deliver: async ({ text, conversation }) => void (text && heard.push({ text, conversation: conversation?.id })),
  });
  const desk = await openDesk({ config, store: talk.store, say: talk.turns.say, log: () => undefined, now: () => talk.now });
  const telemetry = createTelemetry({ level: 'silent' as never, destination: { write: () => undefined } });
  const server = createServer({ store: talk.store, telemetry, routes: desk.routes });
  const base = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;

  const caller =
    (headers: Record<string, string>): Caller =>
    async (at, body, more = {}) => {
      const response = await fetch(base + at, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        parsed = undefined;
      }
      return { status: response.status, body: parsed, text, headers: response.headers };
    };

  return {
    talk,
    desk,
    base,
    routes: Object.keys(desk.routes),
    machine: caller({ authorization: `Bearer ${MACHINE_KEY}` }),
    async signIn(id) {
      const { status, headers } = await caller({})('/api/desk/sign-in', { id, key: keyOf(id) });
      if (status !== 200) throw new Error(`no way in: ${status}`);
      return caller({ cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '' });
    },
    async handOver(conversation) {
      const { texts } = await talk.say('转人工', conversation === undefined ? {} : { conversation: { id: conversation } as never });
      const id = /DZ\d{8}-\w{5}-\d{2}/.exec(texts.join(' '))?.[0];
      if (!id) throw new Error(`no case: ${texts.join(' ')}`);
      return id;
    },
    heard: (of) => heard.filter(({ conversation }) => of === undefined || conversation === of).map(({ text }) => text),
    async close() {
      await desk.close();
      await close(server, 100);
      await talk.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; for deliveries in the background. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 500 && !isSo(); count += 1) await new Promise((resolve) => setTimeout(resolve, 4));
  if (!isSo()) throw new Error('it never became so');
}
