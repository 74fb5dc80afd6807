import { engines, stopEngines } from '../../turns';
import { describeWithSimulator, newSimulator, type Shown, type Simulator } from './simulator';
import { accountOf, KEY, type Process, startProcess } from './world';

/** The platform hangs up six times sooner here, and the channel hurries as much. */
const LIMITS = { answerMs: 650, keepMs: 30, typingMs: 200, leaseMs: 5000, graceMs: 700 };
const TIMEOUT_MS = 800;
/** Milliseconds that the bot thinks: as 0.1, 6, 11 and 20 s are to the platform. */
const TURNS = [10, 950, 1750, 3200] as const;

afterAll(stopEngines);

const said = (screen: readonly Shown[]) => screen.filter(({ from }) => from === 'bot').map(({ text }) => text);
const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describeWithSimulator('an answer is given once and in time', () => {
  describe.each(engines.map((engine, index) => ({ engine, name: engine.name, count: index + 1 })))(
    'on $name with $count process(es)',
    ({ engine, count }) => {
      let sim: Simulator;
      let processes: Process[];
      let stop: () => Promise<void>;

      async function start(more: Parameters<typeof accountOf>[1] = {}): Promise<void> {
        sim = newSimulator({ encodingAESKey: KEY, timeoutMs: TIMEOUT_MS });
        await sim.start();
        const opened = await engine.open();
        const account = accountOf(sim.apiBase, more);
        processes = await Promise.all(opened.stores.slice(0, count).map((store) => startProcess(store, { account, limits: LIMITS })));
        sim.webhook = processes[0]?.url ?? '';
        // Each delivery goes to another process.
        const send = sim.send.bind(sim);
        let n = 0;
        sim.send = (method, query, body) => {
          sim.webhook = processes[n++ % processes.length]?.url ?? '';
          return send(method, query, body);
        };
        stop = async () => {
          await Promise.all(processes.map((one) => one.close()));
          await opened.close();
          await sim.stop();
        };
      }
      afterEach(() => stop());

      const ran = () => processes.reduce((sum, one) => sum + one.ran, 0);

      test('whether the turn takes 0.1, 6, 11 or 20 s: one turn, one answer, no fault notice', async () => {
        await start();
        const deliveries = await Promise.all(TURNS.map((ms) => sim.say(`o_${ms}`, `${ms} ms`)));
        expect(deliveries.map(({ notice, attempts }) => [notice, attempts.length])).toEqual(TURNS.map(() => [false, 1]));
        await until(() => TURNS.every((ms) => said(sim.screen(`o_${ms}`)).length > 0));
        // Nothing follows.
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(TURNS.map((ms) => said(sim.screen(`o_${ms}`)))).toEqual(TURNS.map((ms) => [`1 ${ms} ms`]));
        expect(sim.calls.filter(({ path }) => path.endsWith('custom/send'))).toHaveLength(3);
        expect(ran()).toBe(4);
        expect(sim.problems).toEqual([]);
      });

      test('also where nothing can be sent: a later delivery joins the turn, and what is too long for all of them comes with the next', async () => {
        await start({ secret: undefined });
        const deliveries = await Promise.all(TURNS.map((ms) => sim.say(`o_${ms}`, `${ms} ms`)));
        expect(deliveries.map(({ notice, attempts }) => [notice, attempts.length])).toEqual([1, 2, 3, 3].map((n) => [false, n]));
        expect(TURNS.map((ms) => said(sim.screen(`o_${ms}`)))).toEqual([
          ...[['1 10 ms'], ['1 950 ms'], ['1 1750 ms']],
          ['还在为您查询，请稍后发送任意一句话查看结果。'],
        ]);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await sim.say('o_3200', 'next');
        expect(said(sim.screen('o_3200')).slice(1)).toEqual(['1 3200 ms\n\n2 next']);
        expect(ran()).toBe(5);
        expect(sim.calls).toEqual([]);
      });
    },
  );
});
