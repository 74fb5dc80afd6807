import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { createTeams, type OpenTeams } from '../../../src/assembly/teams';
import { createBot } from '../../../src/bot';
import { createChannels } from '../../../src/channels';
import { createCloud } from '../../../src/channels/cloud/cloud';
import { createConnector } from '../../../src/channels/connector';
import { TEAMS } from '../../../src/channels/teams/teams';
import type { Agent } from '../../../src/desk/agents';
import { type Act, createDesk } from '../../../src/desk/desk';
import { epochMs, isoOf } from '../../../src/domain/calendar';
import { filterOutbound } from '../../../src/domain/outbound';
import { maskSecrets } from '../../../src/domain/privacy';
import { loadProfiles } from '../../../src/domain/profile';
import { createScheduler } from '../../../src/scheduler';
import { close, createServer, listen } from '../../../src/server';
import { openLmdbStore } from '../../../src/store/lmdb';
import type { Store } from '../../../src/store/store';
import { createTelemetry } from '../../../src/telemetry';
import { createTurns, type RunningTurns } from '../../../src/turn/turn';
import { createEmbeddedRecognizer } from '../../../src/understanding/embedded';
import { type Issuer, signToken, startIssuer } from '../open-id';
import { SERVICE_TOKEN, startTeamsService, type TeamsService } from './service';

export const APP_ID = '11111111-2222-3333-4444-555555555555';
export const TENANT = '99999999-2222-3333-4444-555555555555';
const KEY = Buffer.alloc(32, 7);

