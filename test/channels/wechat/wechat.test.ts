import * as oracle from '@wecom/crypto';
import type { TurnContext } from 'botbuilder';
import { keepingFetch } from '../../../src/assembly/wechat-files';
import { createFiles, fileAddress } from '../../../src/channels/files';
import { createPending } from '../../../src/channels/wechat/pending';
import { createUsers } from '../../../src/channels/wechat/users';
import { newDraft } from '../../../src/domain/case';
import { listCaseEvents } from '../../../src/repositories/case-events';
import { addCase, caseOf } from '../../../src/repositories/cases';
import { deleteConversation } from '../../../src/repositories/conversations';
import { type Partition, partitionOf, type Store } from '../../../src/store/store';
import { turnOf } from '../../../src/turn/turn';
import { fastest } from '../../fastest';
import { engines, noteBot, stopEngines } from '../../turns';
import { type Delivered, describeWithSimulator, newSimulator, type Shown, type Simulator } from './simulator';
import { accountOf, CONVERSATION, KEY, type Process, type ProcessOptions, startProcess, USER } from './world';

const LIMITS = { answerMs: 400, keepMs: 30, typingMs: 150, leaseMs: 5000, graceMs: 300 };
const [lmdb] = engines;

let sim: Simulator;
let store: Store;
let bot: Process;
let stop: () => Promise<void>;

async function start(
  account: Parameters<typeof accountOf>[1] = {},
  more: Partial<ProcessOptions> = {},
  platform: object = {},
): Promise<void> {
  sim = newSimulator({ encodingAESKey: KEY, timeoutMs: 700, ...platform });
  await sim.start();
  const opened = await (lmdb as (typeof engines)[number]).open();
  [store] = opened.stores;
  const ahead = () => sim.offset;
  bot = await startProcess(store, { account: accountOf(sim.apiBase, account), limits: LIMITS, ahead, apiTimeoutMs: 400, ...more });
  sim.webhook = bot.url;
  stop = async () => {
    await bot.close();
    await opened.close();
    await sim.stop();
  };
}
afterEach(() => stop());
afterAll(stopEngines);

const said = (user = USER) =>
  sim
    .screen(user)
    .filter(({ from }) => from === 'bot')
    .map(({ text }) => text);
const shown = (user = USER): readonly Shown[] => sim.screen(user).filter(({ from }) => from === 'bot');
const of = (path: string) => sim.calls.filter((call) => call.path.endsWith(path));
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A bot that answers with what the user says after `say `, or offers two choices, or notes. */
async function choiceBot(context: TurnContext): Promise<void> {
  const { text = '' } = context.activity;
  if (!text.startsWith('ask')) return noteBot(context);
  const actions = ['我是商户（收款方）', '我是付款人'].map((title) => ({ type: 'imBack', title, value: title }));
  await context.sendActivity({ type: 'message', text: '您是哪一方？', suggestedActions: { to: [], actions } });
}

async function slowChoices(context: TurnContext): Promise<void> {
  await pause(600);
  return choiceBot(context);
}

async function openCase(owner: 'queue' | 'agent' = 'queue'): Promise<string> {
  const partition = store.partition(partitionOf(CONVERSATION));
  const now = '2026-03-04T10:00:00+08:00';
  const agent = owner === 'agent' ? { agent: { id: 'a1', name: '小周' } } : {};
  const id = `DZ20260304-ACDEF-${String(partition.number).padStart(2, '0')}`;
  await addCase(partition, {
    ...{ id, conversationId: CONVERSATION, channel: 'wechat', locale: 'zh-CN', createdAt: now, updatedAt: now, priority: 'P2' },
    ...{ queue: 'Q-SETTLE', owner, ...agent, draft: newDraft(now), diagnosis: { causes: [] }, summary: '', missing: [], contacts: 0 },
    replyBy: now,
  } as never);
  return id;
}
const caseNow = () => caseOf(store.partition(partitionOf(CONVERSATION)), CONVERSATION);
const story = async () => {
  const opened = await caseNow();
  return opened ? listCaseEvents(store.partition(partitionOf(CONVERSATION)), opened.id) : [];
};

