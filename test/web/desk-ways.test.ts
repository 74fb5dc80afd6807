import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hashKey } from '../../src/desk/agents';
import { openProvider, type Provider, settingsFor } from '../desk/provider';
import { barriersIn, type ChatPage, DESKTOP, describeInBrowser, openBrowser, openChat, PHONE } from './browser';
import { REFUSALS, WAIT, watchPages } from './desk';
import { openServer, type ServerProcess } from './server';

jest.setTimeout(180_000);

const SHOTS = join(__dirname, '../artifacts');

describeInBrowser('the desk with an identity provider and cases given out', (executable) => {
  let browser: Browser;
  let server: ServerProcess;
  let provider: Provider;
  const folder = mkdtempSync(join(tmpdir(), 'desk-ways-'));
  const watched = watchPages(REFUSALS);
  const newPage = (options: BrowserContextOptions) => watched.open(browser, options);

  beforeAll(async () => {
    provider = await openProvider();
    const key = await hashKey('key-of-li');
    const agents = [
      { id: 'li', name: '小李', role: 'agent', key, account: 'li@shop.example', capacity: 2 },
      { id: 'wang', name: '王班长', role: 'lead', account: 'wang@shop.example' },
    ];
    writeFileSync(join(folder, 'agents.json'), JSON.stringify({ agents }));
    const env = { ...settingsFor(provider), DESK_AGENTS: join(folder, 'agents.json'), DESK_ASSIGN: 'auto' };
    [browser, server] = await Promise.all([openBrowser(executable), openServer({ now: '2026-03-04T09:30:00+08:00', env })]);
  });
  afterEach(() => watched.close());
  afterAll(async () => {
    await browser?.close();
    await server?.end();
    await provider?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** By the button, as whoever has this address at the provider. */
  async function signIn(email: string, options: BrowserContextOptions = DESKTOP): Promise<Page> {
    const page = await newPage(options);
    await page.goto(`${server.origin}/desk`);
    provider.claims = { email, sub: email };
    await page.getByRole('link', { name: '用公司账号登录' }).click(WAIT);
    return page;
  }
  const atDesk = async (page: Page) => {
    await page.getByRole('navigation', { name: '案件' }).waitFor(WAIT);
    return page;
  };

  async function handOver(): Promise<{ chat: ChatPage; id: string }> {
    const chat = await openChat(await newPage(PHONE), `${server.origin}/`);
    await chat.sees('您好');
    await chat.say('转人工');
    await chat.sees('案件号');
    return { chat, id: /DZ\d{8}-\w{5}-\d{2}/.exec((await chat.lines()).join(' '))?.[0] ?? '' };
  }

  async function shot(page: Page, name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(SHOTS, `desk-ways-${name}.png`) });
  }

  const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click(WAIT);
  const become = async (page: Page, state: string) => {
    await page.locator('.top').getByLabel('状态').click();
    await page.getByTitle(state).click(WAIT);
  };

  test('the sign-in page offers the company account beside the key, in both languages; a stranger is told so', async () => {
    const page = await newPage(DESKTOP);
    await page.goto(`${server.origin}/desk`);
    await page.getByRole('link', { name: '用公司账号登录' }).waitFor(WAIT);
    await shot(page, '1-sign-in');
    expect(await barriersIn(page)).toEqual([]);
    await press(page, /English/);
    await page.getByRole('link', { name: 'Sign in with your company account' }).waitFor(WAIT);
    const stranger = await signIn('who@shop.example');
    await stranger.getByText('您的账号在这里没有坐席权限').waitFor(WAIT);
    await shot(stranger, '2-stranger');
    await stranger.getByRole('link', { name: '返回登录页' }).click();
    await stranger.getByLabel('工号').waitFor(WAIT);
    expect(await stranger.evaluate('fetch("/api/desk/me").then(({ status }) => status)')).toBe(401);
  });

  test('a case comes to the agent who is online, and the page says so; who is busy stays so and gets none; a lead gives by hand', async () => {
    const li = await atDesk(await signIn('li@shop.example'));
    await li.getByText('小李 · 坐席').waitFor(WAIT);
    const { chat, id } = await handOver();
    await li.getByText(`案件${id}已分配给您`).waitFor(WAIT);
    await shot(li, '3-assigned');
    await chat.sees('人工客服小李（工号li）已接入');
    await li.getByRole('button', { name: new RegExp(id) }).click(WAIT);
    await li.getByRole('log').getByText('分配给小李').waitFor(WAIT);
    await become(li, '忙碌');
    await li.reload();
    await atDesk(li);
    expect(await li.locator('.top').getByTitle('忙碌').count()).toBe(1);

    const next = await handOver();
    const wang = await atDesk(await signIn('wang@shop.example'));
    await wang.getByRole('button', { name: new RegExp(next.id) }).click(WAIT);
    await press(wang, /分\s*配/);
    await wang.getByLabel('分配给').click();
    await wang.getByTitle(/小李 \(忙碌 1\/2\)/).click(WAIT);
    await shot(wang, '4-assign');
    await press(wang, /确\s*定/);
    await li.getByText(`案件${next.id}已分配给您`).waitFor(WAIT);
    await next.chat.sees('人工客服小李（工号li）已接入');
  });

  test('a lead keeps a quick reply for all; an agent sends it with its variables filled in; signed out he gets no case', async () => {
    const wang = await atDesk(await signIn('wang@shop.example'));
    await press(wang, /DZ\d{8}/);
    await wang
      .getByLabel('接入后才能回复；可以先写内部备注')
      .or(wang.getByLabel('给客户写回复，回车发送'))
      .first()
      .fill('您好，案件{案件号}由{姓名}处理。');
    await press(wang, /管理快捷回复/);
    await wang.getByLabel('快捷回复的名称').fill('问候');
    await wang.getByLabel('所有坐席都能用').check();
    await shot(wang, '5-quick');
    expect(await barriersIn(wang)).toEqual([]);
    await press(wang, /存为快捷回复/);
    const li = await atDesk(await signIn('li@shop.example'));
    await li
      .getByRole('button', { name: /DZ\d{8}.*小李/ })
      .first()
      .click(WAIT);
    await li.locator('.quick').click();
    await li.getByTitle('问候 (共用)').click(WAIT);
    expect(await li.getByLabel('给客户写回复，回车发送').inputValue()).toMatch(/^您好，案件DZ\d{8}-\w{5}-\d{2}由小李处理。$/);
    await press(li, /退\s*出/);
    await li.getByLabel('工号').waitFor(WAIT);
    const { chat } = await handOver();
    await chat.page.waitForTimeout(1500);
    expect((await chat.lines()).join()).not.toContain('已接入');
  });
});