/** The bot on Teams with a stand-in for Microsoft's side: an issuer of tokens, and the service that takes what the bot sends. */
export interface TeamsWorld {
  readonly service: TeamsService;
  readonly store: Store;
  readonly turns: RunningTurns;
  readonly teams: OpenTeams;
  /** What somebody does at the desk page. */
  readonly act: Act;
  /** Where the bot takes activities. */
  readonly url: string;
  /** Ms since 1970. */
  clock: number;
  /** Posts to /api/messages with a token of the channel, and lets what follows happen. */
  post(activity: Partial<Activity>, options?: { readonly token?: string }): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Says something as the customer on the web page; returns what he has heard since the last time. */
  customer(text: string, conversation?: string): Promise<readonly string[]>;
  heard(conversation?: string): readonly string[];
  /** One look at what has changed, and everything due is delivered. */
  settle(): Promise<void>;
  /** Lets time pass in steps of a second, with everything that falls due. */
  pass(seconds: number): Promise<void>;
  /** What is due is delivered, or looked for when nothing is; then on to when the next is due. */
  jump(): Promise<void>;
  /** The process ends and another one goes on with its store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

let recognizer: ReturnType<typeof createEmbeddedRecognizer> | undefined;

export async function openTeamsWorld(
  options: {
    readonly invokeMs?: number /** What the bot shows to the service; the right one when absent. */;
    readonly token?: string;
    readonly start?: string;
    /** Whose people are staff; our tenant when absent. */
    readonly tenants?: readonly string[];
    readonly agents?: readonly Agent[];
    /** TEAMS_AGENTS is `desk`. */
    readonly deskOnly?: boolean;
    /** Microsoft's side is a program that shows no tokens and takes none: the clock is that of the machine, and everything goes on by itself. */
    readonly anonymous?: boolean;
    readonly slow?: (store: Store) => Store;
  } = {},
): Promise<TeamsWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'teams-'));
  const time = { now: epochMs(options.start ?? '2026-03-06T10:00:00+08:00') };
  const clock = options.anonymous ? Date.now : () => time.now;
  const now = () => isoOf(clock());
  const issuer = await startIssuer(['msteams', 'directline']);
  const service = await startTeamsService(clock);
  recognizer ??= createEmbeddedRecognizer();
  const said = new Map<string, string[]>();
  let count = 0;

  async function start() {
    const opened = await openLmdbStore({ directory, now: clock });
    const store = options.slow ? options.slow(opened) : opened;
    const loaded = loadProfiles();
    if (loaded.kind === 'refused' || !recognizer) throw new Error('no profiles');
    const { profiles } = loaded;
    const staff = { tenants: options.tenants ?? [TENANT], allowed: [] };
    const telemetry = createTelemetry({ level: 'silent' });
    const log = telemetry.event;
    const connector = createConnector({
      token: options.anonymous ? undefined : async () => options.token ?? SERVICE_TOKEN,
      timeoutMs: 1500,
    });
    const config = {
      teams: { staff, everybody: !options.deskOnly },
      desk: { agents: options.agents ?? [] },
      profiles,
      store: { dataDir: directory, redisUrl: undefined, dataKey: KEY },
    };
    const built = createTeams({
      config,
      store,
      connector,
      log,
      clock,
      everyMs: options.anonymous ? 300 : 0,
      ...(options.invokeMs && { invokeMs: options.invokeMs }),
    });
    const web = { takesEvents: false, deliver: async (activity: Partial<Activity>) => hear(activity) };
    const channels = createChannels({ connector, own: { [TEAMS]: built.channel, directline: web } });
    const turns = createTurns({
      ...{ store, now, log, burstMs: 0, mask: maskSecrets, isFragment: () => false },
      bot: createBot({ store, recognizer, profiles, staff }),
      filter: (words, own) => filterOutbound(words, { contacts: profiles.contacts, allow: own }).text,
      deliver: async (activity) => channels(activity.channelId ?? '')?.deliver(activity),
      apology: () => ({ type: 'message', text: 'apology' }),
    });
    const teams = built.open(turns);
    const receive = createCloud({
      settings: options.anonymous ? { ALLOW_ANONYMOUS: true } : settingsOf(issuer),
      accept: (activity) => teams.accept(activity),
      report: () => undefined,
    });
    const server = createServer({ store, telemetry, routes: { 'POST /api/messages': receive } });
    const port = await listen(server, 0, '127.0.0.1');
    const act = createDesk({
      ...{ store, say: turns.say, now, key: KEY, announce: () => undefined },
      mask: (words) => maskSecrets(words).text,
      replyBy: () => ({ at: now(), said: '' }),
    });
    const scheduler = options.anonymous ? createScheduler({ store, turns, now, log, everyMs: 300 }) : undefined;
    const end = async () => {
      await scheduler?.close();
      await close(server, 100);
    };
    return { store, turns, teams, act, port, connector, end };
  }

  async function hear({ conversation, text, type }: Partial<Activity>): Promise<{ id: string }> {
    const id = conversation?.id ?? '';
    if (type === 'message' && text) said.set(id, [...(said.get(id) ?? []), text]);
    return { id: `d${count}` };
  }

  let running = await start();

  async function stop(): Promise<void> {
    await running.teams.close();
    await running.end();
    await running.turns.close();
    await running.store.close();
    running.connector.close();
  }

  const self: TeamsWorld = {
    service,
    get store() {
      return running.store;
    },
    get turns() {
      return running.turns;
    },
    get url() {
      return `http://127.0.0.1:${running.port}/api/messages`;
    },
    get teams() {
      return running.teams;
    },
    get act() {
      return running.act;
    },
    get clock() {
      return time.now;
    },
    set clock(value) {
      time.now = value;
    },
    async post(activity, { token } = {}) {
      time.now += 1000;
      const claims = {
        iss: 'https://api.botframework.com',
        aud: APP_ID,
        serviceurl: service.url,
        nbf: 1,
        exp: Math.floor(Date.now() / 1000) + 600,
      };
      const response = await fetch(self.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? signToken({ claims, key: issuer.key })}` },
        body: JSON.stringify({ id: `in-${++count}`, serviceUrl: service.url, channelId: TEAMS, ...activity }),
      });
      const words = await response.text();
      await self.settle();
      return { status: response.status, body: words === '' ? undefined : JSON.parse(words) };
    },
    async customer(text, conversation = 'web-1') {
      time.now += 1000;
      await running.turns.accept({
        ...{ type: 'message', id: `c-${++count}`, channelId: 'directline', serviceUrl: 'https://example.com', text },
        ...{ from: { id: 'dl_user', name: '' }, recipient: { id: 'bot', name: 'bot' } },
        conversation: { id: conversation, name: '', isGroup: false, conversationType: '' },
      });
      await self.settle();
      return self.heard(conversation);
    },
    heard(conversation = 'web-1') {
      const lines = said.get(conversation) ?? [];
      said.delete(conversation);
      return lines;
    },
    async settle() {
      for (let round = 0; round < 4; round += 1) {
        await running.teams.sync.tick();
        const marks = await running.turns.outbox.listMarks({});
        await Promise.all(marks.map(({ conversation }) => running.turns.outbox.deliverWaiting(conversation)));
      }
    },
    async jump() {
      const marks = await running.turns.outbox.listMarks({});
      if (marks.length === 0) await running.teams.sync.tick();
      await Promise.all(marks.map(({ conversation }) => running.turns.outbox.deliverWaiting(conversation)));
      const due = (await running.turns.outbox.listMarks({})).map(({ dueAt }) => dueAt);
      time.now = Math.max(time.now + 1000, ...due);
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        time.now += 1000;
        await self.settle();
      }
    },
    async restart() {
      await stop();
      running = await start();
    },
    async close() {
      await stop();
      issuer.close();
      service.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return self;
}

function settingsOf({ metadataUrl }: Issuer) {
  return {
    ...{ ALLOW_ANONYMOUS: false, MicrosoftAppType: 'MultiTenant' as const, MicrosoftAppId: APP_ID, MicrosoftAppPassword: 'secret' },
    ...{ ToBotFromChannelOpenIdMetadataUrl: metadataUrl, ToBotFromEmulatorOpenIdMetadataUrl: metadataUrl },
  };
}
