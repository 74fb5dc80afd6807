import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLmdbStore } from '../../../src/store/lmdb';
import { describeChannel } from '../../contracts/channel';
import { openWorld } from '../../conversations/world';
import { openWechatWorld, readShown } from './door';
import { describeWithSimulator, newSimulator } from './simulator';
import { KEY } from './world';

const OPENID = 'o_contract';

describeWithSimulator('WeChat keeps the contract of channels', () => {
  describeChannel('WeChat', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'wechat-'));
    const store = await openLmdbStore({ directory });
    const openShared = () => openWorld({ open: async () => ({ ...store, close: async () => undefined }) });
    const sim = newSimulator({ encodingAESKey: KEY });
    await sim.start();
    let world = await openShared();
    let wechat = await openWechatWorld(world, sim);
    let seen = 0;
    /** Messages whose reply the platform has: it shows one, however often it asks. */
    const answered = new Set<string>();

    async function deliver(id: string, fields: object): Promise<void> {
      wechat.setClock();
      const before = sim.screen(OPENID).length;
      await sim.message(OPENID, { ...fields, MsgId: id });
      if (answered.has(id)) (sim.screen(OPENID) as unknown[]).splice(before);
      answered.add(id);
      await wechat.pass(OPENID);
    }

    return {
      async send({ id, text, image }) {
        if (text !== undefined) await deliver(id, { MsgType: 'text', Content: text });
        if (image) await deliver(id, { MsgType: 'image', PicUrl: 'http://p', MediaId: `M${id}` });
      },
      async forge(text) {
        const xml = `<xml><FromUserName>${OPENID}</FromUserName><MsgType>text</MsgType><Content>${text}</Content><MsgId>9</MsgId></xml>`;
        const { query, body } = newSimulator({ encodingAESKey: KEY, token: 'forged' }).sign(xml);
        return (await sim.send('POST', query, body)).status === 401;
      },
      async proactive(activity) {
        await world.turns.say(wechat.key(OPENID), [activity]);
        await wechat.pass(OPENID);
      },
      shown() {
        const fresh = sim
          .screen(OPENID)
          .slice(seen)
          .filter(({ from }) => from !== 'user');
        seen = sim.screen(OPENID).length;
        return { lines: fresh.flatMap(({ text }) => text ?? []), choices: fresh.flatMap((one) => readShown(one).choices) };
      },
      async restart() {
        await wechat.close();
        await world.close();
        world = await openShared();
        wechat = await openWechatWorld(world, sim);
      },
      // 2,048 bytes of UTF-8, in ASCII at the most twice as many of UTF-16.
      mostBytes: 4096,
      async close() {
        await wechat.close();
        await world.close();
        await sim.stop();
        await store.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  });
});
