import type { Browser } from 'playwright-core';
import { findCase, listQueue } from '../../../src/repositories/cases';
import { describeInBrowser, openBrowser } from '../../web/browser';
import { openPlayground, PLAYGROUND_TENANT, type Playground } from './playground';
import { openTeamsWorld, type TeamsWorld } from './world';

describeInBrowser("Microsoft's Agents Playground", (executable) => {
  let browser: Browser;
  let world: TeamsWorld;
  let playground: Playground;
  beforeAll(async () => {
    browser = await openBrowser(executable);
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    await playground.close();
    await world.close();
  });

  async function open(options: Parameters<typeof openTeamsWorld>[0]): Promise<void> {
    world = await openTeamsWorld({ ...options, anonymous: true });
    playground = await openPlayground(browser, world.url);
  }
  /** The case of the web page's customer. */
  async function openCase(): Promise<string> {
    await world.customer('刷卡8600没到账，转人工');
    world.heard();
    return (await listQueue(world.store, 1))[0]?.id ?? '';
  }
  /** The button answers at once, and the message is changed for everybody a moment later. */
  async function accept(): Promise<void> {
    await playground.press('接受');
    await playground.sees('Alex Wilber处理中');
    await world.settle();
  }
  async function customerHears(words: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (world.heard().includes(words)) return;
      await playground.page.waitForTimeout(50);
    }
    throw new Error(`the customer never heard: ${words}`);
  }

  test('a customer comes to a date in a personal chat, and then to a person', async () => {
    await open({});
    await playground.sees('请不要发送完整卡号');
    await playground.say('刚才刷卡8600没到账');
    await playground.press('我是商户（收款方）');
    await playground.sees('不清楚');
    await playground.say('信用卡');
    await playground.sees('已撤销或已退款');
    await playground.shot('choices');
    await playground.say('成功');
    await playground.sees('D+0或秒到');
    await playground.say('T+1');
    await playground.sees('还在正常的结算时间内');
    await playground.say('转人工');
    await playground.sees('已为您转人工');
    await playground.shot('customer');
    expect(await listQueue(world.store, 5)).toMatchObject([{ channel: 'msteams', owner: 'queue' }]);
    expect(playground.errors).toEqual([]);
  }, 90_000);

  test('an agent asks, takes a case by its card in a personal chat, answers and closes it by its forms', async () => {
    await open({ tenants: [PLAYGROUND_TENANT] });
    await playground.say('算到账 昨天15:00 T+1 1000元 手续费0.6%');
    await playground.sees('预计实到¥994.00');
    await playground.say('今日队列');
    await playground.sees('队列里目前没有案件');
    await playground.say('接收案件');
    await playground.sees('新案件会发到这里');
    const id = await openCase();
    await accept();
    await playground.sees('回复客户');
    await playground.shot('taken');
    expect(world.heard().join()).toContain('人工客服Alex Wilber');
    await playground.press('查看');
    await playground.sees('刷卡8600没到账，转人工');
    await playground.shot('open');
    await playground.form({ open: '回复客户', hint: '写给客户的话', send: '发送' }, '您好，正在为您核实');
    await customerHears('您好，正在为您核实');
    await playground.form({ open: '结案', hint: '小结', send: '确定' }, '款项已到账');
    await playground.sees('已办结');
    await playground.shot('closed');
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'closed', closing: { note: '款项已到账' } });
    expect(playground.errors).toEqual([]);
  }, 90_000);

  test('a channel receives cases, and in the thread of a card who has it writes with the customer', async () => {
    await open({ tenants: [PLAYGROUND_TENANT] });
    await playground.enter('My Team - General');
    await playground.mention('接收案件');
    await playground.sees('新案件会发到这里');
    const id = await openCase();
    await accept();
    await world.customer('在吗，急用钱');
    await playground.sees('客户：在吗，急用钱');
    await playground.mention('您好，我来处理', id);
    await customerHears('您好，我来处理');
    await playground.mention('结案 已解决 已告知到账时间', id);
    await playground.sees('已办结');
    await playground.shot('channel');
    expect(await findCase(world.store, id)).toMatchObject({ owner: 'closed', closing: { outcome: 'solved' } });
    expect(playground.errors).toEqual([]);
  }, 90_000);

  test('the search of the message box finds a case and inserts its card', async () => {
    await open({ tenants: [PLAYGROUND_TENANT] });
    const id = await openCase();
    await playground.press('Trigger Message Extension App');
    await playground.page.getByText('Search Command').click();
    await playground.fill('Enter a search term', '8600');
    await playground.page.getByText(id).last().click();
    await playground.page.getByRole('textbox').last().press('Enter');
    await playground.sees('排队中');
    await playground.press('查看');
    await playground.sees('刷卡8600没到账，转人工');
    await playground.shot('search');
    expect(playground.errors).toEqual([]);
  }, 90_000);
});
