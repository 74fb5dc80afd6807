import { addDays, compare, dateOf, isWorkday, momentRange } from '../../src/domain/calendar';
import type { Profile } from '../../src/domain/profile';
import {
  expectedBy,
  fallbackExpectedBy,
  graceEnd,
  type Product,
  preauthLapse,
  refundDeadline,
  reversalDeadline,
  type Sale,
  settlementRange,
} from '../../src/domain/settlement';
import type { Moment, PartOfDay, SlotValue } from '../../src/domain/slots';
import { cell, tableOf } from '../tables';
import { calendar, fen, instant, profile } from './data';

/** The sale of a row's `transaction`, `product` and `terms`. */
function saleOf(tx: string, product: Product, terms: string): Sale {
  let terms_: Profile = profile;
  let more: Partial<Sale> = {};
  for (const term of terms.split(' ').filter(Boolean)) {
    const [name, value = ''] = term.split('=');
    if (name === 'cutoff') terms_ = { ...terms_, cutoff: value };
    else if (name === 't1Anchor') terms_ = { ...terms_, t1Anchor: value as Profile['t1Anchor'] };
    else if (name === 'makeupWorkdayCounts') terms_ = { ...terms_, makeupWorkdayCounts: value === 'true' };
    else if (name === 'fallback') terms_ = { ...terms_, d0: { ...terms_.d0, fallback: value as 'T1' } };
    else if (name === 'debitEligible') terms_ = { ...terms_, d0: { ...terms_.d0, debitEligible: value === 'true' } };
    else if (name === 'window') {
      const [windowStart = '', windowEnd = ''] = value.split('-');
      terms_ = { ...terms_, d0: { ...terms_.d0, windowStart, windowEnd } };
    } else if (name === 'amount') more = { ...more, amount: fen(value) };
    else if (name === 'debit') more = { ...more, debit: true };
    else if (name === 'newMerchant') more = { ...more, newMerchant: true };
    else throw new Error(`unknown term ${term}`);
  }
  return { tx: instant(tx), product, profile: terms_, calendar, ...more };
}

const examples = tableOf('5.4').map(
  (row) => [cell(row, '#'), cell(row, 'transaction'), cell(row, 'product'), cell(row, 'terms'), row] as const,
);

describe('expectedBy', () => {
  test('is told by more than eighty examples', () => {
    expect(examples.length).toBeGreaterThan(80);
  });

  test.each(examples)('example %s: %s by %s %s', (_number, tx, product, terms, row) => {
    const result = expectedBy(saleOf(tx, product as Product, terms));
    const notes = cell(row, 'notes').split(' ').filter(Boolean);
    expect(result.expectedBy).toBe(instant(cell(row, 'expectedBy')));
    expect(result.provisional).toBe(notes.includes('provisional'));
    expect([...result.fellBack].sort()).toEqual(notes.filter((note) => note !== 'provisional').sort());
  });

  test('tells the accounting date, the cut-off and the holiday', () => {
    const before = expectedBy({ tx: '2026-09-30T22:59:59+08:00', product: 'T1', profile, calendar });
    expect(before).toMatchObject({ accountingDate: '2026-09-30', afterCutoff: false, holiday: true, product: 'T1' });
    const after = expectedBy({ tx: '2026-03-03T23:00:00+08:00', product: 'D1', profile, calendar });
    expect(after).toMatchObject({ accountingDate: '2026-03-04', afterCutoff: true, holiday: false });
    expect(expectedBy({ tx: '2026-10-03T12:00:00+08:00', product: 'D1', profile, calendar }).holiday).toBe(false);
    expect(expectedBy({ tx: '2026-03-03T12:00:00+08:00', product: 'T1', profile, calendar }).holiday).toBe(false);
  });

  test('reads a time of any offset as Shanghai time', () => {
    const shanghai = expectedBy({ tx: '2026-03-03T23:00:00+08:00', product: 'T1', profile, calendar });
    expect(expectedBy({ tx: '2026-03-03T15:00:00Z', product: 'T1', profile, calendar })).toEqual(shanghai);
  });

  test('for every hour of the year: after the sale, T1 and T0 on a working day, never earlier for a later sale', () => {
    let last: Record<string, string> = {};
    for (let i = 0; i < 365 * 4; i++) {
      const tx = `${addDays('2026-01-01', Math.floor(i / 4))}T${['00:00', '09:30', '22:59', '23:00'][i % 4]}:00+08:00`;
      const now: Record<string, string> = {};
      for (const product of ['T1', 'D1', 'T0'] as const) {
        const due = expectedBy({ tx, product, profile, calendar }).expectedBy;
        now[product] = due;
        expect(compare(due, tx)).toBeGreaterThan(0);
        if (product !== 'D1') expect(isWorkday(dateOf(due), calendar)).toBe(true);
        if (last[product]) expect(compare(due, last[product])).toBeGreaterThanOrEqual(0);
      }
      last = now;
    }
  });

  test('of a late 秒到 is measured by the fallback', () => {
    const late = fallbackExpectedBy({ tx: '2026-11-10T10:00:00+08:00', profile, calendar });
    expect(late.expectedBy).toBe('2026-11-11T14:00:00+08:00');
  });
});

