import { isWorkday as oracle } from 'chinese-days';
import {
  addDays,
  addHours,
  addMs,
  addServiceMs,
  addWorkdays,
  at,
  compare,
  dateOf,
  epochMs,
  isDate,
  isProvisional,
  isWorkday,
  momentRange,
  nextServiceTime,
  nextWorkday,
  normalizeIso,
  overdueWorkdays,
  timeOf,
  toIso,
  weekdayOf,
  workdaysBetween,
} from '../../src/domain/calendar';
import { cell, tableOf } from '../tables';
import { calendar, instant, profile } from './data';

/** Every day from the first to the last. */
function daysFrom(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

const daysOf2026 = Array.from({ length: 365 }, (_, i) => addDays('2026-01-01', i));

describe('the calendar of 2026', () => {
  test('agrees with an independent calendar on every day', () => {
    const wrong = daysOf2026.filter((day) => isWorkday(day, calendar) !== oracle(day));
    expect(wrong).toEqual([]);
  });

  test.each(tableOf('5.2').map((row) => [cell(row, 'holiday'), row] as const))('%s is off from its first to its last day', (_name, row) => {
    const [from, to] = [cell(row, 'from'), cell(row, 'to')];
    for (const day of daysFrom(from, to)) expect([day, isWorkday(day, calendar)]).toEqual([day, false]);
    for (const day of cell(row, 'worked weekend days').split(' ').filter(Boolean)) {
      expect([day, weekdayOf(day) % 6, isWorkday(day, calendar)]).toEqual([day, 0, true]);
      expect(isWorkday(day, calendar, { makeupWorkdayCounts: false })).toBe(false);
    }
  });

  test('has exactly the holidays and make-up days of the table', () => {
    const rows = tableOf('5.2');
    const days = rows.flatMap((row) => daysFrom(cell(row, 'from'), cell(row, 'to')));
    expect([...calendar.off].sort()).toEqual(days.sort());
    expect([...calendar.makeup].sort()).toEqual(rows.flatMap((row) => cell(row, 'worked weekend days').split(' ').filter(Boolean)).sort());
  });
});

describe('a year without a file', () => {
  test('has weekends and the fixed holidays only', () => {
    const off = ['2027-01-01', '2027-05-01', '2027-05-02', '2027-10-01', '2027-10-02', '2027-10-03', '2027-11-20', '2027-11-21'];
    const on = ['2027-01-04', '2027-02-08', '2027-05-03', '2027-05-04', '2027-10-04', '2027-10-05'];
    expect(off.filter((day) => isWorkday(day, calendar))).toEqual([]);
    expect(on.filter((day) => !isWorkday(day, calendar))).toEqual([]);
  });

  test('makes a range that touches it provisional', () => {
    expect(isProvisional('2026-12-30', '2026-12-31', calendar)).toBe(false);
    expect(isProvisional('2026-12-31', '2027-01-01', calendar)).toBe(true);
    expect(isProvisional('2025-12-31', '2027-01-01', calendar)).toBe(true);
  });
});

describe('working days', () => {
  test('the next one skips a holiday and counts a make-up day', () => {
    expect(nextWorkday('2026-09-30', calendar)).toBe('2026-10-08');
    expect(nextWorkday('2026-10-09', calendar)).toBe('2026-10-10');
    expect(nextWorkday('2026-10-09', calendar, { makeupWorkdayCounts: false })).toBe('2026-10-12');
  });

  test('adding none stays, adding some goes from one to the next', () => {
    expect(addWorkdays('2026-10-03', 0, calendar)).toBe('2026-10-03');
    expect(addWorkdays('2026-09-29', 3, calendar)).toBe('2026-10-09');
  });

  test('n working days after a day are n working days away from it', () => {
    for (const day of daysOf2026.slice(0, 300)) {
      for (const n of [1, 2, 5, 9]) expect(workdaysBetween(day, addWorkdays(day, n, calendar), calendar)).toBe(n);
    }
  });

  test('an end before the start counts none', () => {
    expect(workdaysBetween('2026-11-20', '2026-11-10', calendar)).toBe(0);
  });

  test.each(tableOf('5.3.1').map((row) => [cell(row, 'expectedBy'), cell(row, 'now'), row] as const))(
    'expected %s, at %s',
    (due, now, row) => {
      expect(overdueWorkdays(instant(due), instant(now), calendar)).toBe(Number(cell(row, 'workdays')));
    },
  );
});

describe('instants', () => {
  test('are the same whatever offset they are written with', () => {
    expect(normalizeIso('2026-11-17T16:30:00Z')).toBe('2026-11-18T00:30:00+08:00');
    expect(dateOf('2026-11-17T16:30:00.123Z')).toBe('2026-11-18');
    expect(timeOf('2026-11-17T10:00:00-05:00')).toBe('23:00:00');
    expect(compare('2026-11-17T16:30:00Z', '2026-11-18T00:30:00+08:00')).toBe(0);
  });

  test.each(['', '2026-11-17', '2026-11-17T10:00:00', 'yesterday', '2026-13-01T00:00:00Z', '2026-11-17 10:00:00+0800'])(
    '%j is refused',
    (text) => {
      expect(() => epochMs(text)).toThrow(RangeError);
    },
  );

  test('24:00 is the next midnight', () => {
    expect(at('2026-12-31', '24:00')).toBe('2027-01-01T00:00:00+08:00');
    expect(at('2026-12-31', '23:59:59')).toBe('2026-12-31T23:59:59+08:00');
  });

  test('add and compare across days', () => {
    expect(addHours('2026-11-10T22:30:00+08:00', 2)).toBe('2026-11-11T00:30:00+08:00');
    expect(addMs('2026-11-10T00:00:00+08:00', -1000)).toBe('2026-11-09T23:59:59+08:00');
    expect(compare('2026-11-11T12:00:00+08:00', '2026-11-10T00:00:00+08:00')).toBe(36 * 3_600_000);
  });

  test('only dates that exist are dates', () => {
    expect(['2026-02-28', '2028-02-29'].every(isDate)).toBe(true);
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-00-10', ''].some(isDate)).toBe(false);
  });
});

describe('a spoken time', () => {
  test('is a point with a clock time, the whole day without', () => {
    expect(momentRange({ date: '2026-11-17', time: '14:05' })).toEqual({
      from: '2026-11-17T14:05:00+08:00',
      to: '2026-11-17T14:05:00+08:00',
    });
    expect(momentRange({ date: '2026-11-17' })).toEqual({ from: '2026-11-17T00:00:00+08:00', to: '2026-11-17T23:59:59+08:00' });
  });

  test('is the hours of its part of the day, the night running into the next day', () => {
    expect(momentRange({ date: '2026-11-17', part: 'noon' })).toEqual({
      from: '2026-11-17T11:00:00+08:00',
      to: '2026-11-17T13:59:59+08:00',
    });
    expect(momentRange({ date: '2026-11-17', part: 'night' })).toEqual({
      from: '2026-11-17T22:00:00+08:00',
      to: '2026-11-18T02:59:59+08:00',
    });
  });

  test('of today ends now, and of tomorrow is not cut', () => {
    const now = '2026-11-17T15:00:00+08:00';
    expect(momentRange({ date: '2026-11-17' }, now).to).toBe(now);
    expect(momentRange({ date: '2026-11-18' }, now).to).toBe('2026-11-18T23:59:59+08:00');
    expect(momentRange({ date: '2026-11-16' }, now).to).toBe('2026-11-16T23:59:59+08:00');
  });

  test('as one instant is where its range starts', () => {
    expect(toIso({ date: '2026-11-17', part: 'afternoon' })).toBe('2026-11-17T12:00:00+08:00');
  });
});

describe('service time', () => {
  test('begins at the next opening', () => {
    expect(nextServiceTime('2026-11-20T08:00:00+08:00', profile.service, calendar)).toBe('2026-11-20T09:00:00+08:00');
    expect(nextServiceTime('2026-11-20T12:00:00+08:00', profile.service, calendar)).toBe('2026-11-20T12:00:00+08:00');
    expect(nextServiceTime('2026-11-20T18:00:00+08:00', profile.service, calendar)).toBe('2026-11-23T09:00:00+08:00');
    expect(nextServiceTime('2026-10-01T12:00:00+08:00', profile.service, calendar)).toBe('2026-10-08T09:00:00+08:00');
  });

  test('on every day ignores the calendar', () => {
    const hours = { days: 'every', from: '08:00', to: '24:00' } as const;
    expect(nextServiceTime('2026-10-01T12:00:00+08:00', hours, calendar)).toBe('2026-10-01T12:00:00+08:00');
    expect(addServiceMs('2026-10-01T23:00:00+08:00', 2 * 3_600_000, hours, calendar)).toBe('2026-10-02T09:00:00+08:00');
  });
});
