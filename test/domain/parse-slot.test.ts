import { checkAmount, checkMoment, parseSlot } from '../../src/domain/parse-slot';
import { ENUM_SLOTS, type Moment, SLOT_NAMES, type SlotName } from '../../src/domain/slots';
import { cell, tableOf } from '../tables';

function words(result: ReturnType<typeof parseSlot<SlotName>>, slot: string): string {
  if (result.kind === 'refused') return `refused: ${result.reason}`;
  const value: unknown = result.value;
  const moment = value as Moment;
  const text = typeof value === 'object' ? [moment.date, moment.time ?? moment.part].filter(Boolean).join(' ') : String(value);
  return result.slot === slot ? text : `${result.slot} → ${text}`;
}

describe('a slot', () => {
  test.each(tableOf('4.3').map((row) => [cell(row, 'slot'), cell(row, 'raw'), cell(row, 'result')] as const))(
    '%s of %j is %s',
    (slot, raw, result) => {
      expect(words(parseSlot(slot as SlotName, raw), slot)).toBe(result);
    },
  );

  test('takes exactly the values of its list', () => {
    for (const [slot, values] of Object.entries(ENUM_SLOTS)) {
      for (const value of values) expect(parseSlot(slot as SlotName, value)).toEqual({ kind: 'ok', slot, value });
      for (const value of ['', 'other', 1, null, undefined, {}]) expect(parseSlot(slot as SlotName, value).kind).toBe('refused');
    }
  });

  test('never throws, whatever it is given', () => {
    const odd = [
      undefined,
      null,
      Number.NaN,
      Infinity,
      -1,
      1.5,
      [],
      {},
      { date: 3 },
      { date: '2026-11-17', time: '25:00' },
      { date: '2026-11-17', part: 'x' },
      '\u0000',
      'x'.repeat(5000),
      true,
    ];
    for (const slot of SLOT_NAMES) for (const raw of odd) expect(['ok', 'refused']).toContain(parseSlot(slot, raw).kind);
  });

  test('says when it put zeros in front', () => {
    expect(parseSlot('traceNo', '123')).toEqual({ kind: 'ok', slot: 'traceNo', value: '000123', padded: true });
    expect(parseSlot('traceNo', '000123')).toEqual({ kind: 'ok', slot: 'traceNo', value: '000123' });
  });

  test('takes fen as a number and a moment as it is', () => {
    expect(parseSlot('amount', 860_000)).toEqual({ kind: 'ok', slot: 'amount', value: 860_000 });
    expect(parseSlot('txTime', { date: '2026-11-17', part: 'evening' })).toEqual({
      kind: 'ok',
      slot: 'txTime',
      value: { date: '2026-11-17', part: 'evening' },
    });
  });

  test('keeps free text short and in one line', () => {
    expect(parseSlot('noticeText', 'a\nb')).toMatchObject({ value: 'a b' });
    expect(parseSlot('payeeName', 'x'.repeat(61))).toEqual({ kind: 'refused', reason: 'tooLong' });
    expect(parseSlot('noticeText', 'x'.repeat(500)).kind).toBe('ok');
  });
});

describe('limits', () => {
  test.each([
    [5_000_000, 'ok'],
    [5_000_001, 'readBack'],
    [500_000_000, 'readBack'],
    [500_000_001, 'askAgain'],
  ])('%d fen: %s', (amount, answer) => {
    expect(checkAmount(amount)).toBe(answer);
  });

  const now = '2026-11-20T10:00:00+08:00';
  test.each<[Moment, string]>([
    [{ date: '2026-11-20', time: '10:05' }, 'ok'],
    [{ date: '2026-11-20', time: '10:06' }, 'future'],
    [{ date: '2026-11-20' }, 'ok'],
    [{ date: '2026-11-20', part: 'evening' }, 'future'],
    [{ date: '2026-11-21' }, 'future'],
    [{ date: '2026-05-24' }, 'ok'],
    [{ date: '2026-05-23' }, 'tooOld'],
  ])('%j: %s', (moment, answer) => {
    expect(checkMoment(moment, now)).toBe(answer);
  });
});
