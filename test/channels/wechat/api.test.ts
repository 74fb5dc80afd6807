import { createApi, tokenFetcher } from '../../../src/channels/wechat/api';
import type { ApiError } from '../../../src/channels/wechat/faults';
import { createHttp } from '../../../src/channels/wechat/http';
import { createTokens, type Refusal } from '../../../src/channels/wechat/token';
import { partitionOf, type Store } from '../../../src/store/store';
import { onEachEngine, stopEngines } from '../../turns';
import { type Platform, startPlatform } from './platform';

let platform: Platform;
let clock: number;
let waited: number[];
let doubts: number;
let errors: string[];
let refusals: Refusal[];

beforeEach(async () => {
  platform = await startPlatform();
  clock = 1_772_600_000_000;
  waited = [];
  doubts = 0;
  errors = [];
  refusals = [];
});
afterEach(() => platform.stop());
afterAll(stopEngines);

/** A process: what it keeps in memory is its own. */
function process(store: Store, timeoutMs = 5000) {
  const http = createHttp({ base: platform.base, timeoutMs });
  const wait = async (ms: number) => void waited.push(ms);
  const tokens = createTokens({
    partition: store.partition(partitionOf('wechat-token')),
    account: platform.base,
    fetch: tokenFetcher({ http, appId: 'wx1', secret: 's', wait }),
    now: () => clock,
    pollMs: 2,
    onRefused: (refusal) => refusals.push(refusal),
  });
  const api = createApi({
    ...{ http, tokens, wait, now: () => clock },
    onError: ({ code }) => errors.push(code),
    onDoubt: () => {
      doubts += 1;
    },
  });
  const send = (capability: 'send' | 'template' = 'send') =>
    api.call(capability, { method: 'POST', path: '/cgi-bin/message/custom/send', body: { touser: 'o' } });
  return { api, tokens, send };
}

const failure = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => Promise.reject(new Error('it was done')),
    (error: ApiError) => error,
  );
const tokenCalls = () => platform.of('stable_token').length;

describe('the access token', () => {
  onEachEngine('is fetched once for many calls of two processes, and not by force', async ([a, b]) => {
    const [one, two] = [process(a), process(b)];
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? one : two).send()));
    expect(platform.of('custom/send').length).toBe(30);
    expect(platform.of('stable_token').map(({ body }) => body)).toEqual([
      { grant_type: 'client_credential', appid: 'wx1', secret: 's', force_refresh: false },
    ]);
  });

  onEachEngine('that died early is replaced by one fetch while 30 sends of two processes wait, and all arrive', async ([a, b]) => {
    const [one, two] = [process(a), process(b)];
    await Promise.all([one.send(), two.send()]);
    platform.living.splice(0);
    platform.asked.splice(0);
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? one : two).send()));
    expect(tokenCalls()).toBe(1);
    expect(platform.of('custom/send').filter(({ token }) => token === platform.living[0]).length).toBe(30);
  });

  onEachEngine('that the platform calls dead and still hands out is forced, once', async ([a]) => {
    const { send } = process(a);
    await send();
    platform.asked.splice(0);
    platform.answer('custom/send', { errcode: 40001 });
    await send();
    expect(platform.of('stable_token').map(({ body }) => body.force_refresh)).toEqual([false, true]);
  });

  onEachEngine('is not renewed for ever', async ([a]) => {
    const { send } = process(a);
    platform.answer('custom/send', ...Array.from({ length: 9 }, () => ({ errcode: 42001 })));
    expect(await failure(send())).toMatchObject({ fault: 'retry', code: 'WECHAT_42001' });
    expect(platform.of('custom/send').length).toBe(3);
    expect(tokenCalls()).toBeLessThanOrEqual(5);
  });

  onEachEngine('is fetched anew at the end of its life', async ([a]) => {
    const { send } = process(a);
    await send();
    clock += 7_100_000;
    await send();
    expect(tokenCalls()).toBe(2);
  });

  onEachEngine('is asked for once a minute by all processes while something is set up wrongly', async ([a, b]) => {
    const [one, two] = [process(a), process(b)];
    const refused = { errcode: 40164, errmsg: 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1' };
    platform.answer('stable_token', refused, refused);
    for (const { send } of [one, two, one]) expect(await failure(send())).toMatchObject({ fault: 'configuration', errcode: 40164 });
    expect(tokenCalls()).toBe(1);
    expect(refusals).toEqual([{ errcode: 40164, address: '203.0.113.7' }]);
    expect(two.tokens.refusal()).toEqual({ errcode: 40164, address: '203.0.113.7' });
    clock += 61_000;
    expect(await failure(one.send())).toMatchObject({ errcode: 40164 });
    expect(tokenCalls()).toBe(2);
    clock += 61_000;
    await two.send();
    expect(two.tokens.refusal()).toBeUndefined();
  });

  onEachEngine('is asked for again when the platform stumbles', async ([a]) => {
    platform.answer('stable_token', { errcode: -1 }, { status: 502 }, { reset: true });
    await process(a).send();
    expect(tokenCalls()).toBe(4);
  });
});