describeWithSimulator('WeChat', () => {
  describe('the callback', () => {
    test.each(['safe', 'compat', 'plain'] as const)('answers in %s mode', async (mode) => {
      await start(mode === 'plain' ? { aesKey: undefined } : {}, {}, { mode });
      await sim.say(USER, '你好');
      expect(said()).toEqual(['1 你好']);
      expect(sim.problems).toEqual([]);
    });

    test('answers the address check only when it is signed', async () => {
      await start();
      expect(await sim.verify()).toMatchObject({ ok: true });
      expect(await sim.verify({ signature: '0'.repeat(40) })).toMatchObject({ ok: false, status: 401, body: '' });
    });

    test('takes what was encrypted with the key before the last change', async () => {
      await start({ aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', previousKey: KEY });
      await sim.say(USER, '你好');
      expect(said()).toEqual(['1 你好']);
    });

    test('runs nothing for a request that is forged, stale, repeated or for another account', async () => {
      await start();
      const xml = `<xml><ToUserName>gh</ToUserName><FromUserName>${USER}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>`;
      const { query, body } = sim.sign(xml, USER);
      const post = (more: Record<string, string>, words = body) => {
        const changed = new URLSearchParams([...query.entries()].filter(([name]) => !(name in more)));
        for (const [name, value] of Object.entries(more)) if (value !== '') changed.append(name, value);
        return sim.send('POST', changed, words);
      };
      const other = newSimulator({ encodingAESKey: KEY, appid: 'wxother' }).sign(xml, USER);
      const answers = [
        await post({ msg_signature: '0'.repeat(40) }),
        await post({ msg_signature: '' }),
        await post({ timestamp: String(Number(query.get('timestamp')) - 3600) }),
        await post({ encrypt_type: '', msg_signature: '' }, xml),
        await sim.send('POST', other.query, other.body),
      ];
      expect(answers.map(({ status, body: words }) => [status, words])).toEqual(answers.map(() => [401, '']));
      expect(bot.ran).toBe(0);
      expect((await post({})).status).toBe(200);
      expect((await post({})).status).toBe(401);
      expect(bot.ran).toBe(1);
      expect(bot.codes).toEqual([
        'WECHAT_SIGNATURE',
        'WECHAT_DOWNGRADE',
        'WECHAT_SIGNATURE',
        'WECHAT_DOWNGRADE',
        'WECHAT_RECEIVER',
        'WECHAT_REPLAY',
      ]);
    });

    test('in plain mode a proof is good for one body', async () => {
      await start({ aesKey: undefined }, {}, { mode: 'plain' });
      const { query, body } = sim.sign(
        `<xml><FromUserName>${USER}</FromUserName><MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId></xml>`,
      );
      expect((await sim.send('POST', query, body)).status).toBe(200);
      expect((await sim.send('POST', query, body.replace('>a<', '>b<').replace('>1<', '>2<'))).status).toBe(401);
      expect(bot.ran).toBe(1);
    });

    test.each(['safe', 'plain'] as const)('survives hostile bodies in %s mode, each within 200 ms', async (mode) => {
      await start(mode === 'plain' ? { aesKey: undefined } : {}, {}, { mode });
      const bodies = [
        ...['', '<foo/>', '<xml>', `${'<a>'.repeat(20_000)}`, `<xml>${'<a>'.repeat(15_000)}`, '\u0000\u0001<\u0002', 'x'.repeat(2_000_000)],
        ...['<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>', '{"a":', '[]', 'null', '<xml><MsgType>text</MsgType></xml>'],
      ];
      for (const body of bodies) {
        const makers = [() => ({ query: sim.sign('<xml/>').query, body }), ...(body.length < 60_000 ? [() => sim.sign(body)] : [])];
        for (const make of makers) {
          const send = async () => {
            const { query, body: words } = make();
            const answer = await sim.send('POST', query, words);
            expect([200, 400, 401, 413]).toContain(answer.status);
            expect(answer.body === '' || answer.body === 'success').toBe(true);
          };
          expect(await fastest(199, send, 5)).toBeLessThan(200);
        }
      }
      await sim.say(USER, 'alive');
      expect(said()).toEqual(['1 alive']);
    });

    test('an encrypted message with broken padding is refused', async () => {
      await start();
      const sealed = Buffer.from(oracle.encrypt(KEY, '<xml/>', 'wxsim0000000000000'), 'base64');
      sealed[sealed.length - 17] = (sealed[sealed.length - 17] ?? 0) ^ 0xff;
      const encrypt = sealed.toString('base64');
      const { query } = sim.sign('<xml/>');
      query.set('msg_signature', oracle.getSignature('sim-token', query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypt));
      expect(await sim.send('POST', query, `<xml><Encrypt>${encrypt}</Encrypt></xml>`)).toMatchObject({ status: 401 });
      expect(bot.codes).toEqual(['WECHAT_CIPHER']);
    });
  });

  describe('kinds of messages and events', () => {
    test('every kind is answered, unknown ones with success', async () => {
      await start();
      const answers: Delivered[] = [
        await sim.location(USER, 23.1, 113.3, '广州'),
        await sim.link(USER, '标题', 'https://a.cn'),
        await sim.video(USER),
        await sim.voice(USER, '听写'),
        await sim.message(USER, { MsgType: 'hologram' }),
        ...(await Promise.all(
          ['SCAN', 'VIEW', 'LOCATION', 'pic_weixin', 'user_new_thing'].map((name) => sim.event(USER, name, { EventKey: 'k' })),
        )),
      ];
      expect(answers.map(({ ok }) => ok)).toEqual(answers.map(() => true));
      expect(said()).toEqual(['1 我的位置：广州', '2 标题\n\n3 https://a.cn', '4 message', '5 听写']);
      expect(sim.problems).toEqual([]);
    });

    test('a voice that nobody understood asks to type; with a case open it goes to the person', async () => {
      await start();
      await sim.voice(USER, '');
      expect(said()).toEqual(['这条语音没能转成文字，请打字告诉我。']);
      expect(bot.ran).toBe(0);
      await openCase();
      await sim.voice(USER);
      expect(bot.ran).toBe(1);
    });

    test('a follower is welcomed, a tap on the menu of the account speaks for the user', async () => {
      await start();
      await sim.event(USER, 'subscribe', { EventKey: 'qrscene_7' });
      await sim.event(USER, 'CLICK', { EventKey: 'missing' });
      expect(said()).toEqual(['1 conversationUpdate', '2 刷卡扣了钱没到账']);
    });

    test('what is delivered again is answered again the same way and runs once', async () => {
      await start();
      const fields = { MsgType: 'text', Content: 'once', MsgId: '7250021412600020992' };
      await Promise.all([sim.message(USER, fields), sim.message(USER, fields)]);
      await sim.message(USER, fields);
      const event = { MsgType: 'event', Event: 'CLICK', EventKey: 'human', CreateTime: Math.floor(Date.now() / 1000) };
      await sim.message(USER, event);
      await sim.message(USER, event);
      expect(said()).toEqual(['1 once', '1 once', '1 once', '2 转人工', '2 转人工']);
      expect(bot.ran).toBe(2);
    });

    test('an event counts once, however often it is delivered', async () => {
      await start();
      const opened = await openCase();
      const CreateTime = Math.floor(Date.now() / 1000);
      const yes = { List: { TemplateId: 'S1', SubscribeStatusString: 'accept', PopupScene: '2' } };
      const consent = { MsgType: 'event', Event: 'subscribe_msg_popup_event', SubscribeMsgPopupEvent: yes, CreateTime };
      const status = { MsgType: 'event', Event: 'TEMPLATESENDJOBFINISH', MsgID: '1', Status: 'success', CreateTime };
      for (const event of [consent, status, consent, status]) expect(await sim.message(USER, event)).toMatchObject({ ok: true });
      expect((await createUsers(store).read(CONVERSATION)).credits).toEqual({ S1: 1 });
      expect((await story()).map(({ caseId, kind }) => [caseId, kind])).toEqual([
        [opened, 'opened'],
        [opened, 'note'],
      ]);
      await sim.message(USER, { ...consent, CreateTime: CreateTime + 1 });
      expect((await createUsers(store).read(CONVERSATION)).credits).toEqual({ S1: 2 });
    });

    test('a text without a character to see is nothing said, a sticker is answered with the wish for words', async () => {
      await start();
      for (const blank of ['', '   ', '\u200b\u202e', '\u0001\u0002']) await sim.say(USER, blank);
      expect([bot.ran, said()]).toEqual([0, []]);
      await sim.say(USER, '[收到不支持的消息类型，暂无法显示]');
      await sim.say(USER, '【收到不支持的消息类型，暂无法显示】');
      expect(said()).toEqual(Array(2).fill('这类消息我看不到，请打字告诉我，或者发图片。'));
      expect(bot.ran).toBe(0);
    });

    test('who unfollows ends his matter in a turn, and nothing is sent to him any more', async () => {
      await start();
      await sim.say(USER, 'hi');
      const { ok } = await sim.event(USER, 'unsubscribe', { EventKey: '' });
      expect([ok, bot.ran, said()]).toEqual([true, 2, ['1 hi', '2 conversationUpdate']]);
    });

    test('a picture is fetched in its turn', async () => {
      await start();
      const id = (sim as unknown as { putMedia(bytes: Buffer): string }).putMedia(Buffer.from('ffd8ffe0', 'hex'));
      expect(await bot.wechat.fetchMedia(`urn:wechat:media:${id}`)).toEqual(Buffer.from('ffd8ffe0', 'hex'));
      const film = (sim as unknown as { putMedia(bytes: Buffer, type: string): string }).putMedia(Buffer.from('film'), 'video/mp4');
      sim.fault('/pic/', { body: 'film' });
      expect(await bot.wechat.fetchMedia(`urn:wechat:media:${film}`)).toEqual(Buffer.from('film'));
      expect(await bot.wechat.fetchMedia('urn:wechat:media:none')).toBeUndefined();
      expect(await bot.wechat.fetchMedia('https://elsewhere.example/1.png')).toBeUndefined();
    });
  });

  describe('pictures', () => {
    const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

    test('that come are kept once for the desk, and forgotten with the conversation', async () => {
      await start(
        {},
        {
          bot: async (context) => {
            if (context.activity.text === 'forget me') await deleteConversation(turnOf(context).partition, CONVERSATION);
            await context.sendActivity('ok');
          },
        },
      );
      const id = (sim as unknown as { putMedia(bytes: Buffer): string }).putMedia(PNG);
      const fetchFile = keepingFetch(store, bot.wechat.fetchMedia);
      for (let n = 0; n < 2; n += 1) expect(await fetchFile(`urn:wechat:media:${id}`, CONVERSATION)).toEqual(PNG);
      expect(await fetchFile('urn:wechat:media:none', CONVERSATION)).toBeUndefined();
      const files = createFiles(store);
      const kept = await files.list(CONVERSATION);
      expect(kept.map(({ contentType }) => contentType)).toEqual(['image/png']);
      expect((await files.read(CONVERSATION, kept[0]?.id ?? ''))?.bytes).toEqual(PNG);
      await sim.say(USER, 'hi');
      expect(await files.list(CONVERSATION)).toHaveLength(1);
      await sim.say(USER, 'forget me');
      expect(await files.list(CONVERSATION)).toEqual([]);
    });

    const pictureOf = async () => {
      const [id = ''] = (await createFiles(store).save(CONVERSATION, [{ contentType: 'image/png', bytes: PNG }])) as string[];
      return { attachments: [{ contentType: 'image/png', contentUrl: fileAddress(id) }], importance: 'low' };
    };

    test('of the desk arrive at the user', async () => {
      await start();
      await sim.say(USER, 'hi');
      await bot.turns.say(CONVERSATION, [await pictureOf()]);
      await until(() => shown().length === 2);
      expect(shown()[1]).toMatchObject({ via: 'send', image: { media_id: expect.any(String) } });
      expect(of('media/upload')[0]?.text).toContain('PNG');
    });

    test('that the account may not send are told to the desk and do not keep back what is said after them', async () => {
      await start();
      await openCase('agent');
      await sim.say(USER, 'hi');
      sim.fault('media/upload', { errcode: 48001 });
      await bot.turns.say(CONVERSATION, [await pictureOf()]);
      await bot.turns.say(CONVERSATION, [{ text: 'after it' }]);
      await until(() => said().length === 2);
      expect(said()[1]).toBe('after it');
      expect((await story()).at(-1)?.text).toBe('微信没有接受下面的内容（48001），用户看不到，请换个说法再发：[图片]');
    });
  });

  describe('choices', () => {
    test('have numbers under the question, and numbers of any script and labels come to the bot', async () => {
      await start({}, { bot: choiceBot });
      await sim.say(USER, 'ask');
      expect(said()).toEqual(['您是哪一方？\n\n1. 我是商户（收款方）\n2. 我是付款人\n回复数字或文字即可。']);
    });

    test('of a late answer are a menu, and a tap on it says the whole label', async () => {
      await start({}, { bot: slowChoices });
      await sim.say(USER, 'ask');
      await until(() => shown().length > 0);
      const [menu] = shown();
      expect(menu?.msgmenu).toMatchObject({
        head_content: '您是哪一方？\n',
        list: [{ content: '我是商户（收款方）' }, { content: '我是付款人' }],
      });
      await sim.tapMenu(USER, menu?.msgmenu?.list[1]?.id ?? '', 'cut…');
      await until(() => said().length > 1);
      expect(said()[1]).toBe('1 我是付款人');
      await sim.tapMenu(USER, '101', '我是商户（收款方）');
      await until(() => said().length > 2);
      expect(said()[2]).toBe('2 我是商户（收款方）');
    });

    test('are numbers where menus are not allowed, also when that turns out late', async () => {
      await start({}, { bot: slowChoices }, { account: 'subscription' });
      await sim.say(USER, 'ask');
      await until(() => shown().length > 0);
      expect(said()[0]).toContain('1. 我是商户（收款方）');
      expect(bot.wechat.status().lines).toEqual(['WeChat: msgmenu is not to be had (40200, accounts of this kind do not have it)']);
    });
  });

  describe('what cannot be sent', () => {
    test.each([45047, 45015, 48001])('because of %i comes with the next reply and is told to the desk', async (errcode) => {
      await start();
      await openCase();
      sim.fault('custom/send', { errcode });
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      expect(said()).toEqual([]);
      expect(await story()).toContainEqual(
        expect.objectContaining({
          kind: 'note',
          text: `微信暂时不能主动联系该用户（${errcode}）。下面的内容会在用户下次来信时一并送达：1 600 ms`,
        }),
      );
      await sim.say(USER, 'next');
      expect(said()).toEqual(['1 600 ms\n\n2 next']);
      await bot.tick();
      expect(said()).toHaveLength(1);
    });

    test.each(['service', 'miniprogram'] as const)('of a %s goes out with a late answer too', async (kind) => {
      await start({ kind });
      sim.fault('custom/send', { errcode: 45047 });
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      await sim.say(USER, '601 ms');
      await until(() => said().length > 0);
      expect(said()).toEqual(['1 600 ms\n\n2 601 ms']);
      expect(shown().map(({ via }) => via)).toEqual(['send']);
    });

    test('because the address of the server is not allowed comes with the next reply, and the cause is named', async () => {
      await start({}, { limits: { ...LIMITS, typingMs: 60_000 } });
      sim.ipAllowed = false;
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      expect(bot.wechat.status()).toEqual({
        isReady: false,
        lines: ['WeChat: 40164, the address of this server is not on the IP allow-list (127.0.0.1)'],
      });
      await sim.say(USER, 'next');
      expect(said()).toEqual(['1 600 ms\n\n2 next']);
      expect(of('stable_token')).toHaveLength(1);
    });

    test('because the address is not allowed any more comes with the next reply, is named, and is tried once a minute', async () => {
      await start({}, { limits: { ...LIMITS, typingMs: 60_000 } });
      await bot.wechat.check();
      sim.fault('custom/', { body: JSON.stringify({ errcode: 40164, errmsg: 'invalid ip 203.0.113.7, not in whitelist' }), times: 9 });
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      expect(bot.wechat.status()).toEqual({
        isReady: false,
        lines: ['WeChat: 40164, the address of this server is not on the IP allow-list (203.0.113.7)'],
      });
      expect(sim.calls.filter(({ path }) => path.includes('custom/'))).toHaveLength(1);
      await sim.say(USER, 'next');
      expect(said()).toEqual(['1 600 ms\n\n2 next']);
      sim.advance(61_000);
      expect(bot.wechat.status()).toEqual({ isReady: true, lines: [] });
    });

    test.each([40003, 43004, 43019, 48002])('because the user is gone (%i) is told to the desk, and no more is sent', async (errcode) => {
      await start();
      await openCase();
      await sim.say(USER, 'hi');
      sim.fault('custom/send', { errcode });
      await bot.turns.say(CONVERSATION, [{ text: 'one' }]);
      await until(async () => (await story()).at(-1)?.text === '该用户已取消关注或无法找到，下面的内容没有送达：one');
      await bot.turns.say(CONVERSATION, [{ text: 'two' }]);
      await until(async () => (await story()).at(-1)?.text?.endsWith('two') === true);
      expect(of('custom/send')).toHaveLength(1);
    });

    test.each([45009, 45011])('because of %i waits, and passive replies go on and take it along', async (errcode) => {
      await start();
      sim.fault('custom/send', { errcode });
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      await sim.say(USER, 'next');
      expect(said()).toEqual(['1 600 ms\n\n2 next']);
      await sim.say(USER, 'again');
      expect([said()[1], of('custom/send').length]).toEqual(['3 again', 1]);
    });

    test('because it is too long after all (45002) goes out in halves, a menu that is not taken (45098, 45099) with numbers', async () => {
      await start({}, { bot: slowChoices });
      const long = '这是一句话，说的是到账时间。'.repeat(40);
      await sim.say(USER, 'hi');
      await until(() => said().length === 1);
      sim.fault('custom/send', { errcode: 45002 });
      await bot.turns.say(CONVERSATION, [{ text: long }]);
      await until(() => said().length === 3);
      expect(said().slice(1).join('')).toBe(long);
      for (const errcode of [45098, 45099]) {
        const before = said().length;
        sim.fault('custom/send', { errcode });
        await sim.say(USER, 'ask');
        await until(() => said().length > before);
        expect(said().at(-1)).toContain('1. 我是商户（收款方）\n2. 我是付款人');
      }
    });

    test('is never half a character', async () => {
      await start();
      await sim.say(USER, 'hi');
      await bot.turns.say(CONVERSATION, [{ text: '好\ud83d' }]);
      await until(() => said().length === 2);
      expect([said()[1], sim.problems]).toEqual(['好\ufffd', []]);
    });

    test('because the API stumbles is sent a little later', async () => {
      await start();
      sim.fault('custom/send', { errcode: -1, times: 2 });
      sim.fault('custom/send', { reset: true });
      sim.fault('custom/send', { status: 502 });
      await sim.say(USER, '600 ms');
      await until(async () => {
        await bot.tick();
        return said().length > 0;
      });
      expect(said()).toEqual(['1 600 ms']);
      expect(bot.counts.doubt).toBe(1);
    });

    test('because the API is slow arrives all the same, once', async () => {
      await start();
      sim.fault('custom/send', { delayMs: 1200 });
      await sim.say(USER, '600 ms');
      await until(() => said().length > 0);
      await pause(100);
      expect(said()).toEqual(['1 600 ms']);
    });

    test('because the API does not answer at all is tried once more, and told to the desk', async () => {
      await start({}, { apiTimeoutMs: 100 });
      await openCase();
      sim.fault('custom/send', { delayMs: 800, reset: true, times: 9 });
      await sim.say(USER, '600 ms');
      await until(async () => (await story()).at(-1)?.text === '微信没有确认收到下面的内容，用户不一定看到：1 600 ms');
      expect(of('custom/send')).toHaveLength(2);
      expect(bot.counts.doubt).toBe(1);
    });

    test('because the platform does not take it comes with the next reply, or is told to the desk', async () => {
      await start();
      sim.fault('custom/send', { errcode: 47001 });
      await sim.say(USER, '600 ms');
      await until(() => bot.counts.kept === 1);
      await sim.say(USER, 'next');
      expect(said()).toEqual(['1 600 ms\n\n2 next']);
      await openCase();
      sim.fault('custom/send', { errcode: 47001 });
      await sim.say(USER, '601 ms');
      await until(async () => (await story()).at(-1)?.text?.includes('601 ms') === true);
      await bot.turns.say(CONVERSATION, [{ text: 'after it' }]);
      await until(() => said().length === 2);
      expect(said()[1]).toBe('after it');
    });

    test('because the token was revoked is sent with a new one', async () => {
      await start();
      await sim.say(USER, '600 ms');
      await until(() => said().length > 0);
      sim.expireToken();
      await sim.say(USER, '601 ms');
      await until(() => said().length > 1);
      expect(of('stable_token')).toHaveLength(2);
    });

    test('to a user who left goes to the desk alone', async () => {
      await start();
      await openCase();
      await sim.say(USER, 'hi');
      await sim.event(USER, 'unsubscribe', { EventKey: '' });
      await bot.turns.say(CONVERSATION, [{ text: '查到了' }]);
      await until(async () => (await story()).some(({ kind }) => kind === 'note'));
      expect(of('custom/send')).toHaveLength(0);
      expect((await story()).at(-1)?.text).toContain('查到了');
    });
  });

  describe('long answers', () => {
    const LONG = '这是一句话，说的是到账时间。'.repeat(170);
    const longBot: ProcessOptions['bot'] = async (context) => {
      await context.sendActivity(context.activity.text === 'long' ? LONG : `heard ${context.activity.text}`);
    };

    test('come in pieces of at most 2,048 bytes with nothing cut', async () => {
      await start({}, { bot: longBot });
      await sim.say(USER, 'long');
      await until(() => said().length === 4);
      expect(said().every((text) => Buffer.byteLength(text ?? '') <= 2048)).toBe(true);
      expect(said().join('')).toBe(LONG);
      expect(shown().map(({ via }) => via)).toEqual(['reply', 'send', 'send', 'send']);
      expect(sim.problems).toEqual([]);
    });

    test('are told piece by piece on demand where nothing can be sent', async () => {
      await start({ secret: undefined }, { bot: longBot });
      await sim.say(USER, 'long');
      const hint = '\n\n内容较长，回复「更多」看余下的部分。';
      for (let n = 0; n < 9 && said().at(-1)?.endsWith(hint); n += 1) await sim.say(USER, '更多');
      expect(said().length).toBeGreaterThan(3);
      expect(
        said()
          .map((text) => text?.replace(hint, ''))
          .join(''),
      ).toBe(LONG);
      await sim.say(USER, '更多');
      expect(said().at(-1)).toBe('heard 更多');
    });
  });

  describe('the budget', () => {
    test('leaves the last message of a window for an outcome, which takes along what waited; the desk is told', async () => {
      await start();
      await openCase('agent');
      await sim.say(USER, 'hi');
      const chat = (text: string) => ({ text, importance: 'low' });
      for (let n = 1; n <= 4; n += 1) {
        await bot.turns.say(CONVERSATION, [chat(`line ${n}`)]);
        await until(() => said().length === n + 1);
      }
      for (const n of [5, 6]) await bot.turns.say(CONVERSATION, [chat(`line ${n}`)]);
      await pause(100);
      expect(said().slice(1)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
      expect((await story()).at(-1)?.text).toBe(
        '微信暂时不能主动联系该用户（只剩最后一条，留给处理结果）。下面的内容会在用户下次来信时一并送达：line 5',
      );
      await bot.turns.say(CONVERSATION, [{ text: 'outcome' }]);
      sim.advance(61_000);
      await until(async () => {
        await bot.tick();
        return said().length === 6;
      });
      expect(said()[5]).toBe('line 5\n\nline 6\n\noutcome');
      expect(sim.user(USER).left).toBe(0);
      await bot.turns.say(CONVERSATION, [{ text: 'more' }]);
      await pause(100);
      expect(of('custom/send')).toHaveLength(5);
      await sim.say(USER, 'next');
      expect(said()[6]).toBe('more\n\n2 next');
    });

    test('a tap opens a minute only', async () => {
      await start();
      await sim.tapMenu(USER, '1', 'x');
      sim.advance(61_000);
      await bot.turns.say(CONVERSATION, [{ text: 'late' }]);
      await pause(100);
      expect(of('custom/send')).toHaveLength(0);
    });
  });

  describe('notices', () => {
    const templates = { template: 'T1', subscription: undefined, fields: { thing1: 'notice', character_string2: 'case' } as const };
    const casesBot: ProcessOptions['bot'] = async (context) => {
      if (context.activity.text === 'human') await openCase();
      await context.sendActivity(`ok ${context.activity.text}`);
    };

    test('are agreed to when a case opens, and tell of what cannot be sent', async () => {
      await start({ templates }, { bot: casesBot });
      await sim.say(USER, 'human');
      expect(said()).toEqual(['ok human\n\n有结果时需要用服务通知告诉您的话，请回复「通知我」。']);
      await sim.say(USER, 'again');
      expect(said()[1]).toBe('ok again');
      await sim.say(USER, '通知我');
      expect(said()[2]).toBe('好的，有结果时会用服务通知告诉您。');
      sim.advance(49 * 3_600_000);
      await bot.turns.say(CONVERSATION, [{ text: 'the result' }]);
      await until(() => shown().some(({ via }) => via === 'template'));
      expect(shown().find(({ via }) => via === 'template')?.data).toEqual({
        thing1: { value: '您的问题有新的回复，请进入对话查看。'.slice(0, 20) },
        character_string2: { value: expect.stringMatching(/^DZ20260304-/) },
      });
      await until(async () => (await story()).some(({ text }) => text === '服务通知的送达状态：success'));
      await sim.say(USER, 'back');
      expect(said().at(-1)).toBe('the result\n\nok back');
    });

    test('of a subscription are one for each consent', async () => {
      await start({ templates: { ...templates, template: undefined, subscription: 'S1' } });
      await sim.say(USER, 'hi');
      const list = { List: { TemplateId: 'S1', SubscribeStatusString: 'accept', PopupScene: '2' } };
      await sim.event(USER, 'subscribe_msg_popup_event', { SubscribeMsgPopupEvent: list });
      sim.credits.set(`${USER}|S1`, 1);
      sim.advance(49 * 3_600_000);
      await bot.turns.say(CONVERSATION, [{ text: 'one' }]);
      await until(() => shown().some(({ via }) => via === 'subscribe'));
      sim.advance(25 * 3_600_000);
      await bot.turns.say(CONVERSATION, [{ text: 'two' }]);
      await bot.tick();
      await pause(100);
      expect(of('subscribe/bizsend')).toHaveLength(1);
    });
  });

  describe("the platform's own agents", () => {
    test('are called in answer to a message, not to a tap on the menu of the account', async () => {
      await start(
        { handsOver: true },
        {
          bot: async (context) => {
            if (context.activity.text === '转人工') await openCase();
            await context.sendActivity(`ok ${context.activity.text}`);
          },
        },
      );
      await sim.event(USER, 'CLICK', { EventKey: 'human' });
      expect([said(), (await caseNow())?.owner]).toEqual([['ok 转人工'], 'queue']);
      await sim.say(USER, '你好');
      await until(async () => (await caseNow())?.owner === 'agent');
    });

    test('take over from the commit that opened the case; their moves are the moves of the case', async () => {
      await start(
        { handsOver: true },
        {
          bot: async (context) => {
            if (context.activity.text === '转人工') await openCase();
            await context.sendActivity(`ok ${context.activity.text}`);
          },
        },
      );
      await sim.say(USER, '转人工');
      await until(async () => (await caseNow())?.owner === 'agent');
      await until(() => said().length === 1);
      expect(said()).toEqual(['ok 转人工']);
      expect(await caseNow()).toMatchObject({ owner: 'agent', agent: { id: 'wechat:agent@sim', name: 'agent' } });
      expect((await sim.say(USER, 'to the agent')).toHuman).toBe(true);
      await sim.closeHuman(USER);
      expect(await caseNow()).toMatchObject({ owner: 'closed' });
      expect((await story()).map(({ kind }) => kind)).toEqual(['opened', 'accepted', 'closed']);
      expect(sim.problems).toEqual([]);
    });
  });

  test('a turn that takes a while shows that somebody is writing, once', async () => {
    await start();
    await sim.say(USER, '300 ms');
    expect(of('custom/typing').map(({ json }) => json)).toEqual([{ touser: USER, command: 'Typing' }]);
    await sim.say(USER, 'quick');
    expect(of('custom/typing')).toHaveLength(1);
  });

  test('what a dead process promised another one says', async () => {
    await start({}, { limits: { ...LIMITS, leaseMs: 300 } });
    const activity = {
      ...{
        type: 'message',
        id: 'm1',
        channelId: 'wechat',
        text: 'left behind',
        from: { id: USER, name: '' },
        recipient: { id: sim.ghId, name: '' },
      },
      conversation: { id: USER, isGroup: false, conversationType: 'personal', name: '' },
    };
    sim.user(USER).left = 5;
    sim.user(USER).until = Date.now() + 60_000;
    await createPending(store).add({ conversation: CONVERSATION, promised: true, deliveries: 1, dueAt: 0, activity });
    await bot.wechat.sweep();
    await until(() => said().length > 0);
    await bot.wechat.sweep();
    await pause(100);
    expect(said()).toEqual(['1 left behind']);
  });

  test('a store that keeps a message slowly while its turn ends does not make it answered twice', async () => {
    await start();
    const pendingSlow = (partition: Partition): Partition => ({
      ...partition,
      get: partition.get.bind(partition),
      list: partition.list.bind(partition),
      async commit(...changes) {
        const isKeeping = changes.some((change) => change.collection === 'wechat-pending' && change.kind === 'put');
        if (isKeeping) await pause(200);
        return partition.commit(...changes);
      },
    });
    const slow: Store = {
      partition: (n) => pendingSlow(store.partition(n)),
      listAll: store.listAll.bind(store),
      ping: store.ping.bind(store),
      publish: store.publish.bind(store),
      subscribe: store.subscribe.bind(store),
      close: store.close.bind(store),
    };
    const other = await startProcess(slow, { account: accountOf(sim.apiBase), limits: { ...LIMITS, keepMs: 30, leaseMs: 100 } });
    sim.webhook = other.url;
    await sim.say(USER, '100 ms');
    await pause(900);
    await other.close();
    expect(said()).toEqual(['1 100 ms']);
  });

  describe('a mini-program', () => {
    test('answers by the API alone, with numbers, and welcomes who enters', async () => {
      await start({ kind: 'miniprogram' }, { bot: choiceBot });
      await sim.event(USER, 'user_enter_tempsession', { SessionFrom: 'pay' });
      sim.user(USER).left = 2;
      sim.user(USER).until = Date.now() + 60_000;
      await until(async () => {
        await bot.tick();
        return said().length > 0;
      });
      await sim.say(USER, 'ask');
      await until(() => said().length > 1);
      expect(shown().map(({ via }) => via)).toEqual(['send', 'send']);
      expect(said()[1]).toContain('1. 我是商户（收款方）');
      expect(sim.problems).toEqual([]);
    });
  });

  test("a mini-program's user is handed to the platform's own agents", async () => {
    await start(
      { kind: 'miniprogram', handsOver: true },
      {
        bot: async (context) => {
          await openCase();
          await context.sendActivity('ok');
        },
      },
    );
    await sim.say(USER, '转人工');
    await until(async () => (await caseNow())?.owner === 'agent');
    await until(() => said().length === 1);
    expect(shown().map(({ via }) => via)).toEqual(['send']);
  });

  describe('the self-check', () => {
    test.each<[string, Parameters<typeof accountOf>[1], object, string]>([
      ['a wrong app id', { appId: 'wx9' }, {}, 'WeChat: 40013, the app id is not one the platform knows'],
      ['a wrong secret', { secret: 'x' }, {}, 'WeChat: 40125, the app secret is wrong'],
      [
        'an address that is not allowed',
        {},
        { ipAllowed: false },
        'WeChat: 40164, the address of this server is not on the IP allow-list (127.0.0.1)',
      ],
    ])('names %s', async (_, account, platform, line) => {
      await start(account, {}, platform);
      expect(await bot.wechat.check()).toEqual({ isReady: false, lines: [line] });
      const ready = await fetch(bot.url.replace('/api/wechat', '/readyz'));
      expect([ready.status, await ready.text()]).toEqual([503, `not ready\n${line}`]);
    });

    test('names a missing permission', async () => {
      await start();
      sim.fault('getonlinekflist', { errcode: 48001 });
      expect(await bot.wechat.check()).toEqual({
        isReady: true,
        lines: ['WeChat: agents is not to be had (48001, the account has no permission for it)'],
      });
    });

    test('finds nothing when all is right, and says what is refused and why', async () => {
      await start();
      expect(await bot.wechat.check()).toEqual({ isReady: true, lines: [] });
      await sim.verify({ signature: '1' });
      expect(bot.wechat.status().lines).toEqual([
        'WeChat: 1 refused, the token differs from the one in the console, or somebody guesses (WECHAT_SIGNATURE)',
      ]);
    });
  });
});
