import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RedisProcess, startRedisProcess } from '../../redis';
import { describeWithSimulator, newSimulator, type Simulator } from './simulator';
import { KEY } from './world';

interface Bot {
  readonly url: string;
  kill(): Promise<void>;
}

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
    sim = newSimulator({ encodingAESKey: KEY, timeoutMs: 500 });
    await sim.start();
  });
  afterEach(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    bots = [];
    await sim.stop();
  });

  async function startBot(more: Readonly<Record<string, string>> = {}): Promise<Bot> {
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'process.ts')], {
      env: { ...process.env, STORE_URL: redis.url, STORE_PREFIX: prefix, API_BASE: sim.apiBase, ...more },
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
    const { notice, attempts } = await sim.say('o_1', '1000 ms');
    expect([notice, attempts.length]).toEqual([false, 1]);
    await first.kill();
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 1000 ms']);
  });

  test('before the commit, while the platform waits: the delivery that follows gets the answer', async () => {
    const [first, second] = await start(2);
    sim.webhook = first.url;
    const delivery = sim.say('o_1', '300 ms');
    await pause(150);
    sim.webhook = second.url;
    await first.kill();
    const { notice } = await delivery;
    expect(notice).toBe(false);
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 300 ms']);
  });

  test('after the commit, before the answer is out: another process sends it', async () => {
    const [first] = await start(2);
    sim.webhook = first.url;
    sim.fault('custom/send', { delayMs: 2500, reset: true });
    await sim.say('o_1', '600 ms');
    await until(() => sim.calls.some(({ path }) => path.endsWith('custom/send')));
    await first.kill();
    await until(() => said('o_1').length > 0);
    await pause(500);
    expect(said('o_1')).toEqual(['1 600 ms']);
  });

  test('the only process, and is started again: the answer it promised comes', async () => {
    const first = await startBot();
    sim.webhook = first.url;
    await sim.say('o_1', '1000 ms');
    await first.kill();
    await startBot();
    await until(() => said('o_1').length > 0);
    expect(said('o_1')).toEqual(['1 1000 ms']);
  });

  test('Redis is restarted in the middle of a turn: one answer, no fault notice', async () => {
    sim.timeoutMs = 2500;
    const first = await startBot({ ANSWER_MS: '2200' });
    sim.webhook = first.url;
    await sim.say('o_0', 'warm');
    const deliveries = ['100 ms', '600 ms', '900 ms'].map((text, n) => sim.say(`o_${n + 1}`, text));
    await pause(60);
    await redis.kill();
    await pause(250);
    await redis.start();
    const notices = (await Promise.all(deliveries)).map(({ notice }) => notice);
    await until(() => [1, 2, 3].every((n) => said(`o_${n}`).length > 0));
    await pause(300);
    expect([1, 2, 3].map((n) => said(`o_${n}`))).toEqual([['1 100 ms'], ['1 600 ms'], ['1 900 ms']]);
    expect(notices).toEqual([false, false, false]);
  });
});
