import type { Asking } from '../../src/domain/slots';
import { extract } from '../../src/understanding/embedded/extract';
import { normalize } from '../../src/understanding/embedded/normalize';
import { findTimes } from '../../src/understanding/embedded/times';

/** A Wednesday. */
const NOW = '2026-03-04T10:00:00+08:00';
const say = (text: string, now = NOW, asked = false) =>
  findTimes(normalize(text), { now, asked }).map(({ moment }) => [moment?.date, moment?.time, moment?.part].filter(Boolean).join(' '));

describe('days', () => {
  test.each([
    ['昨天', '2026-03-03'],
    ['前天', '2026-03-02'],
    ['大前天', '2026-03-01'],
    ['今天', '2026-03-04'],
    ['昨儿', '2026-03-03'],
    ['尋日', '2026-03-03'],
    ['琴日', '2026-03-03'],
    ['前日', '2026-03-02'],
    ['三天前', '2026-03-01'],
    ['十天前', '2026-02-22'],
    ['一周前', '2026-02-25'],
    ['周五', '2026-02-27'],
    ['周三', '2026-02-25'],
    ['星期一', '2026-03-02'],
    ['礼拜天', '2026-03-01'],
    ['上周五', '2026-02-27'],
    ['上周一', '2026-02-23'],
    ['上周日', '2026-03-01'],
    ['上上周四', '2026-02-19'],
    ['这周二', '2026-03-03'],
    ['上个星期六', '2026-02-28'],
    ['14号', '2026-02-14'],
    ['4号', '2026-03-04'],
    ['31号', '2026-01-31'],
    ['二十八号', '2026-02-28'],
    ['上个月20号', '2026-02-20'],
    ['这个月2号', '2026-03-02'],
    ['2月14号', '2026-02-14'],
    ['12月28日', '2025-12-28'],
    ['十二月三号', '2025-12-03'],
    ['10.8号', '2025-10-08'],
    ['2/28', '2026-02-28'],
    ['2026年2月9日', '2026-02-09'],
    ['2026-02-09', '2026-02-09'],
    ['20260209', '2026-02-09'],
    ['去年11月20号', '2025-11-20'],
    ['国庆那天', '2025-10-01'],
    ['国庆第三天', '2025-10-03'],
    ['国庆前一天', '2025-09-30'],
    ['五一那天', '2025-05-01'],
    ['双十一', '2025-11-11'],
    ['元旦', '2026-01-01'],
    ['圣诞节', '2025-12-25'],
    ['除夕', '2026-02-16'],
    ['春节', '2026-02-17'],
    ['大年初三', '2026-02-19'],
    ['正月十五', '2026-03-03'],
    ['元宵节', '2026-03-03'],
    ['中秋', '2025-10-06'],
    ['端午', '2025-05-31'],
    ['清明', '2025-04-04'],
    ['重阳节', '2025-10-29'],
    ['七夕', '2025-08-29'],
    ['腊月二十八', '2026-02-15'],
    ['农历八月十五', '2025-10-06'],
    ['yesterday', '2026-03-03'],
    ['the day before yesterday', '2026-03-02'],
    ['last Friday', '2026-02-27'],
    ['on Monday', '2026-03-02'],
    ['March 3rd', '2026-03-03'],
    ['3 March', '2026-03-03'],
    ['Feb 28', '2026-02-28'],
    ['two days ago', '2026-03-02'],
  ])('%s is %s', (text, want) => {
    expect(say(text)).toEqual([want]);
  });
});

describe('hours', () => {
  test.each([
    ['昨天下午两点二十', '2026-03-03 14:20'],
    ['昨天14:20', '2026-03-03 14:20'],
    ['昨天下午2点20分', '2026-03-03 14:20'],
    ['昨天14时20分', '2026-03-03 14:20'],
    ['昨天下午三点半', '2026-03-03 15:30'],
    ['昨天下午三点一刻', '2026-03-03 15:15'],
    ['昨天下午差一刻三点', '2026-03-03 14:45'],
    ['昨天下午三点差五分', '2026-03-03 14:55'],
    ['昨天下午三点零五', '2026-03-03 15:05'],
    ['昨天下午三点过五分', '2026-03-03 15:05'],
    ['昨天下午三点整', '2026-03-03 15:00'],
    ['昨天下午三点多', '2026-03-03 15:00'],
    ['前天晚上十一点半', '2026-03-02 23:30'],
    ['昨晚十点半', '2026-03-03 22:30'],
    ['昨晚十二点', '2026-03-04 00:00'],
    ['昨晚一点', '2026-03-04 01:00'],
    ['今天凌晨两点', '2026-03-04 02:00'],
    ['昨天半夜十一点', '2026-03-03 23:00'],
    ['昨天傍晚六点', '2026-03-03 18:00'],
    ['今早九点', '2026-03-04 09:00'],
    ['昨天中午一点', '2026-03-03 13:00'],
    ['昨天中午12点', '2026-03-03 12:00'],
    ['昨天三点', '2026-03-03 15:00'],
    ['昨天九点', '2026-03-03 09:00'],
    ['昨天0点30分', '2026-03-03 00:30'],
    ['3号零点', '2026-03-03 00:00'],
    ['周日晚上十一点零五分', '2026-03-01 23:05'],
    ['琴日下晝三點', '2026-03-03 15:00'],
    ['尋晚九點三個字', '2026-03-03 21:15'],
    ['yesterday 2:20pm', '2026-03-03 14:20'],
    ['yesterday at 14:20', '2026-03-03 14:20'],
    ['3pm on Friday', '2026-02-27 15:00'],
    ['half past two yesterday afternoon', '2026-03-03 14:30'],
    ['昨天 下午 3 点', '2026-03-03 15:00'],
    ['10月8日晚上十一点二十', '2025-10-08 23:20'],
    ['昨天晚上8:05', '2026-03-03 20:05'],
  ])('%s is %s', (text, want) => {
    expect(say(text)).toEqual([want]);
  });
});

