import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { text } from '../../../locales';
import { type Card, type CardView, cardText, caseCard, sizeOf } from '../../../src/desk/teams/cards';
import { type Case, CLOSING_OUTCOMES, PRIORITIES, QUEUES } from '../../../src/domain/case';
import { SLOT_NAMES } from '../../../src/domain/slots';
import { summarize } from '../../../src/domain/summary';
import { caseOf } from '../../domain/case';
import { calendar, draftOf, profile } from '../../domain/data';
import { describeInBrowser, openBrowser } from '../../web/browser';

const AT = '2026-11-20T10:00:00+08:00';
const facts =
  'role=merchant issueType=R1 payMethod=creditCard amount txTime txStatus=success cardholderDebited=yes hasSlip=yes settleProduct=T1 payoutStatus=failed settleBank=建设银行 settleCardLast4=6677 cardLast4=1234 merchantNo=822100054110001 rrn=611223300457 contactPhone=13812345678';

function filled(fields: Partial<Case> = {}): Case {
  const bare = caseOf({
    draft: { ...draftOf(facts), signals: ['angry'], masked: { pan: 1 } },
    diagnosis: { causes: [{ id: 'D2', likelihood: 'medium' }], expectedBy: '2026-11-18T18:00:00+08:00', overdueWorkdays: 2 },
    priority: 'P1',
    ...fields,
  });
  const summary = summarize(bare, (key, params) => text('zh-CN', key as never, params), { profile, calendar });
  return { ...bare, summary };
}

const agent = { id: 'T-ABCDEF', name: '陈敏' };
const excerpt = ['客户：昨天刷了8600到现在没到账', '机器人：请问是信用卡还是借记卡？', '客户：信用卡，急用钱'];
const CARDS: Readonly<Record<string, Card>> = {
  waiting: caseCard(filled()),
  'waiting-open': caseCard(filled(), { details: { excerpt } }),
  taken: caseCard(filled({ owner: 'agent', agent, waitingSince: AT }), { viewer: agent.id, refreshed: ['29:chen'] }),
  'taken-seen-by-others': caseCard(filled({ owner: 'agent', agent, waitingSince: AT }), { refreshed: ['29:chen'] }),
  'taken-by-another': caseCard(filled({ owner: 'agent', agent }), {
    notice: text('zh-CN', 'teams.taken', { name: '陈敏', id: 'DZ20261120-AB2CD-17' }),
  }),
  closed: caseCard(filled({ owner: 'closed', agent, closing: { at: AT, by: agent.id, outcome: 'arrived', note: '款项已到账' } })),
};

