import { engines, stopEngines } from '../../turns';
import { LIMITS, PATIENCE_MS, TIMEOUT_MS, TURNS } from './pace';
import { describeWithSimulator, newSimulator, type Simulator } from './simulator';
import { accountOf, KEY, type Process, type ProcessOptions, startProcess } from './world';

afterAll(stopEngines);

/** A platform and one or two processes, each delivery going to another one. */
interface Scene {
  readonly sim: Simulator;
  readonly processes: readonly [Process, ...Process[]];
  /** What the bot said on a user's screen. */
  said(user: string): readonly (string | undefined)[];
  /** Turns that ran in all processes. */
  ran(): number;
}

interface Setting {
  readonly engine: (typeof engines)[number];
  readonly count: number;
  readonly account?: Parameters<typeof accountOf>[1];
  readonly more?: Partial<ProcessOptions>;
}

async function inScene({ engine, count, account, more }: Setting, play: (scene: Scene) => Promise<void>): Promise<void> {
  const sim = newSimulator({ encodingAESKey: KEY, timeoutMs: TIMEOUT_MS });
  await sim.start();
  const opened = await engine.open();
  const options = { account: accountOf(sim.apiBase, account), limits: LIMITS, everyMs: 100, ...more };
  const processes = await Promise.all(opened.stores.slice(0, count).map((store) => startProcess(store, options)));
  const send = sim.send.bind(sim);
  let n = 0;
  sim.send = (method, query, body) => {
    sim.webhook = processes[n++ % processes.length]?.url ?? '';
    return send(method, query, body);
  };
  const said = (user: string) =>
    sim
      .screen(user)
      .filter(({ from }) => from === 'bot')
      .map(({ text }) => text);
  try {
    await play({ sim, processes: processes as [Process], said, ran: () => processes.reduce((sum, one) => sum + one.ran, 0) });
  } finally {
    await Promise.all(processes.map((one) => one.close()));
    await opened.close();
    await sim.stop();
  }
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const users = TURNS.map((ms) => ({ user: `o_${ms}`, words: `${ms} ms` }));
const sayAll = (sim: Simulator) => Promise.all(users.map(({ user, words }) => sim.say(user, words)));
const sends = (sim: Simulator) => sim.calls.filter(({ path }) => path.endsWith('custom/send'));

const WAITING = '还在为您查询，请稍后发送任意一句话查看结果。';

/** What the API does from the moment the messages come in. */
const FAULTS: readonly (readonly [string, (sim: Simulator) => void])[] = [
  ['the token revoked', (sim) => sim.expireToken()],
  ...[45047, 45015, 48001].map((errcode) => [`${errcode}`, (sim: Simulator) => sim.fault('custom/send', { errcode, times: 3 })] as const),
  [
    '40164',
    (sim) => {
      sim.expireToken();
      sim.ipAllowed = false;
    },
  ],
  ['-1', (sim) => sim.fault('custom/send', { errcode: -1, times: 3 })],
  ['a reset', (sim) => sim.fault('custom/send', { reset: true, times: 3 })],
  ['a slow answer', (sim) => sim.fault('custom/send', { delayMs: 1200, times: 3 })],
];

describeWithSimulator('an answer is given once and in time', () => {
  const settings = engines.map((engine, index) => ({ engine, name: engine.name, count: index + 1 }));
  describe.each(settings)('on $name with $count process(es)', (setting) => {
    test.concurrent(
      'whether the turn takes 0.1, 6, 11 or 20 s: one turn, one answer, no fault notice',
      () =>
        inScene(setting, async ({ sim, said, ran }) => {
          const deliveries = await sayAll(sim);
          expect(deliveries.map(({ notice, attempts }) => [notice, attempts.length])).toEqual(users.map(() => [false, 1]));
          await until(() => users.every(({ user }) => said(user).length > 0));
          // Nothing follows.
          await pause(200);
          expect(users.map(({ user }) => said(user))).toEqual(users.map(({ words }) => [`1 ${words}`]));
          expect(sends(sim)).toHaveLength(3);
          expect(ran()).toBe(4);
          expect(sim.problems).toEqual([]);
        }),
      PATIENCE_MS,
    );

    test.concurrent(
      'also where nothing can be sent: a later delivery joins the turn, and what is too long for all of them comes with the next',
      () =>
        inScene({ ...setting, account: { secret: undefined } }, async ({ sim, processes, said, ran }) => {
          const deliveries = await sayAll(sim);
          expect(deliveries.map(({ notice, attempts }) => [notice, attempts.length])).toEqual([1, 2, 3, 3].map((n) => [false, n]));
          expect(users.map(({ user }) => said(user))).toEqual([['1 30 ms'], ['1 1800 ms'], ['1 3300 ms'], [WAITING]]);
          const { wechat } = processes[0];
          await until(() => processes.some(({ counts }) => (counts.late ?? 0) > 0));
          expect(wechat.status().isReady).toBe(true);
          await pause(300);
          await sim.say('o_6000', 'next');
          expect(said('o_6000').slice(1)).toEqual(['1 6000 ms\n\n2 next']);
          expect(ran()).toBe(5);
          expect(sim.calls).toEqual([]);
        }),
      PATIENCE_MS,
    );

    test.concurrent.each(FAULTS)(
      'whatever the API does meanwhile, here %s: each text reaches its user, at the latest with the next reply',
      (_, happens) =>
        inScene({ ...setting, more: { apiTimeoutMs: 1000 } }, async ({ sim, processes, said, ran }) => {
          await Promise.all(processes.map(({ wechat }) => wechat.check()));
          const before = sim.calls.length;
          happens(sim);
          const deliveries = await sayAll(sim);
          expect(deliveries.map(({ notice }) => notice)).toEqual(users.map(() => false));
          const isOut = (user: string) => said(user).some((text) => text !== WAITING);
          const isKept = () =>
            processes.reduce((sum, { counts }) => sum + (counts.kept ?? 0), 0) + users.filter(({ user }) => isOut(user)).length;
          await until(() => isKept() >= users.length);
          await pause(300);
          for (const { user } of users) expect((await sim.say(user, 'next')).notice).toBe(false);
          const texts = users.map(({ user }) => said(user).filter((text) => text !== WAITING));
          for (const [index, { words }] of users.entries()) {
            const lines = texts[index]?.join('\n\n').split('\n\n') ?? [];
            const times = lines.filter((line) => line === `1 ${words}`).length;
            expect([words, times, lines.includes('2 next')]).toEqual([words, 1, true]);
          }
          expect(ran()).toBe(8);
          const tokens = sim.calls.slice(before).filter(({ path }) => path.endsWith('stable_token'));
          expect(tokens.length).toBeLessThanOrEqual(2);
          expect(sim.problems).toEqual([]);
        }),
      PATIENCE_MS,
    );
  });
});
