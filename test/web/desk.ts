import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { hashKey } from '../../src/desk/agents';
import { type ChatPage, DESKTOP, describeInBrowser, openBrowser, openChat, PHONE } from './browser';
import { openServer, type ServerProcess } from './server';

/** Pages of users and of agents in real browsers, before a real server. */
export interface DeskPages {
  server(): ServerProcess;
  /** The desk of an agent: li, zhou, or wang, who leads. */
  signIn(id: string, options?: BrowserContextOptions): Promise<Page>;
  /** The page of another user. */
  visit(): Promise<ChatPage>;
  /** The user asks for a person; the case's id. */
  handOver(chat: ChatPage): Promise<string>;
}

const SHOTS = join(__dirname, '../artifacts');
export const WAIT = { timeout: 20_000 };
const START = '2026-03-04T09:30:00+08:00';

/** Pages whose browsers must not complain. */
export interface WatchedPages {
  open(browser: Browser, options: BrowserContextOptions): Promise<Page>;
  /** Closes them all; what they complained of since the last time fails the test. */
  close(): Promise<void>;
}

/** What a server that is away, or refuses, lets a browser say. */
export const REFUSALS = /Failed to load resource|ERR_|40[139]/;

/** Complaints that fit `expected` are no fault. */
export function watchPages(expected: RegExp): WatchedPages {
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  return {
    async open(browser, options) {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !expected.test(message.text())) complaints.push(message.text());
      });
      return page;
    },
    async close() {
      for (const context of contexts.splice(0)) await context.close();
      expect(complaints.splice(0)).toEqual([]);
    },
  };
}

/** A suite with a server of its own; `env` are further settings. What its browsers complain of fails a test, unless it fits `expected`. */
export function describeDesk(
  name: string,
  tests: (pages: DeskPages) => void,
  { env = async () => ({}), expected = REFUSALS }: DeskOptions = {},
): void {
  describeInBrowser(name, (executable) => {
    let browser: Browser;
    let server: ServerProcess;
    const folder = mkdtempSync(join(tmpdir(), 'desk-page-'));
    const watched = watchPages(expected);
    const newPage = (options: BrowserContextOptions) => watched.open(browser, options);

    beforeAll(async () => {
      const people = [
        ['li', '小李', 'agent'],
        ['zhou', '小周', 'agent'],
        ['wang', '王班长', 'lead'],
      ] as const;
      const agents = await Promise.all(people.map(async ([id, name, role]) => ({ id, name, role, key: await hashKey(`key-of-${id}`) })));
      const file = join(folder, 'agents.json');
      writeFileSync(file, JSON.stringify({ agents }));
      const settings = { DESK_AGENTS: file, ...(await env()) };
      [browser, server] = await Promise.all([openBrowser(executable), openServer({ now: START, env: settings })]);
    });
    afterEach(() => watched.close());
    afterAll(async () => {
      await browser?.close();
      await server?.end();
      rmSync(folder, { recursive: true, force: true });
    });

    tests({
      server: () => server,
      async signIn(id, options = DESKTOP) {
        const page = await newPage(options);
        await page.goto(`${server.origin}/desk`);
        await page.getByLabel('工号').fill(id);
        await page.getByLabel('密钥').fill(`key-of-${id}`);
        await page.getByRole('button', { name: /登\s*录/ }).click();
        await page.getByRole('navigation', { name: '案件' }).waitFor(WAIT);
        return page;
      },
      async visit() {
        const chat = await openChat(await newPage(PHONE), `${server.origin}/`);
        await chat.sees('您好');
        return chat;
      },
      async handOver(chat) {
        await chat.say('转人工');
        await chat.sees('案件号');
        return /DZ\d{8}-\w{5}-\d{2}/.exec((await chat.lines()).join(' '))?.[0] ?? '';
      },
    });
  });
}

/** See describeDesk. */
export interface DeskOptions {
  readonly env?: () => Promise<Readonly<Record<string, string>>>;
  readonly expected?: RegExp;
}

/** Opens a case in the list. */
export const choose = (page: Page, id: string) => page.getByRole('button', { name: new RegExp(id) }).click(WAIT);
/** Presses the first button of this name. */
export const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click(WAIT);
/** Waits until the transcript shows this. */
export const reads = (page: Page, text: string | RegExp) => page.getByRole('log').getByText(text).last().waitFor(WAIT);
/** Where an agent writes to the user. */
export const composer = (page: Page) => page.getByLabel('给客户写回复，回车发送');

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(SHOTS, `desk-${name}.png`) });
}
