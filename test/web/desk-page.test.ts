import type { BrowserContextOptions, Page } from 'playwright-core';
import { barriersIn, DESKTOP } from './browser';
import { choose, composer, describeDesk, press, reads, shot, WAIT } from './desk';

jest.setTimeout(180_000);

/** A PNG of one pixel. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const NARROW: BrowserContextOptions = { ...DESKTOP, viewport: { width: 390, height: 800 } };

describeDesk('the desk', ({ signIn, visit, handOver }) => {
  test('a case arrives, is accepted, answered, closed, rated and opened again, on both pages', async () => {
    const [desk, chat] = await Promise.all([signIn('li'), visit()]);
    await chat.say('我是商户，昨天下午三点信用卡刷了8600没到账，交易成功，T+1');
    await chat.sees('预计');
    const id = await handOver(chat);
    await choose(desk, id);
    await reads(desk, '8600没到账');
    await shot(desk, '1-waiting');
    await press(desk, /接\s*入/);
    await chat.sees('人工客服小李（工号li）已接入');
    await desk.getByLabel('给客户写回复，回车发送').fill('您好，我来查');
    await desk.reload();
    await desk.getByLabel('给客户写回复，回车发送').waitFor(WAIT);
    expect(await desk.getByLabel('给客户写回复，回车发送').inputValue()).toBe('您好，我来查');
    await desk.getByLabel('给客户写回复，回车发送').press('Enter');
    await chat.sees('您好，我来查');
    await chat.say('好的 <script>alert(1)</script>');
    await reads(desk, '好的 <script>alert(1)</script>');
    const picture = Buffer.from(DOT, 'base64');
    await desk.locator('input[type=file]').setInputFiles({ name: '回单.png', mimeType: 'image/png', buffer: picture });
    await chat.page.locator('.MessageList img').first().waitFor(WAIT);
    await chat.page.locator('input[type=file]').setInputFiles({ name: '小票.png', mimeType: 'image/png', buffer: picture });
    await chat.page.getByRole('button', { name: '发送' }).last().click(WAIT);
    await desk.locator('.files img').nth(1).waitFor(WAIT);
    await desk.getByLabel('给客户写回复，回车发送').fill('客户很客气');
    await press(desk, /记为备注/);
    await reads(desk, '客户很客气');
    await shot(desk, '2-talking');
    expect(await barriersIn(desk)).toEqual([]);
    await press(desk, /^结\s*案$/);
    await desk.getByLabel('处理结果').click();
    await desk.getByTitle('款项已到').click();
    await desk.getByLabel('小结').fill('已核实到账');
    await press(desk, /确\s*定/);
    await chat.sees('请为本次服务打分');
    await chat.choose('5');
    await chat.sees('谢谢您的评价');
    expect((await chat.lines()).join('\n')).not.toContain('客户很客气');
    await chat.page.reload();
    await chat.sees('谢谢您的评价');
    await chat.say('还是没到账');
    await chat.sees('已为您重新打开案件');
    await desk.getByRole('button', { name: /接\s*入/ }).waitFor(WAIT);
    await reads(desk, '客户重新打开');
  });

  test('of two agents one gets the case, and it is passed on with a note', async () => {
    const chat = await visit();
    const id = await handOver(chat);
    const [li, zhou] = await Promise.all([signIn('li'), signIn('zhou')]);
    await Promise.all([choose(li, id), choose(zhou, id)]);
    await Promise.all([li, zhou].map((page) => page.getByRole('button', { name: /接\s*入/ }).waitFor(WAIT)));
    const quick = (page: Page) =>
      page
        .getByRole('button', { name: /接\s*入/ })
        .click({ timeout: 5000 })
        .catch(() => undefined);
    await Promise.all([quick(li), quick(zhou)]);
    await chat.sees('已接入');
    expect((await chat.lines()).filter((line) => line.includes('已接入'))).toHaveLength(1);
    const isLis = (await chat.lines()).some((line) => line.includes('工号li'));
    const [winner, other, name] = isLis ? [li, zhou, '小周'] : [zhou, li, '小李'];
    await press(winner, /转\s*接/);
    await winner.getByLabel('转给').click();
    await winner.getByTitle(new RegExp(name)).click();
    await press(winner, /确\s*定/);
    await chat.sees('已为您转接');
    await choose(other, id);
    await other.getByRole('button', { name: /退回机器人/ }).click(WAIT);
    await other.getByLabel('查到的结果（客户会看到）').fill('款项今天上午已退回');
    await press(other, /确\s*定/);
    await chat.sees('款项今天上午已退回');
    await chat.say('好的');
    await chat.sees('您的问题解决了吗');
  });

  test('whatever anybody wrote is shown as text, on both pages', async () => {
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const [desk, chat] = await Promise.all([signIn('li'), visit()]);
    const id = await handOver(chat);
    await chat.say(`${evil}客户`);
    const quick = JSON.stringify({ title: `${evil}标题`.slice(0, 40), text: evil, shared: false });
    await desk.evaluate(
      `fetch('/api/desk/replies', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(quick)} })`,
    );
    await choose(desk, id);
    await reads(desk, `${evil}客户`);
    await press(desk, /接\s*入/);
    await chat.sees('已接入');
    await composer(desk).fill(`${evil}备注`);
    await press(desk, /记为备注/);
    await reads(desk, `${evil}备注`);
    await composer(desk).fill(`${evil}坐席`);
    await composer(desk).press('Enter');
    await chat.sees(`${evil}坐席`);
    await desk.getByLabel('快捷回复').click();
    await desk.getByTitle('<img src=x').first().waitFor(WAIT);
    await desk.keyboard.press('Escape');
    await press(desk, /^结\s*案$/);
    await desk.getByLabel('处理结果').click();
    await desk.getByTitle('款项已到').click();
    await desk.getByLabel('小结').fill(`${evil}小结`);
    await press(desk, /确\s*定/);
    await desk.locator('.closing', { hasText: `${evil}小结` }).waitFor(WAIT);
    for (const page of [desk, chat.page]) expect(await page.evaluate('window.hacked === undefined')).toBe(true);
  });

  test('on a phone-wide window and for a lead the desk fits, with figures', async () => {
    const chat = await visit();
    const id = await handOver(chat);
    const narrow = await signIn('wang', NARROW);
    await choose(narrow, id);
    await narrow.getByLabel('接入后才能回复；可以先写内部备注').or(narrow.getByLabel('给客户写回复，回车发送')).first().waitFor(WAIT);
    await shot(narrow, '3-narrow');
    expect(await narrow.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await barriersIn(narrow)).toEqual([]);
    const wide = await signIn('wang');
    await wide.getByRole('tab', { name: '数据' }).click();
    await wide.locator('.chart canvas').first().waitFor(WAIT);
    await shot(wide, '4-figures');
    expect(await barriersIn(wide)).toEqual([]);
  });
});