describe('whether the hour matters', () => {
  const rows = tableOf('5.3').map((row) => [cell(row, 'product'), cell(row, 'said'), cell(row, 'now'), cell(row, 'hour matters')] as const);
  test.each(rows)('%s of %s, at %s: %s', (product, said, now, answer) => {
    const [date = '', rest] = said.split(' ');
    const moment: Moment = { date, ...(rest === undefined ? {} : /\d/.test(rest) ? { time: rest } : { part: rest as PartOfDay }) };
    const range = settlementRange({ moment, product: product as Product, profile, calendar, now: `${now.replace(' ', 'T')}:00+08:00` });
    expect(range.hourMatters).toBe(answer === 'yes');
  });

  test('the range holds what every hour of it gives', () => {
    const moment: Moment = { date: '2026-11-17', part: 'night' };
    const { from } = momentRange(moment);
    for (const product of ['T1', 'D1', 'T0', 'D0'] as const) {
      const { earliest, latest } = settlementRange({ moment, product, profile, calendar });
      for (let minutes = 0; minutes < 300; minutes++) {
        const tx = new Date(Date.parse(from) + minutes * 60_000).toISOString();
        const due = expectedBy({ tx, product, profile, calendar }).expectedBy;
        expect(compare(due, earliest.expectedBy)).toBeGreaterThanOrEqual(0);
        expect(compare(due, latest.expectedBy)).toBeLessThanOrEqual(0);
      }
    }
  });
});

describe('overdue', () => {
  test.each(tableOf('5.3.1').map((row) => [cell(row, 'expectedBy'), cell(row, 'now'), cell(row, 'late')] as const))(
    'expected %s, at %s: %s',
    (due, now, late) => {
      expect(compare(instant(now), graceEnd(instant(due), profile)) > 0).toBe(late === 'yes');
    },
  );
});

describe('refund and reversal clocks', () => {
  const rows = tableOf('5.6').map((row) => [cell(row, 'method'), cell(row, 'started'), row] as const);
  test.each(rows)('%s started %s', (method, started, row) => {
    const terms = { start: instant(started), profile, calendar };
    const from = cell(row, 'from');
    const by = instant(cell(row, 'by'));
    if (method === 'reversal') expect(reversalDeadline(terms.start, profile)).toBe(by);
    else if (method === 'preauth') expect(preauthLapse(terms.start, profile)).toBe(by);
    else {
      const deadline = refundDeadline(method as SlotValue<'refundMethod'>, terms);
      expect(deadline).toEqual({ ...(from ? { from: instant(from) } : {}), by, provisional: false });
    }
  });

  test('counted in working days of an unknown year are provisional', () => {
    const terms = { start: '2026-12-30T10:00:00+08:00', profile, calendar };
    expect(refundDeadline('wechatCard', terms).provisional).toBe(true);
    expect(refundDeadline('manual', terms).provisional).toBe(false);
  });
});
