import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { barriersIn, type ChatPage, DESKTOP, describeInBrowser, openBrowser, openChat, PHONE } from './browser';
import { openServer, type ServerProcess } from './server';

jest.setTimeout(60_000);

/** A red square: what is on a receipt is for people to see. */
const PICTURE = {
  name: '小票 照片.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64'),
};

describeInBrowser('the chat page', (executable) => {
  let browser: Browser;
  let server: ServerProcess;
  /** Stopped, killed and moved in time by the tests, one after the other. */
  let own: ServerProcess;
  let site: Server;
  let siteOrigin = '';
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    site = createServer((request, response) => {
      const host = request.url === '/stranger' ? 'localhost' : '127.0.0.1';
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        `<html lang="zh"><title>shop</title><p>${host}</p><script src="${server.origin}/embed.js" data-label="问客服" async></script>`,
      );
    });
    await new Promise<void>((resolve) => site.listen(0, resolve));
    siteOrigin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    [server, own] = await Promise.all([
      openServer({ now: '2026-03-06T10:00:00+08:00', env: { WEB_ORIGINS: siteOrigin } }),
      openServer({ now: '2026-03-04T09:30:00+08:00' }),
    ]);
    browser = await openBrowser(executable);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
    await own?.end();
    site?.close();
  });

  async function visit(options: BrowserContextOptions = DESKTOP, at = server): Promise<ChatPage> {
    const context = await browser.newContext(options);
    contexts.push(context);
    return openChat(await context.newPage(), at.origin);
  }

  test('a merchant gets his answer with a date, in a phone-wide window', async () => {
    const chat = await visit(PHONE);
    await chat.sees('您好，我是到账助手');
    await chat.shot('01-welcome-phone');
    await chat.say('昨天下午三点多刷了3280块5，咋还不进账');
    await chat.choose('我是商户');
    await chat.choose('信用卡');
    await chat.sees('状态显示什么');
    await chat.shot('02-choices-phone');
    await chat.choose('成功');
    await chat.say('T+1的');
    await chat.sees('预计3月6日（周五）18:00前到账');
    await chat.shot('03-answer-phone');
    expect(await chat.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(chat.complaints).toEqual([]);
  });

  test('a case that needs a person is handed over, with a picture', async () => {
    const chat = await visit();
    await chat.sees('您好');
    await chat.say('老板让我问，3月3号下午两点收的信用卡8600，三天了一分没到，我们是T+1');
    await chat.sees('状态显示什么');
    await chat.page.locator('.picker').setInputFiles(PICTURE);
    const dialog = chat.page.getByRole('dialog');
    await dialog.getByText('请先遮住完整卡号').waitFor();
    await chat.shot('04-picture-warning');
    await dialog.getByRole('button', { name: '发送' }).click();
    await chat.page.locator('.MessageList .file img[src^="http"]').waitFor();
    await chat.until('[...document.querySelectorAll(".file img")].every((image) => image.naturalWidth > 0)');
    await chat.say('成功的，有小票');
    await chat.sees('划款');
    await chat.say('未划款');
    await chat.sees('参考号');
    await chat.say('611223300457');
    await chat.sees('后四位');
    await chat.say('6677');
    await chat.choose('对，提交');
    await chat.sees('优先级P2');
    expect((await chat.lines()).join('\n')).toMatch(/案件号DZ20260306-/);
    await chat.shot('05-case-desktop');
    expect(chat.complaints).toEqual([]);
  });

  test('a file that is no picture is refused in words', async () => {
    const chat = await visit();
    await chat.sees('您好');
    await chat.page.locator('.picker').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await chat.page.getByText('只能发送照片或PDF文件').waitFor();
    const html = { name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') };
    await chat.page.locator('.picker').setInputFiles(html);
    await chat.page.getByRole('dialog').getByRole('button', { name: '发送' }).click();
    await chat.page.locator('.state--failed', { hasText: '只能发送照片或PDF文件' }).waitFor();
  });

  test('a card number is masked where it stood', async () => {
    const chat = await visit();
    await chat.sees('您好');
    await chat.say('卡号6222021234567890128没到账');
    await chat.sees('卡号');
    await chat.until('!document.body.innerText.includes("6222021234567890128")');
  });

  test('what was said is there after a reload and in a second window, and both are told what comes, once', async () => {
    const chat = await visit();
    await chat.sees('您好');
    await chat.say('我要查到账');
    await chat.until('document.querySelectorAll(".Message.left .Bubble").length > 3');
    const before = await chat.lines();
    await chat.page.reload();
    await chat.sees('我要查到账');
    expect(await chat.lines()).toEqual(before);
    const second = await openChat(await (contexts[0] as BrowserContext).newPage(), server.origin);
    await second.sees('我要查到账');
    expect(await second.lines()).toEqual(before);
    await second.say('昨天刷的500');
    await Promise.all([chat.sees('记下了'), second.sees('记下了')]);
    await second.page.waitForTimeout(300);
    expect(await chat.lines()).toEqual(await second.lines());
    expect((await chat.lines()).filter((line) => line === '昨天刷的500')).toHaveLength(1);
  });

  test('the server is killed and started again in the middle: nothing is lost, nothing is said twice', async () => {
    const chat = await visit(PHONE, own);
    await chat.sees('您好');
    await chat.say('昨天下午三点多刷了3280块5，我是店主');
    await chat.sees('顾客是怎么付的');
    await own.kill();
    await chat.page.getByText('网络已断开，正在重新连接').waitFor();
    await chat.say('信用卡');
    await chat.page.locator('.state', { hasText: '发送中' }).waitFor();
    await chat.shot('06-connection-lost');
    await own.start();
    await chat.sees('状态显示什么');
    await chat.page.getByText('网络已断开').waitFor({ state: 'detached' });
    await chat.choose('成功');
    await chat.say('T+1的');
    await chat.sees('预计3月4日（周三）18:00前到账');
    const lines = await chat.lines();
    expect(lines.filter((line) => line === '信用卡')).toHaveLength(1);
    expect(lines.filter((line) => line.includes('顾客是怎么付的'))).toHaveLength(1);
    expect(chat.complaints).toEqual([]);
  });

  test('offline for 30 s and back: what was written meanwhile goes out, in order', async () => {
    const context = await browser.newContext(PHONE);
    contexts.push(context);
    const page = await context.newPage();
    await page.clock.install();
    const chat = await openChat(page, server.origin);
    await chat.sees('您好');
    await context.setOffline(true);
    await page.getByText('网络已断开').waitFor();
    await chat.say('第一句：我是商户');
    await chat.say('第二句：昨天刷了500');
    await page.clock.fastForward(30_000);
    expect(await page.locator('.state', { hasText: '发送中' }).count()).toBe(2);
    await context.setOffline(false);
    await chat.sees('记下了');
    await page.locator('.state').first().waitFor({ state: 'detached' });
    const mine = (await page.locator('.Message.right .Bubble').allInnerTexts()).map((line) => line.slice(0, 3));
    expect(mine).toEqual(['第一句', '第二句']);
  });

  test('when the token has expired the user notices nothing', async () => {
    const chat = await visit(DESKTOP, own);
    await chat.sees('您好');
    own.ahead(31 * 60_000);
    await chat.say('昨天下午三点刷了500，我是店主');
    await chat.sees('顾客是怎么付的');
    expect((await chat.lines()).filter((line) => line.startsWith('昨天下午'))).toHaveLength(1);
  });

  test('after 29 days the conversation is still there; after 31 without a word a new one begins, and says so', async () => {
    const chat = await visit(DESKTOP, own);
    await chat.sees('您好');
    await chat.say('我要查到账');
    await chat.sees('我要查到账');
    await chat.page.locator('.state').first().waitFor({ state: 'detached' });
    own.ahead(29 * 86_400_000);
    await chat.page.reload();
    await chat.sees('我要查到账');
    own.ahead(31 * 86_400_000);
    await chat.page.reload();
    await chat.page.getByText('这是新的对话').waitFor();
    await chat.sees('您好');
    expect((await chat.lines()).join()).not.toContain('我要查到账');
  });

  test('where no socket gets through, polling takes its place', async () => {
    const context = await browser.newContext(DESKTOP);
    contexts.push(context);
    const page = await context.newPage();
    await page.routeWebSocket(/stream/, (socket) => socket.close());
    const chat = await openChat(page, server.origin);
    await chat.sees('您好');
    await chat.say('我要查到账');
    await page.locator('.Navbar-desc', { hasText: '扣费未到账' }).waitFor();
    expect((await chat.lines()).filter((line) => line === '我要查到账')).toHaveLength(1);
  });

  test('everything can be done with the keyboard', async () => {
    const chat = await visit();
    const { keyboard } = chat.page;
    // From here on the browser hands its file dialogs to the test.
    chat.page.on('filechooser', () => undefined);
    await chat.sees('您好');
    const focusOn = async (selector: string) => {
      for (let presses = 0; presses < 15; presses += 1) {
        await keyboard.press('Tab');
        if (await chat.page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
      }
      throw new Error(`Tab never comes to ${selector}`);
    };
    await focusOn('textarea');
    await keyboard.type('昨天下午三点刷了500没到账');
    await keyboard.press('Enter');
    await chat.sees('商户，还是');
    await chat.page.evaluate('document.activeElement.blur()');
    await focusOn('.choices button');
    await chat.shot('07-keyboard-focus');
    await keyboard.press('Enter');
    await chat.sees('顾客是怎么付的');
    await focusOn('.IconBtn[data-icon="image"]');
    const [chooser] = await Promise.all([chat.page.waitForEvent('filechooser'), keyboard.press('Enter')]);
    await chooser.setFiles(PICTURE);
    await chat.page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await chat.page.getByRole('dialog').waitFor({ state: 'detached' });
    await focusOn('[aria-pressed]');
    await keyboard.press('Space');
    await chat.page.locator('.page--large').waitFor();
  });

  test('axe-core finds nothing serious: at the start, at a question, over the warning, in large text', async () => {
    const chat = await visit(PHONE);
    await chat.sees('您好');
    expect(await barriersIn(chat.page)).toEqual([]);
    await chat.say('昨天下午三点刷了500没到账');
    await chat.sees('商户，还是');
    expect(await barriersIn(chat.page)).toEqual([]);
    await chat.page.locator('.picker').setInputFiles(PICTURE);
    await chat.page.getByRole('dialog').waitFor();
    await chat.page.waitForTimeout(500);
    expect(await barriersIn(chat.page)).toEqual([]);
    await chat.page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
    await chat.page.getByRole('dialog').waitFor({ state: 'detached' });
    await chat.page.getByRole('button', { name: '大字' }).click();
    expect(await barriersIn(chat.page)).toEqual([]);
  });

  test('large text stays on after a reload', async () => {
    const chat = await visit(PHONE);
    await chat.sees('您好');
    const size = () => chat.page.evaluate('parseFloat(getComputedStyle(document.querySelector(".Bubble")).fontSize)');
    const standard = Number(await size());
    await chat.page.getByRole('button', { name: '大字' }).click();
    await chat.page.reload();
    await chat.sees('您好');
    expect(Number(await size())).toBeGreaterThanOrEqual(standard * 1.4);
    expect(await chat.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await chat.shot('08-large-text');
  });

  test('who has his information deleted finds nothing of it later', async () => {
    const chat = await visit();
    await chat.sees('您好');
    await chat.say('昨天下午三点刷了500没到账');
    await chat.sees('记下了');
    await chat.say('删除我的信息');
    await chat.until('document.querySelectorAll(".state").length === 0');
    await chat.page.waitForTimeout(500);
    await chat.shot('09-deleted');
    await chat.page.reload();
    await chat.page.locator('.MessageList').waitFor();
    await chat.page.waitForTimeout(1000);
    expect((await chat.lines()).join()).not.toContain('500');
  });

  test('another site opens it by one script, and only a site of the list', async () => {
    const context = await browser.newContext(DESKTOP);
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(siteOrigin);
    await page.getByRole('button', { name: '问客服' }).click();
    const frame = page.frameLocator('iframe[title="问客服"]');
    await frame.getByText('您好，我是到账助手').waitFor();
    await frame.locator('textarea').fill('我要查到账');
    await frame.locator('textarea').press('Enter');
    await frame.locator('.Message.right .Bubble', { hasText: '我要查到账' }).waitFor();
    await page.screenshot({ path: `${__dirname}/../artifacts/10-embedded.png` });
    await frame.getByRole('button', { name: '关闭对话' }).click();
    await page.getByRole('button', { name: '问客服' }).waitFor();
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await page.goto(`${siteOrigin.replace('127.0.0.1', 'localhost')}/stranger`);
    await page.getByRole('button', { name: '问客服' }).click();
    while (!refused.some((text) => text.includes('frame-ancestors'))) await page.waitForTimeout(50);
  });
});
