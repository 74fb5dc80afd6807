import { filterOutbound } from '../../src/domain/outbound';
import { cell, tableOf } from '../tables';
import { profiles } from './data';

const { contacts } = profiles;

describe('the outbound filter', () => {
  const rows = tableOf('4.3.2').map((row) => [cell(row, 'reply'), cell(row, 'allow'), cell(row, 'left')] as const);
  test.each(rows)('%s (allowed: %j)', (reply, allow, left) => {
    const allowed = { contacts, ...(allow ? { allow: [allow] } : {}) };
    const result = filterOutbound(reply, allowed);
    expect(result.text).toBe(left);
    expect(result.removed).toBe(left.split('[…]').length - 1);
    expect(filterOutbound(result.text, allowed).text).toBe(left);
  });

  test('lets exactly the numbers of the contact list through', () => {
    for (const { value } of contacts) expect(filterOutbound(`请拨打${value}咨询`, { contacts }).removed).toBe(0);
    for (const { value } of contacts.filter((contact) => contact.value.length >= 5)) {
      expect(filterOutbound(`请拨打${value}咨询`, { contacts: [] })).toEqual({ text: '请拨打[…]咨询', removed: 1 });
    }
  });

  test('the numbers of the reference page are those of the list', () => {
    expect(
      tableOf('8.1')
        .map((row) => cell(row, 'number'))
        .sort(),
    ).toEqual(contacts.map((contact) => contact.value).sort());
  });

  test('lets an allowed address through, but none that only begins like it', () => {
    const site = { id: 'pbc', name: '人民银行', kind: 'url', value: 'www.pbc.gov.cn', source: 'test', verifiedAt: null } as const;
    expect(filterOutbound('见 https://www.pbc.gov.cn/a 。', { contacts: [site] }).removed).toBe(0);
    expect(filterOutbound('见 https://www.pbc.gov.cn.evil.com/a 。', { contacts: [site] }).text).toBe('见 […] 。');
    expect(filterOutbound('见 https://evil.com/www.pbc.gov.cn 。', { contacts: [site] }).text).toBe('见 […] 。');
  });

  test('is linear in hostile texts', () => {
    for (const piece of ['a.', 'http://', '1 ', '微信', '138', 'wx ', '一', 'a@', 'a-', 'a', 'a.b@']) {
      const text = piece.repeat(40_000 / piece.length);
      const start = performance.now();
      filterOutbound(text, { contacts });
      // Quadratic work on 40,000 characters takes many seconds.
      expect([piece, performance.now() - start < 1500]).toEqual([piece, true]);
    }
  });
});
