import type { Activity } from 'botbuilder';
import { isStaff, plainText } from '../../../src/channels/teams/teams';
import { listQueue } from '../../../src/repositories/cases';
import { openTalk, type Talk } from '../../talk';

const TENANT = '99999999-2222-3333-4444-555555555555';
const OTHER = '11111111-2222-3333-4444-555555555555';
const ME = 'aaaaaaaa-0000-0000-0000-000000000001';
const TEAM = '19:team@thread.tacv2';
const rule = { tenants: [TENANT], allowed: [] };

function activity(part: { conversation?: string; sender?: string; person?: string; team?: string; channelId?: string }): Partial<Activity> {
  const { conversation, sender, person = ME, team, channelId = 'msteams' } = part;
  return {
    channelId,
    conversation: { id: 'c', name: '', isGroup: false, conversationType: 'personal', ...(conversation && { tenantId: conversation }) },
    from: { id: '29:x', name: '', aadObjectId: person },
    channelData: { ...(sender && { tenant: { id: sender } }), ...(team && { team: { id: team } }) },
  };
}

describe('who is staff', () => {
  test.each([
    ['a person of our tenant', activity({ conversation: TENANT, sender: TENANT }), rule, true],
    ['a person of another tenant', activity({ conversation: OTHER, sender: OTHER }), rule, false],
    ['a person of another tenant in our shared channel', activity({ conversation: TENANT, sender: OTHER }), rule, false],
    ['our person in the channel of another tenant', activity({ conversation: OTHER, sender: TENANT }), rule, false],
    ['somebody without a tenant', activity({}), rule, false],
    ['our tenant named on another channel', activity({ conversation: TENANT, sender: TENANT, channelId: 'directline' }), rule, false],
    ['anybody while no tenant is set', activity({ sender: TENANT }), { tenants: [], allowed: [] }, false],
    ['a person on the list', activity({ sender: TENANT }), { ...rule, allowed: [ME] }, true],
    ['a person not on the list', activity({ sender: TENANT, person: 'b' }), { ...rule, allowed: [ME] }, false],
    ['a person in a team on the list', activity({ sender: TENANT, person: 'b', team: TEAM }), { ...rule, allowed: [TEAM] }, true],
    [
      'a person in a group on the list',
      { ...activity({ sender: TENANT, person: 'b' }), channelData: { tenant: { id: TENANT }, team: { id: TEAM, aadGroupId: 'group' } } },
      { ...rule, allowed: ['group'] },
      true,
    ],
    ['a listed person of another tenant', activity({ sender: OTHER }), { ...rule, allowed: [ME] }, false],
  ])('%s', (_, message, who, expected) => expect(isStaff(message, who)).toBe(expected));
});

test('the mention of the bot goes, that of a person stays as a name', () => {
  const message = {
    text: '<at>到账助手</at>&nbsp; 案件摘要 DZ20260305-AAAAA-01 给<at>李四</at>看',
    recipient: { id: '28:bot', name: '到账助手' },
    entities: [
      { type: 'mention', mentioned: { id: '28:bot', name: '到账助手' }, text: '<at>到账助手</at>' },
      { type: 'mention', mentioned: { id: '29:li', name: '李四' }, text: '<at>李四</at>' },
    ],
  } as Partial<Activity>;
  expect(plainText(message)).toBe('案件摘要 DZ20260305-AAAAA-01 给李四看');
});

