import type { Activity } from 'botbuilder';
import { createDirectLine } from '../../../src/channels/direct-line/direct-line';
import { SERVICE_URL } from '../../../src/channels/direct-line/messages';
import { createTokens, openKey } from '../../../src/channels/direct-line/tokens';
import { epochMs } from '../../../src/domain/calendar';
import { maskSecrets } from '../../../src/domain/privacy';
import { findConversation } from '../../../src/repositories/conversations';
import { close, createServer, listen } from '../../../src/server';
import { partitionOf } from '../../../src/store/store';
import { conversationKey, maskActivity } from '../../../src/turn/incoming';
import type { Door } from '../../conversations/doors';
import type { World } from '../../conversations/world';
import { type CallOptions, call, SECRET } from './world';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** One process of the channel over a world. */
async function openProcess(world: World, arrivals: ReadonlyMap<string, () => void>) {
  const { store, telemetry, turns } = world;
  const record = (activity: Partial<Activity>) => {
    const key = conversationKey(activity);
    return findConversation(store.partition(partitionOf(key)), key);
  };
  const directLine = await createDirectLine({
    ...{ store, botName: '到账助手', secret: SECRET, azure: undefined, origins: [], proxyHops: 0 },
    now: () => world.clock,
    accept: (activity) => {
      const answer = turns.accept(activity);
      const arrived = () => arrivals.get(activity.conversation?.id ?? '')?.();
      if (activity.type === 'message') arrived();
      else answer.then(arrived, arrived);
      return answer;
    },
    mask: async (activity) => maskActivity(activity, maskSecrets, (await record(activity))?.asking).activity,
    isRemembered: async (activity) => (await record(activity)) !== undefined,
    elsewhere: () => Promise.reject(new Error('not in this test')),
    report: telemetry.error,
  });
  const server = createServer({ store, telemetry, routes: directLine.routes });
  const port = await listen(server, 0, '127.0.0.1');
  return {
    origin: `http://127.0.0.1:${port}`,
    /** The world keeps what the outbox delivers; here it goes on to the channel. */
    async pass(key: string): Promise<void> {
      for (const activity of await world.delivered(key)) {
        if (activity.serviceUrl === SERVICE_URL) await directLine.channel.deliver(activity);
      }
    },
    async close() {
      await directLine.close();
      await close(server, 100);
    },
  };
}

/** Several processes on one store as one world; `used` is the one that has the turn. */
export function together(worlds: readonly World[], used: () => number): World {
  const [first] = worlds;
  if (!first) throw new Error('no world');
  const current = () => worlds[used() % worlds.length] ?? first;
  return {
    ...first,
    get clock() {
      return first.clock;
    },
    set clock(value) {
      for (const world of worlds) world.clock = value;
    },
    seen: (conversation) => current().seen(conversation),
    async delivered(conversation) {
      return (await Promise.all(worlds.map((world) => world.delivered(conversation)))).flat();
    },
    async tick() {
      for (const world of worlds) await world.tick();
    },
  };
}

/** The scripts' way in over Direct Line: a client posts and uploads, each turn at the next process, and what he then reads is the answer. */
export async function openDirectLineDoor(worlds: readonly World[], used: { turn: number } = { turn: 0 }): Promise<Door> {
  const arrivals = new Map<string, () => void>();
  const processes = await Promise.all(worlds.map((world) => openProcess(world, arrivals)));
  const [world] = worlds;
  if (!world) throw new Error('no world');
  const tokens = createTokens(await openKey(world.store), () => epochMs(world.clock));
  const at = (route: string, options: CallOptions) => call(processes[used.turn % processes.length]?.origin ?? '', route, options);

  return {
    async begin(script) {
      const id: string = (await at('POST /tokens/generate', { token: SECRET })).body.conversationId;
      // The clock of a script jumps over days.
      const token = () => tokens.issue('api', { conversation: id, user: 'dl_user-of-the-script' });
      const key = `directline/${id}`;
      const locale = script.locale ? { locale: script.locale } : {};
      let watermark = '0';
      const greeted = new Promise<void>((resolve) => arrivals.set(id, resolve));
      await at('POST /conversations', { token: token(), body: locale });
      await greeted;
      for (const process of processes) await process.pass(key);

      async function send({ text, attachments = [] }: Partial<Activity>): Promise<void> {
        const activity = { type: 'message', text, ...locale };
        const form = new FormData();
        form.append('activity', new Blob([JSON.stringify(activity)], { type: 'application/vnd.microsoft.activity' }));
        for (const _ of attachments) form.append('file', new Blob([PNG]), '小票.png');
        const options = attachments.length > 0 ? { raw: form } : { body: activity };
        const path = attachments.length > 0 ? 'upload' : 'activities';
        const post = () => at(`POST /conversations/${id}/${path}`, { token: token(), ...options });
        const { status } = await post();
        if (status !== 404) {
          if (status !== 200) throw new Error(`POST ${path} answered ${status}`);
          return;
        }
        // Forgotten after 30 days: what the page does then.
        await at('POST /conversations', { token: token(), body: locale });
        watermark = '0';
        await post();
      }

      return {
        key,
        async say(activities) {
          used.turn += 1;
          const answers: Promise<void>[] = [];
          for (const activity of activities.filter(({ type }) => type === 'message')) {
            const arrived = new Promise<void>((resolve) => arrivals.set(id, resolve));
            const answer = send(activity);
            answers.push(answer);
            await Promise.race([arrived, answer]);
          }
          await Promise.all(answers);
          for (const process of processes) await process.pass(key);
          const { body } = await at(`GET /conversations/${id}/activities?watermark=${watermark}`, { token: token() });
          watermark = body.watermark;
          return (body.activities as Partial<Activity>[]).filter(({ from }) => from?.role !== 'user');
        },
      };
    },
    async close() {
      for (const process of processes) await process.close();
    },
  };
}