describe('a card', () => {
  test.each(PRIORITIES)('of priority %s stays within 28 KB with everything at its longest', (priority) => {
    const long = '款项一直没有到账[点我](https://evil.example.com)'.repeat(400);
    const found = { ...filled({ priority, owner: 'agent', agent: { id: 'T-X', name: '很长的名字'.repeat(4) } }), missing: [...SLOT_NAMES] };
    const summary = `${found.summary}\n${Array.from({ length: 40 }, () => long).join('\n')}`;
    const view: CardView = {
      details: { excerpt: Array.from({ length: 50 }, () => long) },
      notice: long.slice(0, 500),
      viewer: 'T-X',
      refreshed: Array.from({ length: 60 }, (_, n) => `29:${'x'.repeat(140)}${n}`),
    };
    const card = caseCard({ ...found, summary, closing: { at: AT, by: 'x', outcome: 'solved', note: long } }, view);
    expect(sizeOf(card)).toBeLessThanOrEqual(28 * 1024);
    expect(JSON.stringify(card)).toContain(found.id);
    expect(JSON.stringify(card)).toContain('case.close');
  });

  test('refreshes itself for those it names, and has the buttons of a case for who has it alone', () => {
    const words = (name: string) => JSON.stringify(CARDS[name]);
    expect(CARDS.taken?.refresh).toMatchObject({ action: { type: 'Action.Execute', verb: 'case.brief' }, userIds: ['29:chen'] });
    expect(CARDS.waiting?.refresh).toMatchObject({ userIds: [] });
    for (const verb of ['case.reply', 'case.return', 'case.close', 'case.requeue']) {
      expect(words('taken')).toContain(verb);
      expect(words('taken-seen-by-others')).not.toContain(verb);
      expect(words('taken-by-another')).not.toContain(verb);
    }
    expect(words('taken-seen-by-others')).toContain('case.view');
  });

  test('shows a masked phone as it is masked', () => {
    const card = JSON.stringify(caseCard(filled(), { details: { excerpt: [] } }));
    expect(card).toContain('138＊＊＊＊5678');
    expect(card).not.toContain('13812345678');
  });

  test('holds no link a user has written', () => {
    const card = JSON.stringify(caseCard(filled(), { details: { excerpt: ['客户：[点我](https://evil.example.com)'] } }));
    expect(card).not.toMatch(/\[点我\]\(/);
  });

  test('asks by Action.Execute, each with the case and a verb, and the same by Action.Submit for old clients', () => {
    const actions = Object.values(CARDS).flatMap(
      (card) => JSON.stringify(card).match(/\{"type":"Action\.Execute".*?"fallback":\{.*?\}\}/g) ?? [],
    );
    expect(actions.length).toBeGreaterThan(10);
    for (const words of actions) {
      const { verb, data, title, fallback } = JSON.parse(`${words}}`);
      expect(fallback).toEqual({ type: 'Action.Submit', title, data: { ...data, verb } });
      expect(data.caseId).toBe('DZ20261120-AB2CD-17');
    }
  });

  test.each(QUEUES)('of %s does not offer its own queue to move to, but all others', (queue) => {
    const card = JSON.stringify(caseCard(filled({ queue })));
    expect(card).not.toContain(`"value":"${queue}"`);
    for (const other of QUEUES) if (other !== queue) expect(card).toContain(`"value":"${other}"`);
  });

  test('offers every way a case can end', () => {
    for (const outcome of CLOSING_OUTCOMES) expect(JSON.stringify(CARDS.taken)).toContain(`"value":"${outcome}"`);
  });

  test('in one line tells number, priority, queue, who has it and by when', () => {
    expect(cardText(filled())).toBe('案件DZ20261120-AB2CD-17，P1，到账，排队中，首次响应预计不晚于11-20 14:00。');
  });
});

const LIBRARY = join(__dirname, '../../../node_modules/adaptivecards/dist/adaptivecards.min.js');
const ARTIFACTS = join(__dirname, '../../artifacts/teams');

/** The colours of Teams, as far as they tell light from dark. */
const THEMES = {
  light: { page: '#ffffff', text: '#242424', subtle: '#616161', styles: { emphasis: '#f5f5f5', warning: '#fff4ce', attention: '#fde7e9' } },
  dark: { page: '#1f1f1f', text: '#ffffff', subtle: '#adadad', styles: { emphasis: '#2d2d2d', warning: '#4a3b00', attention: '#4b1d20' } },
} as const;

describeInBrowser('a card, drawn by the adaptivecards package', (executable) => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    browser = await openBrowser(executable);
  }, 60_000);
  afterAll(() => browser?.close());

  async function draw(card: Card, theme: keyof typeof THEMES, width: number): Promise<{ page: Page; faults: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 600 } });
    await page.setContent(
      `<meta charset="utf-8"><body style="margin:12px;background:${THEMES[theme].page};color:${THEMES[theme].text};font-family:sans-serif"><main></main>`,
    );
    await page.addScriptTag({ content: readFileSync(LIBRARY, 'utf8') });
    const faults = await page.evaluate(`(${drawn})(${JSON.stringify(card)}, ${JSON.stringify(THEMES[theme])})`);
    return { page, faults: faults as readonly string[] };
  }

  /** Runs in the page: faults of parsing and of validation; the card goes into `main`. */
  const drawn = `(json, theme) => {
    const { AdaptiveCard, HostConfig, SerializationContext, Versions } = AdaptiveCards;
    const colour = (value) => ({ default: value, subtle: theme.subtle });
    const style = (background) => ({ backgroundColor: background, foregroundColors: { default: colour(theme.text), attention: colour(theme.text) } });
    const card = new AdaptiveCard();
    card.hostConfig = new HostConfig({ fontFamily: 'sans-serif', supportsInteractivity: true, actions: { maxActions: 6, actionsOrientation: 'horizontal', showCard: { actionMode: 'inline' } },
      containerStyles: { default: style(theme.page), emphasis: style(theme.styles.emphasis), warning: style(theme.styles.warning), attention: style(theme.styles.attention) } });
    const context = new SerializationContext(Versions.v1_5);
    card.parse(json, context);
    const faults = Array.from({ length: context.eventCount }, (_, n) => context.getEventAt(n).message);
    const results = card.validateProperties();
    faults.push(...(results.validationEvents ?? []).map((event) => event.message));
    document.querySelector('main').append(card.render());
    return faults;
  }`;

  test.each(Object.keys(CARDS))(
    '%s: no fault of the schema, nothing wider than a phone',
    async (name) => {
      for (const [theme, width] of [
        ['light', 640],
        ['dark', 640],
        ['light', 320],
      ] as const) {
        const { page, faults } = await draw(CARDS[name] ?? {}, theme, width);
        expect(faults).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.screenshot({ path: join(ARTIFACTS, `${name}-${theme}-${width}.png`), fullPage: true });
        await page.close();
      }
    },
    60_000,
  );

  test('a fault of the schema is noticed', async () => {
    const { page, faults } = await draw(
      { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'x', size: 'Huge' }, { type: 'Nothing' }] },
      'light',
      640,
    );
    expect(faults.length).toBeGreaterThan(0);
    await page.close();
  }, 60_000);
});