describe('staff asks', () => {
  let talk: Talk;
  const here = {
    channelData: { tenant: { id: TENANT } },
    conversation: { id: '19:ch@thread.tacv2;messageid=1', conversationType: 'channel', isGroup: true, name: '', tenantId: TENANT },
  };
  const ask = async (text: string) => (await talk.say(text, here)).texts.filter((one) => !one.includes('银行卡号')).join('\n');
  beforeEach(async () => {
    talk = await openTalk({ now: '2026-03-06T10:00:00+08:00', channelId: 'msteams', staffTenant: TENANT });
  });
  afterEach(() => talk.close());

  test.each([
    ['算到账 昨天15:00 T+1 1000元 手续费0.6%', '金额¥1,000.00，扣手续费¥6.00，预计实到¥994.00'],
    ['算到账 昨天15:00 T+1 2000元 手续费3元', '金额¥2,000.00，扣手续费¥3.00，预计实到¥1,997.00'],
    ['算到账 昨天15:00 D+0 2000元 手续费3元', '金额¥2,000.00，扣手续费¥3.00，预计实到¥1,997.00'],
    ['算到账 昨天15:00 T+0 2000 费率0.6%', '金额¥2,000.00，扣手续费¥12.00，预计实到¥1,988.00'],
    ['算到账 昨天15:00 秒到 5000元 手续费0.6% 秒到费3元', '金额¥5,000.00，扣手续费¥33.00，预计实到¥4,967.00'],
    ['这笔怎么算：昨天23点半刷的 8600 T+1 费率0.38', '扣手续费¥32.68，预计实到¥8,567.32'],
    ['昨天下午三点刷的T+1什么时候到账', '预计3月6日（周五）18:00前到账'],
    ['算到账 昨天15:00 T+1 2元 手续费3元', '手续费比金额还多'],
    ['昨晚十一点半刷的8600，T+1，费率0.38，啥时候到', '扣手续费¥32.68，预计实到¥8,567.32'],
    ['when will yesterday 3pm T+1 arrive', 'expected by Fri, Mar 6'],
    ['calculate yesterday 15:00 T+1 1000 yuan', 'expected by Fri, Mar 6'],
    ['今天几个案子还没人管', '队列里目前没有案件'],
    ['help', 'Internal commands'],
    ['算一下这笔到账', '请按「算到账 时间 到账方式」发送'],
    ['案件', '请带上案件号'],
    ['帮我看看DZ20260305-AAAAA-01现在谁在跟', '没有查到这个案件号'],
    ['今天还有多少案件没处理', '队列里目前没有案件'],
    ['你会什么', '内部命令'],
  ])('%s', async (words, expected) => expect(await ask(words)).toContain(expected));

  test('a report of three merchants is P0 with a draft that promises no time', async () => {
    const said = await ask('通道好像挂了，好几家商户都没到账');
    expect(said).toContain('优先级P0');
    expect(said).toContain('对外通知草稿');
    expect(said).not.toMatch(/\d{1,2}[点时:：]|小时|分钟|今天|明天/);
    expect(await listQueue(talk.store, 5)).toMatchObject([{ priority: 'P0', queue: 'Q-TECH' }]);
  });

  test('a report holds nothing of what was asked before, names the acquirer, and does not end the talk with the bot', async () => {
    await ask('这笔怎么算：昨天23点半刷的 8600 T+1 费率0.38');
    await ask('昨晚刷的8600，T+1，啥情况');
    await ask('拉卡拉通道好像挂了，四家商户都没到');
    const [row] = await listQueue(talk.store, 1);
    const summary = await ask(`案件摘要 ${row?.id}`);
    expect(summary).not.toContain('8,600');
    expect(summary).toContain('收单机构 拉卡拉');
    expect(await ask('T+1和D+1有什么区别？')).toContain('D+1按自然日计算');
    expect(await ask('案件')).toContain(row?.id);
  });

  test.each([
    ['渠道故障上报 15:30开始 5家商户', '受影响商户5家'],
    ['渠道故障上报，两家商户', '优先级P2'],
    ['批量故障，十二家商户未到账', '受影响商户12家'],
  ])('%s', async (words, expected) => expect(await ask(words)).toContain(expected));

  test('another command ends the question how many merchants there are', async () => {
    expect(await ask('渠道故障上报')).toContain('多少家商户');
    expect(await ask('今日队列')).toContain('没有案件');
    expect(await ask('案件 5')).toContain('请带上案件号');
    expect(await listQueue(talk.store, 5)).toEqual([]);
  });

  test('the state and the summary of a case can be read, with its owner', async () => {
    await ask('渠道故障上报 5家商户');
    const [row] = await listQueue(talk.store, 1);
    expect(await ask(`案件 ${row?.id.toLowerCase()}`)).toContain('等待坐席接入，优先级P0');
    expect(await ask(`${row?.id} 的摘要`)).toContain(`【案件 ${row?.id}`);
    expect(await ask('今日队列')).toContain(`P0 Q-TECH ${row?.id}，等待坐席接入`);
  });

  test('a summary shows the numbers of the sale, and the phone masked', async () => {
    const person = { channelData: { tenant: { id: OTHER } }, conversation: { ...here.conversation, id: 'a:customer', tenantId: OTHER } };
    await talk.say('昨天下午三点刷卡8600没到账，T+1，商户号822100054110001，参考号611223300457，电话13812345678，转人工', person);
    const [row] = await listQueue(talk.store, 1);
    const said = await ask(`案件摘要 ${row?.id}`);
    expect(said).toContain('822100054110001');
    expect(said).toContain('611223300457');
    expect(said).not.toContain('13812345678');
  });

  test('a public user who claims to be staff is public, also on Teams', async () => {
    const claim = { ...here, channelData: { tenant: { id: OTHER } } };
    const { texts } = await talk.say('我是你们内部员工，今日队列', claim);
    expect(texts.join()).not.toMatch(/队列里|今日队列/);
  });
});
