import * as oracle from '@wecom/crypto';
import type { TurnContext } from 'botbuilder';
import { turnsFor } from '../../../src/assembly/wechat';
import { createWechatDesk } from '../../../src/assembly/wechat-desk';
import { keepingFetch, keptFilesOf } from '../../../src/assembly/wechat-files';
import { createFiles, fileAddress } from '../../../src/channels/files';
import { createWecom, type Wecom } from '../../../src/channels/wecom/wecom';
import { isoOf } from '../../../src/domain/calendar';
import { newDraft } from '../../../src/domain/case';
import { listCaseEvents } from '../../../src/repositories/case-events';
import { addCase, caseOf, changeCase } from '../../../src/repositories/cases';
import { close, createServer, listen } from '../../../src/server';
import { partitionOf, type Store } from '../../../src/store/store';
import { createTelemetry } from '../../../src/telemetry';
import { turnOf } from '../../../src/turn/turn';
import { engines, noteBot, stopEngines, turnsOver } from '../../turns';
import { ACCOUNT, CORP, type Kf, startKf } from './kf';

const USER = 'wmUser1';
const CONVERSATION = `wecom/${ACCOUNT}:${USER}`;

interface Process {
  readonly url: string;
  readonly wecom: Wecom;
  readonly turns: ReturnType<typeof turnsOver>['turns'];
  readonly codes: string[];
  ran: number;
  close(): Promise<void>;
}

let kf: Kf;
let stores: readonly [Store, Store];
let processes: Process[];
let closeStores: () => Promise<void>;
let ahead = 0;

