import { extract } from '../../src/understanding/embedded/extract';
import { MAX_LENGTH, normalize } from '../../src/understanding/embedded/normalize';
import { fastest } from '../fastest';

const LENGTH = 2000;
/** Generous: machines are noisy; unhindered each takes a few ms. A pattern that is not linear takes seconds. */
const LIMIT_MS = 50;
const fill = (unit: string): string => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);

const UNITS = [
  '1',
  '一',
  '1 ',
  '1,111,',
  '千百十万',
  '一千一百',
  '零',
  '3块5',
  '1k',
  '¥',
  '9.9',
  '三点',
  '三点半下午',
  '3月3日',
  '3/3/',
  '3.3.',
  '12:30:',
  '半小时前',
  '周五',
  '昨天',
  '国庆',
  '初一',
  '差一刻',
  '昨\u200b天\u202e',
  '１２３，',
  '①②③',
  '((((',
  '[尾号',
  '[已隐藏]',
  'a\u0301\u0301',
  'ﷺ',
  ' ',
  '\n',
  '，',
  '的',
  'a',
  'a ',
  'x1',
  'dz20260304-',
  '商户号是',
  '参考号',
  '尾号',
  '单号是',
  '138****',
  '-',
  '_*@|',
  '我也',
  '我也不知道',
  '嗯',
  '是',
  '不',
  '没有',
  '请帮我',
  '转人工',
  '取消',
  '查进度',
  '客服要验证码',
  '说没收到',
  '退款没到',
  '扣了',
  '卡被冻结',
  '钱在余额',
  '费率是',
  '手续费',
  '还没到账',
  '顾客说',
  '店家说',
  '打款方是',
  '只到',
  '应该',
  '不是1',
  '有没有',
  'my card was charged ',
  'the shop says ',
  'i ',
  'on friday at 3pm ',
  '昨天下午三点刷了1200没到账，尾号1234，',
  '一二三四五六七八九十',
  '两三',
  't+1',
  '0.6%',
  '千分之六',
  '万',
  '点',
  '号',
];

test.each(UNITS)('2,000 characters of %j are read in time', async (unit) => {
  const text = fill(unit);
  for (const expecting of ['txTime', 'amount', 'merchantNo', 'hasSlip'] as const) {
    const read = () => extract(text, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN', expecting });
    expect([expecting, (await fastest(LIMIT_MS, read)) <= LIMIT_MS]).toEqual([expecting, true]);
  }
});

test('a message of ordinary length takes a few milliseconds', async () => {
  const text =
    '昨天下午三点二十左右有个顾客在我店里用招行信用卡刷了一笔一千二百八，机器上显示交易成功小票也打出来了，我是T+1的，到今天都没到账，参考号611223300457，尾号1234，麻烦看看';
  expect(await fastest(5, () => extract(text, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }))).toBeLessThanOrEqual(5);
});

test('any code unit may stand anywhere without a throw', () => {
  for (let code = 0; code < 0x10000; code += 61) {
    const char = String.fromCharCode(code);
    expect(() =>
      extract(`昨天${char}3${char}点刷了${char}1${char}200`, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }),
    ).not.toThrow();
  }
});

test('only the first 2,000 characters are considered', () => {
  const long = `${'的'.repeat(MAX_LENGTH)}昨天刷了1200`;
  expect(extract(long, { now: '2026-03-04T10:00:00+08:00', locale: 'zh-CN' }).slots).toEqual([]);
});

describe('text is brought to one form', () => {
  test.each([
    ['尋日下晝三點碌咗１,２００蚊', '昨天下午三点刷了1,200块'],
    ['￥１，２８０．００', '¥1,280.00'],
    ['泼斯机刷卡没到帐', 'pos机刷卡没到账'],
    ['wx扫码，zfb', '微信扫码, 支付宝'],
    ['昨 天 刷 卡 没 到 账', '昨天刷卡没到账'],
    ['昨\u200b天\u202e刷卡', '昨天刷卡'],
    ['系统自动结算联系', '系统自动结算联系'],
    ['怎么什么那么', '怎么什么那么'],
    ['三点解决', '三点解决'],
  ])('%s becomes %s', (text, want) => {
    expect(normalize(text)).toBe(want);
  });
});
