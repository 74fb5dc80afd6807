import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Chromium of the system; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env.TEST_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  return [...(named ? [named] : []), ...folders].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** `describe` when Chromium is there; otherwise the suite says what is missing and is skipped. */
export function describeInBrowser(name: string, tests: (executable: string) => void): void {
  const executable = findChromium();
  if (executable) describe(name, () => tests(executable));
  else
    describe.skip(`${name} (skipped: no chromium on the PATH; apt-get install chromium fonts-noto-cjk, or set TEST_CHROMIUM)`, () =>
      tests(''));
}

export const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 740 },
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' };

/** What a person does with the chat page, and what he sees. */
export interface ChatPage {
  readonly page: Page;
  /** Anything the browser complained of: errors of scripts, refused loads, requests to other servers. */
  readonly complaints: readonly string[];
  say(text: string): Promise<void>;
  choose(label: string): Promise<void>;
  /** Waits until the last lines contain this. */
  sees(text: string): Promise<void>;
  /** All lines of the conversation, in order. */
  lines(): Promise<readonly string[]>;
  /** Waits until an expression is true in the page. */
  until(expression: string): Promise<void>;
  shot(name: string): Promise<void>;
}

const SHOTS = join(__dirname, '../artifacts');
const WAIT_MS = 20_000;

export async function openChat(page: Page, url: string): Promise<ChatPage> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|ERR_/.test(message.text()))
      complaints.push(message.text());
  });
  const { origin } = new URL(url);
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(origin)) complaints.push(`to another server: ${request.url()}`);
  });
  await page.goto(url);
  const texts = () => page.locator('.MessageList .Bubble, .MessageList .file, .MessageList .card').allInnerTexts();
  return {
    page,
    complaints,
    lines: texts,
    async say(text) {
      await page.locator('textarea').fill(text);
      await page.locator('textarea').press('Enter');
    },
    choose: (label) => page.locator('.choices').getByRole('button', { name: label }).click({ timeout: WAIT_MS }),
    sees: async (text) => {
      await page.locator('.MessageList .Bubble', { hasText: text }).last().waitFor({ timeout: WAIT_MS });
    },
    async until(expression) {
      const deadline = Date.now() + WAIT_MS;
      while (!(await page.evaluate(expression))) {
        if (Date.now() > deadline) throw new Error(`never true: ${expression}`);
        await page.waitForTimeout(50);
      }
    },
    async shot(name) {
      mkdirSync(SHOTS, { recursive: true });
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(SHOTS, `${name}.png`) });
    },
  };
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Faults that keep somebody out, by axe-core. It comes by the debugger, because the pages let no foreign script in. */
export async function barriersIn(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found: readonly Violation[] = await page.evaluate('axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)');
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) =>
    [id, ...nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)}\n${failureSummary}`)].join('\n'),
  );
}
