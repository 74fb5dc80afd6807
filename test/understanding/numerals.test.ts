import { numeralAt, smallNumber } from '../../src/understanding/embedded/numerals';

describe('a numeral is read to its value', () => {
  test.each([
    ['三千五百八', 3580],
    ['3千5', 3500],
    ['2万3', 23000],
    ['一万零八十', 10080],
    ['5w', 50000],
    ['1.2w', 12000],
    ['3k', 3000],
    ['3k5', 3500],
    ['2w3', 23000],
    ['1个w', 10000],
    ['两万三', 23000],
    ['二百五', 250],
    ['千二', 1200],
    ['百八', 180],
    ['一千零五', 1005],
    ['一千零五十', 1050],
    ['1.5万', 15000],
    ['1万零5百', 10500],
    ['三点五万', 35000],
    ['5万2千8百', 52800],
    ['1万2', 12000],
    ['十二', 12],
    ['二十', 20],
    ['一百零八', 108],
    ['三千五百八十六', 3586],
    ['一万三千五百八十六', 13586],
    ['1,280', 1280],
    ['12,800.50', 12800.5],
    ['99.9', 99.9],
    ['两千零八十', 2080],
    ['伍仟贰佰', 5200],
    ['叁仟陆佰', 3600],
    ['壹万贰仟', 12000],
    ['九十九', 99],
    ['一亿', 1e8],
    ['六百六', 660],
    ['一百一', 110],
    ['10万', 100000],
  ])('%s is %d', (words, value) => {
    expect(numeralAt(words, 0)?.value).toBe(value);
  });
});

test('digits spoken one by one keep their leading zeros', () => {
  expect(numeralAt('零零二三', 0)?.digits).toBe('0023');
  expect(numeralAt('幺二八零', 0)?.value).toBe(1280);
});

test.each(['三四千', '两三万', '七八百', '一两百', '三五百', '十几', '几千', '好几万', '几百', '二十几块'])(
  '%s is a range without a value',
  (words) => {
    expect(numeralAt(words, 0)).toMatchObject({ range: true, value: undefined });
  },
);

test.each(['三千多', '三千来块', '百来块', '五十多', '1000多', '两百余元'])('%s is said as about', (words) => {
  expect(numeralAt(words, 0)?.approx).toBe(true);
});

test.each(['千万别', '百分', '万一', '亿', '的', ''])('%s is no numeral', (words) => {
  expect(numeralAt(words, 0)).toBeUndefined();
});

test('廿三 and 23 are the same small number, words around it make it none', () => {
  expect([smallNumber('廿三'), smallNumber('23'), smallNumber('二十三'), smallNumber('23号')]).toEqual([23, 23, 23, undefined]);
});