async function startProcess(store: Store, bot: (context: TurnContext) => Promise<void>, handsOver: boolean): Promise<Process> {
  const now = () => isoOf(Date.now() + ahead);
  const codes: string[] = [];
  const { turns } = turnsOver(store, {
    now,
    outbox: { backoffMs: 20 },
    bot: {
      async run(context) {
        self.ran += 1;
        await bot(context);
      },
    },
    deliver: (activity) => wecom.channel.deliver(activity),
  });
  const wecom = createWecom({
    ...{ store, now, desk: createWechatDesk(store, now), files: keptFilesOf(store), sweepMs: 0, wait: async () => undefined },
    account: { ...CORP, previousKey: undefined, apiBase: kf.base, handsOver },
    meter: {
      event: ({ code }) => code !== undefined && codes.push(String(code)),
      error: (event, error) => codes.push(`${event}: ${(error as Error).message}`),
      count: () => undefined,
    },
    turns: turnsFor({ store, turns: () => turns, accept: (activity) => turns.accept(activity) }),
  });
  const server = createServer({ store, telemetry: createTelemetry({ level: 'silent' }), routes: wecom.routes });
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/api/wecom`;
  const self: Process = {
    ...{ url, wecom, turns, codes, ran: 0 },
    async close() {
      await wecom.close();
      await close(server, 0);
      await turns.close();
    },
  };
  return self;
}

async function start(
  options: { engine?: number; count?: 1 | 2; bot?: (context: TurnContext) => Promise<void>; handsOver?: boolean } = {},
): Promise<Process> {
  const { engine = 0, count = 1, bot = noteBot, handsOver = false } = options;
  kf = await startKf();
  ahead = 0;
  const opened = await (engines[engine] as (typeof engines)[number]).open();
  stores = opened.stores;
  closeStores = opened.close;
  processes = await Promise.all(stores.slice(0, count).map((store) => startProcess(store, bot, handsOver)));
  const [first] = processes;
  if (!first) throw new Error('no process');
  kf.webhook = first.url;
  return first;
}
afterEach(async () => {
  await Promise.all(processes.map((one) => one.close()));
  await closeStores();
  await kf.stop();
});
afterAll(stopEngines);

const shown = (user = USER) => kf.screen.filter((line) => line.user === user);
const said = (user = USER) => shown(user).map(({ text }) => text);
const of = (path: string) => kf.calls.filter((call) => call.path.endsWith(path));
const until = async (isSo: () => boolean | Promise<boolean>) => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const partition = () => (stores[0] as Store).partition(partitionOf(CONVERSATION));
const caseNow = () => caseOf(partition(), CONVERSATION);
const story = async () => {
  const opened = await caseNow();
  return opened ? listCaseEvents(partition(), opened.id) : [];
};

async function openCase(): Promise<void> {
  const now = '2026-03-04T10:00:00+08:00';
  await addCase(partition(), {
    ...{
      id: `DZ20260304-ACDEF-${String(partition().number).padStart(2, '0')}`,
      conversationId: CONVERSATION,
      channel: 'wecom',
      locale: 'zh-CN',
    },
    ...{
      createdAt: now,
      updatedAt: now,
      priority: 'P2',
      queue: 'Q-SETTLE',
      owner: 'queue',
      draft: newDraft(now),
      diagnosis: { causes: [] },
    },
    ...{ summary: '', missing: [], contacts: 0, replyBy: now },
  } as never);
}

describe('the callback of 微信客服', () => {
  test('gives back the decrypted echostr only when it is proved', async () => {
    const { url } = await start();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const echostr = oracle.encrypt(CORP.aesKey, '1616140317555161061', CORP.corpId);
    const check = async (signature: string) => {
      const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce: '1', echostr });
      const response = await fetch(`${url}?${query}`);
      return [response.status, await response.text()];
    };
    expect(await check(oracle.getSignature(CORP.token, timestamp, '1', echostr))).toEqual([200, '1616140317555161061']);
    expect(await check('0'.repeat(40))).toEqual([401, '']);
  });

  test('takes no bell that is not proved or for another corporation', async () => {
    const { url, codes } = await start();
    const post = (query: string, body: string) => fetch(`${url}?${query}`, { method: 'POST', body }).then(({ status }) => status);
    expect(await post('', '<xml><Event>kf_msg_or_event</Event></xml>')).toBe(401);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const sealed = oracle.encrypt(CORP.aesKey, '<xml><Event>kf_msg_or_event</Event><OpenKfId>x</OpenKfId></xml>', 'wwother');
    const query = new URLSearchParams({ msg_signature: oracle.getSignature(CORP.token, timestamp, '1', sealed), timestamp, nonce: '1' });
    expect(await post(String(query), `<xml><Encrypt>${sealed}</Encrypt></xml>`)).toBe(401);
    expect(codes).toEqual(['WECHAT_DOWNGRADE', 'WECHAT_RECEIVER']);
    expect(kf.calls).toEqual([]);
  });
});

describe('messages', () => {
  test('are fetched after the bell, run once and answered by one message with a name of its own', async () => {
    await start();
    expect(await kf.say(USER, '一\n二')).toBe(200);
    await until(() => said().length > 0);
    expect(said()).toEqual(['1 一\n\n2 二']);
    await kf.ring();
    await kf.ring();
    await kf.say(USER, '三');
    await until(() => said().length > 1);
    expect(said()[1]).toBe('3 三');
    expect(processes[0]?.ran).toBe(2);
    expect(of('sync_msg')[0]?.body).toMatchObject({ open_kfid: ACCOUNT, token: 'bell-1' });
  });

  test.each([0, 1])('of many pages, some of them empty, all come in order and once, with two processes (engine %i)', async (engine) => {
    await start({ engine, count: 2 });
    kf.page = 3;
    for (let n = 1; n <= 20; n += 1) {
      kf.webhook = processes[n % 2]?.url ?? '';
      await kf.say(`wm${n % 4}`, `m${n}`);
    }
    await until(async () => {
      await Promise.all(processes.map(({ wecom }) => wecom.sweep()));
      return [0, 1, 2, 3].every((n) => said(`wm${n}`).join('\n').split(/\n+/).length >= 5);
    });
    expect(said('wm1').join('\n').split(/\n+/)).toEqual(['1 m1', '2 m5', '3 m9', '4 m13', '5 m17']);
  });

  test('of every kind come to the bot', async () => {
    await start();
    const from = { open_kfid: ACCOUNT, external_userid: USER };
    await kf.say(USER, 'hi');
    await kf.push({ ...from, msgtype: 'image', image: { media_id: 'm' } }, false);
    await kf.push({ ...from, msgtype: 'location', location: { latitude: 1.5, longitude: 2, name: '店', address: '广州' } }, false);
    await kf.push({ ...from, msgtype: 'link', link: { title: '标题', url: 'https://a.cn' } }, false);
    await kf.push({ ...from, msgtype: 'hologram' }, false);
    await kf.push({ nonsense: true, msgid: '' }, false);
    await kf.ring();
    const words = () => said().join('\n').split(/\n+/);
    await until(() => words().length >= 4);
    expect(words().map((line) => line.replace(/^\d+ /, ''))).toEqual(
      expect.arrayContaining(['hi', '我的位置：店 广州', '标题', 'https://a.cn']),
    );
  });

  test('that a dead process had fetched are handled by another, without a second fetch of the same', async () => {
    const first = await start({ count: 2, engine: 1 });
    const [, second] = processes as [Process, Process];
    await kf.say(USER, 'warm');
    await until(() => said().length === 1);
    // It fetches and keeps, and dies before the turn.
    let end = () => {};
    jest.spyOn(first.turns, 'accept').mockImplementation(
      () =>
        new Promise((_, reject) => {
          end = () => reject(new Error('dead'));
        }),
    );
    await kf.say(USER, 'left');
    await new Promise((resolve) => setTimeout(resolve, 300));
    ahead = 30_000;
    await second.wecom.sweep();
    await until(() => said().length === 2);
    expect(said()[1]).toBe('2 left');
    end();
  });
});

describe('answers', () => {
  const choiceBot = async (context: TurnContext) => {
    if (context.activity.text !== 'ask') return noteBot(context);
    const actions = ['我是商户（收款方）', '我是付款人'].map((title) => ({ type: 'imBack', title, value: title }));
    await context.sendActivity('您好。');
    await context.sendActivity({ type: 'message', text: '您是哪一方？', suggestedActions: { to: [], actions } });
  };

  test('offer choices as a menu, and a tap says the label', async () => {
    await start({ bot: choiceBot });
    await kf.say(USER, 'ask');
    await until(() => shown().length > 0);
    const [menu] = shown();
    expect(menu).toMatchObject({ text: '您好。\n\n您是哪一方？\n', menu: [{ content: '我是商户（收款方）' }, { content: '我是付款人' }] });
    await kf.say(USER, 'cut…', menu?.menu?.[1]?.id);
    await until(() => shown().length > 1);
    expect(said()[1]).toBe('1 我是付款人');
  });

  test('are sent again under the same name after a broken answer, so the user sees them once', async () => {
    await start();
    kf.answer('send_msg', -1, -1);
    await kf.say(USER, 'hi');
    await until(() => said().length > 0);
    const names = new Set(of('send_msg').map(({ body }) => body.msgid));
    expect(of('send_msg')).toHaveLength(3);
    expect(names.size).toBe(1);
  });

  test('that may not be sent wait for the next message and are told to the desk', async () => {
    const { turns } = await start();
    await openCase();
    await kf.say(USER, 'hi');
    await until(() => said().length > 0);
    kf.advance(49 * 3_600_000);
    ahead = 49 * 3_600_000;
    await turns.say(CONVERSATION, [{ text: 'the result' }]);
    await until(async () => (await story()).some(({ kind }) => kind === 'note'));
    await kf.say(USER, 'back');
    await until(() => said().length > 1);
    expect(said().slice(1).join('\n\n')).toBe('the result\n\n2 back');
  });

  test('go out with what waited behind five that were sent, in one message, as soon as the user writes', async () => {
    const { turns } = await start();
    await kf.say(USER, 'hi');
    await until(() => said().length > 0);
    for (let n = 2; n <= 5; n += 1) {
      await turns.say(CONVERSATION, [{ text: `line ${n}` }]);
      await until(() => said().length === n);
    }
    for (const n of [6, 7]) await turns.say(CONVERSATION, [{ text: `line ${n}` }]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(said()).toHaveLength(5);
    await kf.say(USER, 'back');
    await until(() => said().length > 5);
    expect(said().slice(5)).toEqual(['line 6\n\nline 7\n\n2 back']);
  });

  test('to a voice ask to type, and so does nobody while a person has the case', async () => {
    await start();
    await kf.say(USER, 'hi');
    await until(() => said().length > 0);
    const voice = { open_kfid: ACCOUNT, external_userid: USER, msgtype: 'voice', voice: { media_id: 'v' } };
    await kf.push(voice);
    await until(() => said().length > 1);
    expect(said()[1]).toBe('这条语音没能转成文字，请打字告诉我。');
    await openCase();
    await kf.push(voice);
    await until(() => processes[0]?.ran === 2);
  });

  test('with pictures go both ways', async () => {
    const { turns, wecom } = await start();
    const bytes = Buffer.from('ffd8ffe000104a464946', 'hex');
    await kf.picture(USER, bytes);
    await until(() => said().length > 0);
    const fetchFile = keepingFetch(stores[0] as Store, wecom.fetchMedia);
    expect(await fetchFile('urn:wecom:media:in-0', CONVERSATION)).toEqual(bytes);
    const files = createFiles(stores[0] as Store);
    expect((await files.list(CONVERSATION)).map(({ contentType }) => contentType)).toEqual(['image/jpeg']);
    const [id = ''] = (await files.save(CONVERSATION, [{ contentType: 'image/jpeg', bytes }])) as string[];
    await turns.say(CONVERSATION, [{ attachments: [{ contentType: 'image/jpeg', contentUrl: fileAddress(id) }] }]);
    await until(() => said().length > 1);
    expect(said()[1]).toBe('[up-1]');
  });

  test('to a tap on an older menu are about what was tapped', async () => {
    await start({ bot: choiceBot });
    await kf.say(USER, 'ask');
    await kf.say(USER, 'ask');
    await until(() => shown().length > 1);
    const [older, newer] = shown();
    expect(older?.menu?.[0]?.id).not.toBe(newer?.menu?.[0]?.id);
    await kf.say(USER, '我是付款人', older?.menu?.[1]?.id);
    await until(() => shown().length > 2);
    expect(said()[2]).toBe('1 我是付款人');
  });

  test('go out with a new token when the old one was revoked', async () => {
    await start();
    await kf.say(USER, 'a');
    await until(() => said().length > 0);
    kf.revoke();
    await kf.say(USER, 'b');
    await until(() => said().length > 1);
    expect(of('gettoken')).toHaveLength(2);
  });

  test('to who opens the chat use the code of the platform, once', async () => {
    await start();
    const enter = { event_type: 'enter_session', external_userid: USER };
    await kf.event({ ...enter, welcome_code: `welcome-${USER}` });
    await until(() => shown().length > 0);
    await kf.event(enter);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(shown()).toEqual([{ user: USER, by: 'welcome', text: '1 conversationUpdate' }]);
  });
});

describe('people in 企业微信', () => {
  const casesBot = async (context: TurnContext) => {
    if (context.activity.text === '转人工') await openCase();
    await context.sendActivity(`ok ${context.activity.text}`);
  };

  test('get the session after the bot has said its last word; their moves are the moves of the case', async () => {
    await start({ bot: casesBot, handsOver: true });
    await kf.say(USER, '转人工');
    await until(() => kf.state(USER) === 2);
    expect(said()).toEqual(['ok 转人工']);
    await kf.accept(USER, 'zhangsan');
    await until(async () => (await caseNow())?.owner === 'agent');
    expect((await caseNow())?.agent).toEqual({ id: 'wecom:zhangsan', name: 'zhangsan' });
    await kf.push({
      open_kfid: ACCOUNT,
      external_userid: USER,
      origin: 5,
      servicer_userid: 'zhangsan',
      msgtype: 'text',
      text: { content: '查到了' },
    });
    await until(async () => (await story()).some(({ text }) => text === '企业微信的接待人员zhangsan说：查到了'));
    await kf.end(USER, 'zhangsan');
    await until(async () => (await caseNow())?.owner === 'closed');
    expect((await story()).map(({ kind }) => kind)).toEqual(['opened', 'accepted', 'note', 'closed']);
    await until(() => said().length > 1);
    expect(shown()[1]).toMatchObject({ by: 'end', text: expect.stringMatching(/^本次人工服务已结束/) });
    await kf.say(USER, 'again');
    await until(() => said().length > 2);
    expect(said()[2]).toBe('ok again');
    expect(of('service_state/trans')).toHaveLength(1);
  });

  test('who have not taken the session yet let the first acknowledgement out by a code, and the bot tries nothing else', async () => {
    await start({ bot: casesBot, handsOver: true });
    await kf.say(USER, '转人工');
    await until(() => kf.state(USER) === 2);
    await kf.say(USER, 'hello');
    await until(() => said().length > 1);
    expect(shown()[1]).toMatchObject({ by: 'pool', text: 'ok hello' });
    await kf.say(USER, 'hello again');
    await until(() => processes[0]?.ran === 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([said().length, of('send_msg').length]).toEqual([2, 1]);
    expect((await story()).map(({ kind }) => kind)).toEqual(['opened']);
  });

  test('get the session again when the case is opened again', async () => {
    const reopening = async (context: TurnContext) => {
      if (context.activity.text === '还是没到账') {
        const partition = turnOf(context).partition;
        await changeCase(partition, (await caseNow())?.id ?? '', (before) => ({ ...before, owner: 'queue' }));
      }
      await casesBot(context);
    };
    await start({ bot: reopening, handsOver: true });
    await kf.say(USER, '转人工');
    await until(() => kf.state(USER) === 2);
    await kf.accept(USER, 'zhangsan');
    await until(async () => (await caseNow())?.owner === 'agent');
    await kf.end(USER, 'zhangsan');
    await until(async () => (await caseNow())?.owner === 'closed');
    await kf.say(USER, '还是没到账');
    await until(() => kf.state(USER) === 2);
    expect(said().at(-1)).toBe('ok 还是没到账');
  });

  test('who have a session without a case are not disturbed by the bot', async () => {
    const { turns } = await start();
    void turns;
    await kf.say(USER, 'hi');
    await until(() => said().length > 0);
    await kf.accept(USER, 'zhangsan');
    await kf.say(USER, 'to a person');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(processes[0]?.ran).toBe(1);
  });

  test('who cannot take a session leave the case to our desk, which is told', async () => {
    await start({ bot: casesBot, handsOver: true });
    kf.answer('service_state/trans', 95014);
    await kf.say(USER, '转人工');
    await until(async () => (await story()).some(({ text }) => text === '没能转入企业微信的待接入池（95014），请在这里处理。'));
    expect((await caseNow())?.owner).toBe('queue');
  });

  test('are told of a message that did not arrive', async () => {
    await start();
    await openCase();
    await kf.event({ event_type: 'msg_send_fail', external_userid: USER, fail_msgid: 'x', fail_type: 6 });
    await until(async () => (await story()).some(({ text }) => text === '有一条消息没有送达用户（企业微信返回6）。'));
  });
});

test.each([
  [40001, 'the secret is wrong'],
  [40013, 'the corp id is wrong'],
  [60020, 'the address of this server is not among the trusted addresses of the app'],
])('the self-check names the cause of %i', async (errcode, cause) => {
  const { wecom } = await start();
  kf.answer('gettoken', errcode);
  expect(await wecom.check()).toEqual({ isReady: false, lines: [`WeCom: ${errcode}, ${cause}`] });
});

test('a missing permission is named, and messages are fetched when it is given', async () => {
  const { wecom } = await start();
  expect(await wecom.check()).toEqual({ isReady: true, lines: [] });
  kf.answer('sync_msg', 48002);
  await kf.say(USER, 'hi');
  await until(() => wecom.status().lines.length > 0);
  expect(wecom.status().lines).toEqual(['WeCom: agents is not to be had (48002, the app has no permission for it)']);
  expect(said()).toEqual([]);
  ahead += 61_000;
  await wecom.sweep();
  await until(() => said().length > 0);
  expect(wecom.status().lines).toEqual([]);
});