describe('parts of the day', () => {
  test.each([
    ['昨天下午', '2026-03-03 afternoon'],
    ['今早', '2026-03-04 morning'],
    ['昨晚', '2026-03-03 evening'],
    ['昨天半夜', '2026-03-03 night'],
    ['前天凌晨', '2026-03-02 dawn'],
    ['大前天中午', '2026-03-01 noon'],
    ['last night', '2026-03-03 evening'],
    ['除夕晚上', '2026-02-16 evening'],
    ['平安夜', '2025-12-24 evening'],
  ])('%s is %s', (text, want) => {
    expect(say(text)).toEqual([want]);
  });
});

test.each([
  ['三点半', '2026-03-03 15:30'],
  ['9点', '2026-03-04 09:00'],
  ['下午', '2026-03-03 afternoon'],
  ['早上', '2026-03-04 morning'],
  ['22:40', '2026-03-03 22:40'],
  ['差一刻三点', '2026-03-03 14:45'],
  ['凌晨三点', '2026-03-04 03:00'],
])('%s alone, when asked, is the latest past one with the day assumed', (text, want) => {
  const found = findTimes(normalize(text), { now: NOW, asked: true });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ dateAssumed: true });
  expect(say(text, NOW, true)).toEqual([want]);
});

test('what was a moment or an hour ago is an instant, about', () => {
  expect(say('半小时前')).toEqual(['2026-03-04 09:30']);
  expect(say('两个半小时前')).toEqual(['2026-03-04 07:30']);
  expect(say('一刻钟前')).toEqual(['2026-03-04 09:45']);
  expect(say('刚才刷的')).toEqual(['2026-03-04 10:00']);
  expect(say('an hour ago')).toEqual(['2026-03-04 09:00']);
  expect(findTimes('半小时前', { now: NOW, asked: false })[0]?.approx).toBe(true);
});

describe('twelve o’clock must be asked unless the words tell', () => {
  test.each(['昨天12点', '昨天十二点半', '12点左右'])('%s', (text) => {
    expect(extract(text, { now: NOW, locale: 'zh-CN', expecting: 'txTime' })).toMatchObject({ ambiguousHour: true });
  });
  test.each(['昨天中午12点', '昨晚十二点', '昨天12:30', '今天12点'])('%s', (text) => {
    expect(extract(text, { now: NOW, locale: 'zh-CN', expecting: 'txTime' }).ambiguousHour).toBeUndefined();
  });
});

describe('what is no time of a sale', () => {
  test.each([
    '有一点慢',
    '快点处理',
    '早一点到账可以吗',
    '差一点忘了',
    '等了三天了',
    '48小时了还没到',
    '两点要求',
    '百分之百',
    '明天能到吗',
    '今天还没到',
    '到今天都没到',
    '说好周五到的',
    '15号才能到？',
    '七月份能到吗',
    '快三点了还没到',
    '涨了两点',
    '前两天',
    '上周吧',
    '国庆期间',
    '一点都不着急',
    '好一点',
    '三点建议',
    '今天一定要到账',
    '昨天打电话给客服',
    '卡前天挂失了',
    '机器是上周三办的pos机',
  ])('%s', (text) => {
    expect(extract(text, { now: NOW, locale: 'zh-CN' }).slots.filter(({ slot }) => slot.endsWith('Time'))).toEqual([]);
  });
});

describe('the sale, the refund and the fee have times of their own', () => {
  test.each([
    ['3月1号买的，3月3号退的货', { txTime: '2026-03-01', refundTime: '2026-03-03' }],
    ['退款三天了，上周五申请的', { refundTime: '2026-02-27' }],
    ['商家说2号就给我退了', { refundTime: '2026-03-02' }],
    ['流量卡费48块，2月18号扣的', { feeTime: '2026-02-18' }],
    ['前天刷的今天还没到', { txTime: '2026-03-02' }],
    ['refund requested on March 2', { refundTime: '2026-03-02' }],
  ])('%s', (text, want) => {
    const times = extract(text, { now: NOW, locale: 'zh-CN' }).slots.flatMap(({ slot, value }) =>
      typeof value === 'object' ? [[slot, value.date]] : [],
    );
    expect(Object.fromEntries(times)).toEqual(want);
  });
});

test('a correction keeps the later day and says so', () => {
  const asked = (text: string, expecting: Asking) => extract(text, { now: NOW, locale: 'zh-CN', expecting }).slots;
  expect(asked('不是昨天，是前天', 'confirm')).toEqual([
    expect.objectContaining({ slot: 'txTime', value: { date: '2026-03-02' }, correction: true }),
  ]);
  expect(asked('哦不对 应该是下午4点', 'confirm')).toEqual([
    expect.objectContaining({ value: { date: '2026-03-03', time: '16:00' }, correction: true, dateAssumed: true }),
  ]);
});

test('a festival a few days ahead is not last year’s', () => {
  expect(say('端午那天刷的', '2026-06-12T10:00:00+08:00')).toEqual(['']);
  expect(say('端午那天刷的', '2026-06-22T10:00:00+08:00')).toEqual(['2026-06-19']);
});
