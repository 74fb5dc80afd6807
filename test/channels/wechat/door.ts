import type { Activity } from 'botbuilder';
import { turnsFor } from '../../../src/assembly/wechat';
import { createWechatDesk } from '../../../src/assembly/wechat-desk';
import { keptFilesOf } from '../../../src/assembly/wechat-files';
import { createWechat, WECHAT } from '../../../src/channels/wechat/wechat';
import { epochMs } from '../../../src/domain/calendar';
import { close, createServer, listen } from '../../../src/server';
import type { Door } from '../../conversations/doors';
import type { World } from '../../conversations/world';
import { newSimulator, type Shown, type Simulator } from './simulator';
import { accountOf, KEY } from './world';

/** The channel of a world behind a server of its own, and the stand-in as its platform in safe mode. */
export interface WechatWorld {
  readonly sim: Simulator;
  readonly key: (openid: string) => string;
  /** Called when an activity has come to the turns. */
  arrived: (activity: Partial<Activity>) => void;
  /** Sends on what the world's outbox delivered; the platform's clock becomes the world's. */
  pass(openid: string): Promise<void>;
  setClock(): void;
  close(): Promise<void>;
}

export async function openWechatWorld(world: World, sim?: Simulator): Promise<WechatWorld> {
  const platform = sim ?? newSimulator({ encodingAESKey: KEY });
  if (!sim) await platform.start();
  const { store, turns } = world;
  const now = () => world.clock;
  const wechat = createWechat({
    store,
    now,
    account: accountOf(platform.apiBase),
    desk: createWechatDesk(store, now),
    files: keptFilesOf(store),
    sweepMs: 0,
    meter: { event: world.telemetry.event, error: (event, error) => world.telemetry.error(event, error), count: () => undefined },
    turns: turnsFor({
      store,
      turns: () => turns,
      accept(activity) {
        const answer = turns.accept(activity);
        self.arrived(activity);
        return answer;
      },
    }),
  });
  const server = createServer({ store, telemetry: world.telemetry, routes: wechat.routes });
  platform.webhook = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/api/wechat`;
  const self: WechatWorld = {
    sim: platform,
    key: (openid) => `${WECHAT}/${openid}`,
    arrived: () => undefined,
    setClock() {
      platform.offset = epochMs(world.clock) - Date.now();
    },
    async pass(openid) {
      self.setClock();
      for (const activity of await world.delivered(self.key(openid))) await wechat.channel.deliver(activity);
    },
    async close() {
      await wechat.close();
      await close(server, 100);
      if (!sim) await platform.stop();
    },
  };
  return self;
}

const HINT = /\n?回复数字或文字即可。$|\n?回覆數字或文字即可。$|\n?Reply with the number or the words\.$/;

/** What a user reads in one message: the lines of the bot, and the choices numbered under the last. */
export function readShown({ text = '', msgmenu }: Shown): { readonly texts: readonly string[]; readonly choices: readonly string[] } {
  if (msgmenu) return { texts: [msgmenu.head_content.trim()], choices: msgmenu.list.map(({ content }) => content) };
  const paragraphs = text.split('\n\n');
  const last = paragraphs.at(-1) ?? '';
  if (!HINT.test(last)) return { texts: paragraphs, choices: [] };
  const choices = last
    .replace(HINT, '')
    .split('\n')
    .map((line) => line.replace(/^\d+\. /, ''));
  return { texts: paragraphs.slice(0, -1), choices };
}

function activitiesOf(shown: Shown): readonly Partial<Activity>[] {
  const { texts, choices } = readShown(shown);
  const suggestedActions = { to: [], actions: choices.map((title) => ({ type: 'imBack', title, value: title })) };
  return texts.map((text, index) => ({
    ...{ type: 'message', channelId: WECHAT, text },
    ...(index === texts.length - 1 && choices.length > 0 && { suggestedActions }),
  }));
}

/** The scripts' way in over WeChat: the stand-in delivers what the user says, and what his screen then shows is the answer. */
export async function openWechatDoor(world: World): Promise<Door> {
  const wechat = await openWechatWorld(world);
  const { sim } = wechat;
  const arrivals = new Map<string, () => void>();
  wechat.arrived = ({ id = '' }) => arrivals.get(id)?.();
  let sent = 0;

  return {
    async begin(_script, id) {
      const openid = `o_${id}`;
      let read = 0;
      async function send({ type, text = '', attachments = [] }: Partial<Activity>, name: string): Promise<void> {
        wechat.setClock();
        if (type === 'conversationUpdate') return void (await sim.event(openid, 'subscribe', { EventKey: '' }));
        if (text !== '' || attachments.length === 0) await sim.message(openid, { MsgType: 'text', Content: text, MsgId: name });
        for (const { contentType } of attachments) {
          const kind = contentType.startsWith('image/')
            ? { MsgType: 'image', PicUrl: 'http://p' }
            : { MsgType: 'video', ThumbMediaId: 't' };
          await sim.message(openid, { ...kind, MediaId: `M${name}`, MsgId: `${name}1` });
        }
      }
      return {
        key: wechat.key(openid),
        async say(activities) {
          const answers: Promise<void>[] = [];
          for (const activity of activities) {
            sent += 1;
            const name = String(24_000_000_000_000_000n + BigInt(sent) * 10n);
            const arrived = new Promise<void>((resolve) => arrivals.set(name, resolve));
            const answer = send(activity, name);
            answers.push(answer);
            // The next of a burst leaves when this one is in, so that they come in order.
            await Promise.race([arrived, answer]);
          }
          await Promise.all(answers);
          await wechat.pass(openid);
          const shown = sim.screen(openid).slice(read);
          read = sim.screen(openid).length;
          return shown.filter(({ from }) => from === 'bot' || from === 'system').flatMap(activitiesOf);
        },
      };
    },
    close: () => wechat.close(),
  };
}
