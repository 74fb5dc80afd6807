import type { Priority } from '../../src/domain/case';
import { prioritise, raisesOf, replyBy } from '../../src/domain/triage';
import { cell, tableOf } from '../tables';
import { calendar, draftOf, fen, instant, profile, signalsOf } from './data';

describe('priority', () => {
  const columns = ['base', 'amount', 'sales', 'overdue', 'contacts', 'signals', 'priority'] as const;
  const rows = tableOf('4.5').map((row) => columns.map((name) => cell(row, name)));
  test.each(rows)(
    '%s with %s in %s sales, %s overdue, %s contacts, %s: %s',
    (base, amount, sales, overdue, contacts, signals, priority) => {
      const count = Number(sales);
      const draft = draftOf('', {
        signals: signalsOf(signals ?? ''),
        transactions: count > 1 ? Array.from({ length: count }, () => ({})) : [],
      });
      const facts = amount ? { amount: { value: fen(amount), source: 'said', at: draft.openedAt } as const } : {};
      const triage = { base: base as Priority, draft: { ...draft, facts }, overdueWorkdays: Number(overdue), contacts: Number(contacts) };
      expect(prioritise(triage)).toBe(priority);
    },
  );

  test('counts the single sales when no total was told', () => {
    const draft = draftOf('', { transactions: [{ amount: 2_500_000 }, { amount: 2_500_000 }] });
    expect(raisesOf({ draft, overdueWorkdays: 0, contacts: 0 })).toEqual(['largeAmount']);
    expect(raisesOf({ draft: draftOf('!amount'), overdueWorkdays: 0, contacts: 0 })).toEqual([]);
  });
});

describe('the first reply', () => {
  const rows = tableOf('4.5.1').map((row) => [cell(row, 'priority'), cell(row, 'handed over'), cell(row, 'reply by')] as const);
  test.each(rows)('of %s handed over %s is due %s', (priority, now, by) => {
    expect(replyBy(priority as Priority, instant(now), profile, calendar)).toBe(instant(by));
  });
});