describe('errors', () => {
  const CASES: readonly [number, string][] = [
    ...([45047, 45015] as const).map((code): [number, string] => [code, 'window']),
    ...([40003, 43004, 43019, 48002] as const).map((code): [number, string] => [code, 'gone']),
    ...([45002, 45008, 45098, 40007, 44004, 47001, 99999] as const).map((code): [number, string] => [code, 'ours']),
    [43101, 'consent'],
  ];
  onEachEngine('that will not pass are told at once', async ([a]) => {
    const { send } = process(a);
    for (const [errcode, fault] of CASES) {
      platform.asked.splice(0);
      platform.answer('custom/send', { errcode });
      expect(await failure(send())).toMatchObject({ fault, errcode, code: `WECHAT_${errcode}` });
      expect(platform.of('custom/send').length).toBe(1);
    }
    expect(waited).toEqual([]);
  });

  onEachEngine('that may pass are tried again three times with longer pauses', async ([a]) => {
    const { send } = process(a);
    platform.answer('custom/send', { errcode: -1 }, { status: 503 }, { bytes: Buffer.from('<html>') });
    await send();
    expect(platform.of('custom/send').length).toBe(4);
    expect(waited.map((ms) => Math.floor(ms / 500))).toEqual([1, 2, 4]);
    platform.answer('custom/send', { errcode: -1 }, { errcode: -1 }, { errcode: -1 }, { errcode: -1 });
    expect(await failure(send())).toMatchObject({ fault: 'retry', code: 'WECHAT_MINUS_1' });
  });

  onEachEngine('without an answer are counted as a doubt, since the message may have arrived', async ([a]) => {
    const { send } = process(a, 300);
    await send();
    platform.answer('custom/send', { delayMs: 600 }, { reset: true });
    await send();
    expect(doubts).toBe(2);
    expect(errors).toEqual(['WECHAT_TIMEOUT', 'WECHAT_NETWORK']);
    platform.answer('custom/send', { delayMs: 600 }, { delayMs: 600 });
    expect(await failure(send())).toMatchObject({ fault: 'doubt', code: 'WECHAT_TIMEOUT' });
  });

  onEachEngine('of a missing permission end its use in this process', async ([a]) => {
    const { api, send } = process(a);
    platform.answer('custom/send', { errcode: 48001 });
    expect(await failure(send())).toMatchObject({ fault: 'capability', errcode: 48001 });
    expect(await failure(send())).toMatchObject({ fault: 'capability', errcode: 48001 });
    expect(platform.of('custom/send').length).toBe(1);
    expect(api.missing('send')).toEqual({ capability: 'send', errcode: 48001, until: Number.POSITIVE_INFINITY });
    await send('template');
  });

  onEachEngine('of a kind of message end only that kind', async ([a]) => {
    const { api, send } = process(a);
    platform.answer('custom/send', { errcode: 40200 });
    expect(await failure(send())).toMatchObject({ errcode: 40200 });
    expect(api.missing('send')).toBeUndefined();
    expect(api.missing('msgmenu')).toMatchObject({ errcode: 40200 });
    await send();
  });

  onEachEngine('of too many calls let the API rest for a minute or a day', async ([a]) => {
    const { send } = process(a);
    for (const [errcode, ms] of [
      [45011, 60_000],
      [45009, 86_400_000],
    ] as const) {
      platform.answer('custom/send', { errcode });
      expect(await failure(send())).toMatchObject({ fault: 'limit' });
      clock += ms - 1000;
      await failure(send());
      clock += 2000;
      await send();
    }
  });
});
