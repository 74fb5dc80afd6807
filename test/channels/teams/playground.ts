import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** Microsoft's Agents Playground: a page that looks like Teams, behind which it talks to a bot as Teams does. */
export interface Playground {
  readonly page: Page;
  /** Errors of the page's scripts. */
  readonly errors: readonly string[];
  /** Opens a chat or a channel by its name in the list. */
  enter(name: string): Promise<void>;
  say(text: string): Promise<void>;
  /** Writes to the bot where it must be mentioned; in a channel a new post, or an answer to the post with this text. */
  mention(text: string, thread?: string): Promise<void>;
  /** Presses a button, the newest of this name. */
  press(name: string): Promise<void>;
  fill(hint: string, text: string): Promise<void>;
  /** Opens a form of a card, fills its field and sends it; anew when the card changed meanwhile, which closes its forms. */
  form(names: { readonly open: string; readonly hint: string; readonly send: string }, text: string): Promise<void>;
  /** Waits until something shows this. */
  sees(text: string): Promise<void>;
  shot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The tenant of everybody in it. */
export const PLAYGROUND_TENANT = '00000000-0000-0000-0000-0000000000001';

const CLI = require.resolve('@microsoft/m365agentsplayground/cli.js');
const SHOTS = join(__dirname, '../../artifacts/teams');
const WAIT_MS = 20_000;
const TRY_MS = 4000;

/** Starts it for a bot and opens its page. Its fonts and animations come from the internet, which it does not get. */
export async function openPlayground(browser: Browser, bot: string): Promise<Playground> {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'));
  const port = await freePort();
  const args = [CLI, '--app-endpoint', bot, '--channel-id', 'msteams', '--port', String(port), '--disable-telemetry'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  await listening(child);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('**/*', (route) => (new URL(route.request().url()).hostname === 'localhost' ? route.continue() : route.abort()));
  await page.goto(`http://localhost:${port}/`);
  await page.getByTitle('Hide log panel').click({ timeout: WAIT_MS });
  return {
    page,
    errors,
    enter: (name) => page.getByRole('treeitem', { name, exact: true }).click({ timeout: WAIT_MS }),
    async say(text) {
      await page.getByRole('textbox').last().click({ timeout: WAIT_MS });
      await page.keyboard.insertText(text);
      await page.keyboard.press('Enter');
    },
    async mention(text, thread) {
      const boxes = thread === undefined ? page.getByRole('textbox') : page.locator('.fui-Card', { hasText: thread }).getByRole('textbox');
      const box = thread === undefined ? boxes.first() : boxes.last();
      for (let tries = 0; tries < 5; tries += 1) {
        try {
          await box.fill('', { timeout: TRY_MS });
          await page.keyboard.type('@Test', { delay: 50 });
          await page.getByRole('menuitem').filter({ hasText: 'Test Bot' }).click({ timeout: TRY_MS });
          await page.keyboard.insertText(` ${text}`);
          await page.keyboard.press('Enter');
          await box.filter({ hasNotText: text }).waitFor({ timeout: TRY_MS });
          return await page.getByText(text).last().waitFor({ timeout: TRY_MS });
        } catch {
          // the thread was drawn anew before they were sent: once more
        }
      }
      throw new Error(`this is not sent: ${text}`);
    },
    press: (name) => page.getByRole('button', { name, exact: true }).last().click({ timeout: WAIT_MS }),
    fill: (hint, text) => page.getByPlaceholder(hint).last().fill(text, { timeout: WAIT_MS }),
    async form({ open, hint, send }, text) {
      const field = page.getByPlaceholder(hint).last();
      const button = (name: string) => page.getByRole('button', { name, exact: true }).last();
      for (let tries = 0; tries < 5; tries += 1) {
        try {
          if (!(await field.isVisible())) await button(open).click({ timeout: TRY_MS });
          await field.fill(text, { timeout: TRY_MS });
          return await button(send).click({ timeout: TRY_MS });
        } catch {
          // the form is gone: once more
        }
      }
      throw new Error(`the form ${open} does not stay open`);
    },
    sees: (text) => page.getByText(text).last().waitFor({ timeout: WAIT_MS }),
    async shot(name) {
      mkdirSync(SHOTS, { recursive: true });
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(SHOTS, `playground-${name}.png`) });
    },
    async close() {
      await context.close();
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the playground ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => String(chunk).includes('Listening') && resolve());
  });
}
