import type { Page } from 'playwright-core';
import { type RedisProcess, startRedisProcess } from '../redis';
import type { ChatPage } from './browser';
import { choose, composer, describeDesk, press, reads, WAIT } from './desk';

/** Pages that sleep, lose the network or are loaded anew, and a store that goes away under them. */

jest.setTimeout(180_000);

/** A minute in all: this long in truth, the rest by the clocks. TEST_SLEEP_MS=60000 waits all of it. */
const SLEEP_MS = Number(process.env.TEST_SLEEP_MS ?? 2000);
const MINUTE_MS = 60_000;

async function answer(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** How often the transcript shows a line. */
const times = (page: Page, text: string) => page.getByRole('log').getByText(text, { exact: true }).count();
const timesIn = async (chat: ChatPage, text: string) => (await chat.lines()).filter((line) => line.trim() === text).length;

describeDesk('an agent who was away', ({ server, signIn, visit, handOver }) => {
  test.each(['that stands still', 'without network'])('a page %s for a minute has missed nothing, and shows nothing twice', async (how) => {
    const [desk, colleague, chat, other] = [await signIn('li'), await signIn('zhou'), await visit(), await visit()];
    const [id, passed] = [await handOver(chat), await handOver(other)];
    await choose(desk, id);
    await press(desk, /接\s*入/);
    await chat.sees('小李（工号li）已接入');
    await choose(colleague, passed);
    await press(colleague, /接\s*入/);
    await other.sees('已接入');

    const debug = await desk.context().newCDPSession(desk);
    const sleep = async (isAsleep: boolean) => {
      if (how === 'without network') return desk.context().setOffline(isAsleep);
      // A browser without windows does not freeze pages (Page.setWebLifecycleState): here no script of the page runs on.
      if (isAsleep) await debug.send('Debugger.enable');
      await debug.send(isAsleep ? 'Debugger.pause' : 'Debugger.disable');
    };
    await desk.evaluate('ticks = 0; setInterval(() => { ticks += 1; }, 100);');
    await sleep(true);
    for (const text of ['第一句', '第二句', '第三句']) {
      await chat.say(text);
      await chat.page.waitForTimeout(SLEEP_MS / 4);
    }
    const late = await visit();
    const waiting = await handOver(late);
    await press(colleague, /转\s*接/);
    await colleague.getByLabel('转给').click();
    await colleague.getByTitle(/小李/).click();
    await press(colleague, /确\s*定/);
    await other.sees('已为您转接');
    await desk.waitForTimeout(SLEEP_MS / 4);
    server().ahead(MINUTE_MS - Math.min(SLEEP_MS, MINUTE_MS));
    await sleep(false);
    if (how === 'that stands still') expect(await desk.evaluate<number>('ticks')).toBeLessThan(SLEEP_MS / 200);

    await reads(desk, '第三句');
    for (const text of ['第一句', '第二句', '第三句']) expect([text, await times(desk, text)]).toEqual([text, 1]);
    await answer(desk, `我在（${how}）`);
    await chat.sees(`我在（${how}）`);
    await choose(desk, waiting);
    await desk.getByRole('button', { name: /接\s*入/ }).waitFor(WAIT);
    await choose(desk, passed);
    await answer(desk, '我接着为您查');
    await other.sees('我接着为您查');
    // And what comes from now on comes by itself.
    await other.say('谢谢');
    await reads(desk, '谢谢');
  });

  test('a case that is opened just as another one arrives stays open', async () => {
    const [desk, chat] = await Promise.all([signIn('li'), visit()]);
    const id = await handOver(chat);
    for (let n = 0; n < 2; n += 1) {
      const other = await visit();
      await desk.reload();
      await desk.getByText(id).first().waitFor(WAIT);
      await handOver(other);
      await choose(desk, id);
      await desk.waitForTimeout(500);
      expect(await desk.getByRole('button', { name: /接\s*入/ }).count()).toBe(1);
      await desk.goto(new URL('/desk', desk.url()).href);
    }
  });

  test('pages on both sides that are loaded anew in the middle lose and double nothing', async () => {
    const [desk, chat] = await Promise.all([signIn('li'), visit()]);
    const id = await handOver(chat);
    await choose(desk, id);
    await press(desk, /接\s*入/);
    await chat.sees('已接入');
    const lines: string[] = [];
    for (let n = 1; n <= 4; n += 1) {
      const [asked, told] = [`问${n}`, `答${n}`];
      lines.push(asked, told);
      await chat.say(asked);
      await Promise.all([chat.page.reload(), desk.reload()]);
      await chat.sees('已接入');
      if ((await timesIn(chat, asked)) === 0) await chat.say(asked);
      await reads(desk, asked);
      await answer(desk, told);
      await Promise.all([chat.page.reload(), desk.reload()]);
      await composer(desk).waitFor(WAIT);
      // What was not sent yet is still there.
      if ((await composer(desk).inputValue()) === told) await composer(desk).press('Enter');
      await chat.sees(told);
      await reads(desk, told);
    }
    for (const line of lines) expect([line, await timesIn(chat, line), await times(desk, line)]).toEqual([line, 1, 1]);
    const shown = (await chat.lines()).map((line) => line.trim()).filter((line) => lines.includes(line));
    expect(shown).toEqual(lines);
  });
});

let redis: RedisProcess;
describeDesk(
  'an agent whose server loses its store',
  ({ signIn, visit, handOver }) => {
    afterAll(() => redis.stop());

    test('what was written meanwhile is sent once when it is back, the page goes on by itself, also one that was loaded or lost its stream meanwhile', async () => {
      const [desk, colleague, chat] = [await signIn('li'), await signIn('zhou'), await visit()];
      const id = await handOver(chat);
      await choose(desk, id);
      await press(desk, /接\s*入/);
      await chat.sees('已接入');
      await redis.kill();
      await answer(desk, '请稍等，正在查');
      // Its stream ends, and the next is refused: the browser itself would not come again.
      await colleague.context().setOffline(true);
      await colleague.waitForTimeout(300);
      await colleague.context().setOffline(false);
      await desk.waitForTimeout(1000);
      expect(await timesIn(chat, '请稍等，正在查')).toBe(0);
      await redis.start();
      await chat.sees('请稍等，正在查');
      await reads(desk, '请稍等，正在查');
      await chat.say('好的，我等着');
      await reads(desk, '好的，我等着');
      expect([await timesIn(chat, '请稍等，正在查'), await times(desk, '请稍等，正在查')]).toEqual([1, 1]);
      expect(await composer(desk).inputValue()).toBe('');
      const late = await visit();
      await choose(colleague, await handOver(late));
      await reads(colleague, '转人工');
    });
  },
  {
    async env() {
      redis = await startRedisProcess(['appendonly yes', 'appendfsync always']);
      return { REDIS_URL: redis.url };
    },
    expected: /Failed to load resource|ERR_|40[139]|503/,
  },
);
