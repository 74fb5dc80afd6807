import { splitMatters } from '../../src/understanding/embedded/matters';

test.each([
  ['店里昨天刷卡1500没到账，还有我前天淘宝退货200没退回来', '我前天淘宝退货200没退回来'],
  ['机器上个月扣了我60流量费 另外昨天收的2300也没到账', '昨天收的2300也没到账'],
])('two matters of different kinds are taken one after the other: %s', (text, later) => {
  expect(splitMatters(text).later).toBe(later);
});

test.each([
  '昨天1200没到，还有一笔500也没到账',
  '昨天刷的1200没到账 还有就是急用',
  '昨天1200没到账，另外有人让我报验证码退款500',
  '退货456没到账 顺便问下几天',
  '还有',
])('everything else is one matter: %s', (text) => {
  expect(splitMatters(text)).toEqual({ now: text });
});
