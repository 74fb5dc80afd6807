import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RedisProcess, startRedisProcess } from '../../redis';
import { PATIENCE_MS, TIMEOUT_MS, TURNS } from './pace';
import { describeWithSimulator, newSimulator, type Simulator } from './simulator';
import { KEY } from './world';

interface Bot {
  readonly url: string;
  kill(): Promise<void>;
}

jest.setTimeout(PATIENCE_MS);

describeWithSimulator('when a process or the store dies', () => {
  let redis: RedisProcess;
  let sim: Simulator;
  let bots: Bot[] = [];
  let prefix: string;

  beforeAll(async () => {
    redis = await startRedisProcess(['appendonly yes', 'appendfsync always']);
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    prefix = `kill-${randomUUID()}`;
    sim = newSimulator({ encodingAESKey: KEY, timeoutMs: TIMEOUT_MS });
    await sim.start();
  });
  afterEach(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    bots = [];
    await sim.stop();
  });

  async function startBot(): Promise<Bot> {
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'process.ts')], {
      env: { ...process.env, STORE_URL: redis.url, STORE_PREFIX: prefix, API_BASE: sim.apiBase },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [url] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    const bot: Bot = {
      url: String(url),
      async kill() {
        child.kill('SIGKILL');
        await ended;
      },
    };
    bots.push(bot);
    return bot;
  }
  const start = (count: number) => Promise.all(Array.from({ length: count }, () => startBot())) as Promise<[Bot, Bot]>;

  const said = (user: string) =>
    sim
      .screen(user)
      .filter(({ from }) => from !== 'user')
      .map(({ text }) => text);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test('before the commit, after it promised an answer: another process runs the turn and sends it', async () => {
    const [first] = await start(2);
    sim.webhook = first.url;
    const { notice, attempts } = await sim.say('o_1', '2000 ms');
    expect([notice, attempts.length]).toEqual([false, 1]);
    await first.kill();
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 2000 ms']);
  });

  test('before the commit, while the platform waits: the delivery that follows gets the answer, or `success` and the message', async () => {
    const [first, second] = await start(2);
    sim.webhook = first.url;
    const delivery = sim.say('o_1', '600 ms');
    await pause(300);
    sim.webhook = second.url;
    await first.kill();
    const { notice } = await delivery;
    expect(notice).toBe(false);
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 600 ms']);
  });

  test('after the commit, before the answer is out: another process sends it', async () => {
    const [first] = await start(2);
    sim.webhook = first.url;
    sim.fault('custom/send', { delayMs: 2500, reset: true });
    await sim.say('o_1', '1500 ms');
    await until(() => sim.calls.some(({ path }) => path.endsWith('custom/send')));
    await first.kill();
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 1500 ms']);
  });

  test('the only process, and is started again: the answer it promised comes', async () => {
    const first = await startBot();
    sim.webhook = first.url;
    await sim.say('o_1', '2000 ms');
    await first.kill();
    await startBot();
    await until(() => said('o_1').length > 0);
    expect(said('o_1')).toEqual(['1 2000 ms']);
  });

  test.each([1, 2] as const)(
    'Redis is restarted while turns of 0.1, 6, 11 and 20 s run in %i process(es): one answer, no fault notice',
    async (count) => {
      const started = await start(count);
      const send = sim.send.bind(sim);
      let n = 0;
      sim.send = (method, query, body) => {
        sim.webhook = started[n++ % count]?.url ?? '';
        return send(method, query, body);
      };
      await sim.say('o_0', 'warm');
      const deliveries = TURNS.map((ms) => sim.say(`o_${ms}`, `${ms} ms`));
      await pause(60);
      await redis.kill();
      // These find no store.
      const during = [sim.say('o_during', '10 ms'), sim.event('o_follower', 'subscribe', { EventKey: '' })];
      await pause(250);
      await redis.start();
      const notices = (await Promise.all([...deliveries, ...during])).map(({ notice }) => notice);
      const users = [...TURNS.map((ms) => `o_${ms}`), 'o_during', 'o_follower'];
      await until(() => users.every((user) => said(user).length > 0));
      await pause(500);
      expect(users.map(said)).toEqual([...TURNS.map((ms) => [`1 ${ms} ms`]), ['1 10 ms'], ['1 conversationUpdate']]);
      expect(notices).toEqual(users.map(() => false));
    },
  );
});
