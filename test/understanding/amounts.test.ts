import type { Asking } from '../../src/domain/slots';
import { findAmounts } from '../../src/understanding/embedded/amounts';
import { extract } from '../../src/understanding/embedded/extract';
import { normalize } from '../../src/understanding/embedded/normalize';

const NOW = '2026-03-04T10:00:00+08:00';
const read = (text: string, expecting?: Asking) => extract(text, { now: NOW, locale: 'zh-CN', ...(expecting ? { expecting } : {}) });
const moneyIn = (text: string, slot: string, expecting?: Asking) =>
  read(text, expecting).slots.find((mention) => mention.slot === slot)?.value;

describe('every written and spoken form of money becomes fen', () => {
  test.each([
    ['三块五毛', 350],
    ['三块五', 350],
    ['九块九', 990],
    ['3280块5', 328050],
    ['￥１，２８０．００', 128000],
    ['¥680.5', 68050],
    ['十二块五毛', 1250],
    ['八毛', 80],
    ['5角', 50],
    ['八十八块八', 8880],
    ['99块零5分', 9905],
    ['120块5毛5', 12055],
    ['一千二百八十块零五毛', 128050],
    ['1,280.50元', 128050],
    ['rmb 3000', 300000],
    ['人民币8,600.00元', 860000],
    ['200蚊', 20000],
    ['三百二十块钱', 32000],
    ['五十元整', 5000],
    ['二十来块', 2000],
    ['一万零八十元', 1008000],
    ['3000刀', 300000],
    ['5千6', 560000],
    ['8分钱', 8],
  ])('%s is %d fen', (text, fen) => {
    expect(findAmounts(normalize(text))[0]?.fen).toBe(fen);
  });
});

describe('a figure that is no money is left out', () => {
  test.each([
    '一分钱都没到',
    '一毛钱没给我',
    '有一点慢',
    '等了三天',
    '48小时了',
    '24小时客服在哪',
    '打12363投诉',
    '95516打不通',
    '尾号1234的卡',
    '电话13812345678',
    '百分之百的问题',
    '我30岁',
    '打九折',
    '6张桌子',
    '三个月前开的店',
    '第2次问了',
    '有效期到28年',
    '我有2台机器',
    '万一不到呢',
    '千万别忘',
    '十有八九',
    '一来二去',
    '三番五次',
    '一块儿去的',
    '一楼的店',
    '两千四百港币',
    '5分钟回我',
    '2024年办的',
    '参考号611223300457',
  ])('%s', (text) => {
    expect(moneyIn(text, 'amount')).toBeUndefined();
  });
});

describe('what a sum is the amount of', () => {
  test.each([
    ['刷了1000只到994', { amount: 100000, netAmount: 99400 }],
    ['应到5000实到4700', { amount: 500000, netAmount: 470000 }],
    ['收了3块秒到费', { instantFee: 300 }],
    ['一千块到手994还扣我3块秒到', { amount: 100000, netAmount: 99400, instantFee: 300 }],
    ['扣了我299激活费', { amount: 29900 }],
    ['刷5000扣了38手续费', { amount: 500000 }],
    ['正常应该到账9940，结果只有9640', { amount: 994000, netAmount: 964000 }],
    ['一万块扣完到手9937', { amount: 1000000, netAmount: 993700 }],
    ['单笔限额5万，我刷了3000没到', { amount: 300000 }],
    ['余额里有5000，昨天刷的800没到', { amount: 80000 }],
    ['本来该收80刷成了800', { amount: 80000 }],
  ])('%s', (text, want) => {
    const money = Object.fromEntries(
      read(text)
        .slots.filter(({ slot }) => ['amount', 'netAmount', 'instantFee'].includes(slot))
        .map(({ slot, value }) => [slot, value]),
    );
    expect(money).toEqual(want);
  });
});

describe('several sales are kept apart and their total is the amount', () => {
  test.each([
    ['三笔都是500没到', 150000, [50000, 50000, 50000]],
    ['昨天1200今天800都没到', 200000, [120000, 80000]],
    ['有三笔没到，分别是200、350、1080', 163000, [20000, 35000, 108000]],
    ['一笔1980一笔2300都没到', 428000, [198000, 230000]],
    ['刷了1200和900', 210000, [120000, 90000]],
    ['three transactions of 200 each', 60000, [20000, 20000, 20000]],
    ['1月3日有三笔未入账，分别为1,200.00、3,450.50、980.00元，合计5,630.50元', 563050, [120000, 345050, 98000]],
  ])('%s', (text, total, parts) => {
    const found = read(text);
    expect(found.slots.find(({ slot }) => slot === 'amount')?.value).toBe(total);
    expect(found.transactions.map(({ amount }) => amount)).toEqual(parts);
  });

  test('each sale has the day said with it', () => {
    expect(read('昨天1200今天800都没到').transactions).toEqual([
      { amount: 120000, txTime: { date: '2026-03-03' } },
      { amount: 80000, txTime: { date: '2026-03-04' } },
    ]);
  });

  test('more than five are cut to five', () => {
    expect(read('分别是100、200、300、400、500、600、700没到').transactions).toHaveLength(5);
  });

  test('the same sum debited twice is one sale', () => {
    expect(read('被扣了两次888')).toMatchObject({ transactions: [], signals: expect.arrayContaining(['doubleCharge']) });
  });
});

describe('a correction keeps the last value and says so', () => {
  test.each([
    ['不对，是6080', 608000],
    ['打错了，金额是3200', 320000],
    ['应该是3200不是2300', 320000],
    ['不是1980，是1890', 189000],
    ['我打错字了 18000不是1800', 1800000],
    ['说错了，改成2600', 260000],
    ['刷了1200，不对，是1500', 150000],
    ["sorry, it's 3200 not 2300", 320000],
  ])('%s', (text, fen) => {
    expect(read(text).slots.find(({ slot }) => slot === 'amount')).toMatchObject({ value: fen, correction: true });
  });
});

describe('a range asks for the exact figure', () => {
  test.each(['三四千吧', '3000到4000', '3000-4000块', '几千块', '两三百', '十几万', '四千到五千之间', '三、四千'])('%s', (text) => {
    expect(read(text, 'amount')).toMatchObject({ amountRange: true });
    expect(moneyIn(text, 'amount', 'amount')).toBeUndefined();
  });
});

test.each(['大概三千', '三千左右', '三千多', '差不多3000块', 'about 3000', '3000块上下'])('%s is approximate', (text) => {
  expect(read(text, 'amount').slots.find(({ slot }) => slot === 'amount')).toMatchObject({ value: 300000, approx: true });
});

test('a lone figure answers the question about money that was asked', () => {
  expect(moneyIn('994', 'netAmount', 'netAmount')).toBe(99400);
  expect(moneyIn('三块', 'instantFee', 'instantFee')).toBe(300);
  expect(moneyIn('幺二八零', 'amount', 'amount')).toBe(128000);
});
