import { formatFen, parseYuan } from '../../src/domain/money';

describe('money', () => {
  test.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [128_000, '¥1,280.00'],
    [100_000, '¥1,000.00'],
    [99_999, '¥999.99'],
    [123_456_789_01, '¥123,456,789.01'],
    [-50, '-¥0.50'],
  ])('%d fen read %s', (amount, text) => {
    expect(formatFen(amount)).toBe(text);
  });

  test.each([
    ['1280', 128_000],
    ['1280.5', 128_050],
    ['1,280.00', 128_000],
    ['0.01', 1],
    [' 3.20 ', 320],
    ['1,234,567.89', 123_456_789],
  ])('%s is a sum', (text, amount) => {
    expect(parseYuan(text)).toBe(amount);
  });

  test.each(['', '1.234', '-1', '+1', '1e3', '1,28', '12,80.00', '.5', '1.', '一百', '¥1', '1 280', '9999999999', '0x10', 'NaN'])(
    '%j is none',
    (text) => {
      expect(parseYuan(text)).toBeUndefined();
    },
  );

  test('what is formatted reads back as the same sum', () => {
    for (let amount = 1; amount < 99_999_999; amount += 77_773) expect(parseYuan(formatFen(amount).slice(1))).toBe(amount);
  });
});
