import { isFuture, isHuge, isTooOld } from '../../src/domain/limits';
import type { Moment } from '../../src/domain/slots';

test.each([
  [500_000_000, false],
  [500_000_001, true],
])('a sum of %d fen is asked again: %s', (amount, huge) => {
  expect(isHuge(amount)).toBe(huge);
});

const now = '2026-11-20T10:00:00+08:00';

test.each<[Moment, boolean]>([
  [{ date: '2026-11-20', time: '10:05' }, false],
  [{ date: '2026-11-20', time: '10:06' }, true],
  [{ date: '2026-11-20' }, false],
  [{ date: '2026-11-20', part: 'evening' }, true],
  [{ date: '2026-11-21' }, true],
])('%j is in the future: %s', (moment, future) => {
  expect(isFuture(moment, now)).toBe(future);
});

test.each<[string, boolean]>([
  ['2026-05-24', false],
  ['2026-05-23', true],
])('%s is too old: %s', (date, old) => {
  expect(isTooOld({ date }, now)).toBe(old);
});
