import { cell, tableOf } from './tables';

describe('the tables of the domain reference', () => {
  test('are found by the number of their heading, not by one that begins like it', () => {
    expect(Object.keys(tableOf('5.4')[0] ?? {})).toContain('transaction');
    expect(Object.keys(tableOf('4.3')[0] ?? {})).toEqual(['slot', 'raw', 'result']);
    expect(Object.keys(tableOf('4.3.1')[0] ?? {})).toEqual(['asking', 'raw', 'masked', 'kinds']);
  });

  test('end with their table: a second one below is not mixed in', () => {
    expect(tableOf('4.3').every((row) => 'result' in row)).toBe(true);
  });

  test('are missed loudly', () => {
    expect(() => tableOf('99')).toThrow('no section 99');
    expect(() => tableOf('10')).toThrow('no table');
    expect(() => cell({ a: '1' }, 'b')).toThrow('no column b');
  });
});
