import type { CaseDraft } from '../../src/domain/case';
import { newDraft } from '../../src/domain/case';
import { diagnose, handoffDiagnosis } from '../../src/domain/diagnosis/diagnose';
import { MAX_QUESTIONS, type Rules } from '../../src/domain/diagnosis/verdict';
import { type Asking, MONEY_SLOTS, SIGNALS, type Signal, SLOT_NAMES, type SlotName, TIME_SLOTS } from '../../src/domain/slots';
import { cell, type Row, tableOf } from '../tables';
import { calendar, fen, profile, profiles } from './data';

const YEAR = '2026';
const full = (date: string): string => (/^\d{4}-/.test(date) ? date : `${YEAR}-${date}`);
/** `03-04 18:00` as ISO. */
const instant = (text: string): string => `${full(text.trim()).replace(' ', 'T')}:00+08:00`;

const SHORT: Readonly<Record<string, string>> = {
  sale: 'role=merchant issueType=R1 payMethod=creditCard txStatus=success amount=1200 txTime=03-03T15:00',
  debit: 'role=cardholder issueType=R2 payMethod=creditCard amount=1200 txTime=03-03T15:00',
  fee: 'role=merchant issueType=R3 amount=36 feeTime=03-01',
};

interface Case {
  readonly draft: CaseDraft;
  readonly contacts: number;
}

function readValue(slot: string, text: string): unknown {
  if (!SLOT_NAMES.includes(slot as SlotName)) throw new Error(`no slot ${slot}`);
  if (MONEY_SLOTS.includes(slot as never)) return fen(text);
  if (slot === 'feeRate') return Number(text);
  if (!TIME_SLOTS.includes(slot as never)) return text;
  const [date = '', time] = full(text).split('T');
  return time ? { date, time } : { date };
}

/** The draft of a row: slot=value, !slot, +signal, asked=…, sales=…, contacts=… and the short names of the page. */
function readFacts(text: string): Case {
  const words = text
    .split(' ')
    .filter(Boolean)
    .flatMap((word) => SHORT[word]?.split(' ') ?? [word]);
  const facts: Record<string, unknown> = {};
  const signals: Signal[] = [];
  let asked: readonly Asking[] = [];
  let sales = 0;
  let contacts = 0;
  for (const word of words) {
    const [, name = '', value = ''] = /^([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    if (word.startsWith('+')) signals.push(SIGNALS.find((signal) => signal === word.slice(1)) ?? fail(word));
    else if (word.startsWith('!')) facts[word.slice(1)] = { value: 'unknown', source: 'said', at: '' };
    else if (name === 'asked') asked = value.split(',') as Asking[];
    else if (name === 'sales') sales = Number(value);
    else if (name === 'contacts') contacts = Number(value);
    else facts[name] = { value: readValue(name, value), source: 'said', at: '' };
  }
  const transactions = Array.from({ length: sales }, () => ({ amount: 40_000 }));
  return { draft: { ...newDraft(''), facts, signals, asked, transactions }, contacts };
}

function fail(word: string): never {
  throw new Error(`not a fact: ${word}`);
}

const rulesAt = (now: string): Rules => ({ now: instant(now), profile, calendar, fees: profiles.fees });
const rowOf = (row: Row) => [cell(row, 'facts') || 'nothing', cell(row, 'now'), row] as const;

describe('a diagnosis', () => {
  const rows = tableOf('4.7').map(rowOf);

  test('is written down for at least eighty situations', () => {
    expect(rows.length).toBeGreaterThanOrEqual(80);
  });

  test.each(rows)('of %s at %s is that of the table', (_facts, now, row) => {
    const { draft } = readFacts(cell(row, 'facts'));
    const { outcome, queue, causes, ask, expectedBy, recheckAt } = diagnose(draft, rulesAt(now));
    const outcomeOf = cell(row, 'outcome');
    expect({ outcome: outcome ?? '', queue: queue ?? '', causes: causes.map(({ id }) => id).join(' ') }).toEqual({
      outcome: outcomeOf,
      queue: cell(row, 'queue'),
      causes: cell(row, 'causes'),
    });
    const is: Record<string, string | undefined> = { by: expectedBy?.replace('23:59:59', '23:59:00'), look: recheckAt };
    for (const [, what = '', when = ''] of cell(row, 'then').matchAll(/(by|look) ([\d: -]+\d)/g))
      expect([what, is[what]]).toEqual([what, instant(when)]);
    if (outcomeOf === '') expect(`ask ${ask}`).toBe(cell(row, 'then'));
  });

  test.each(rows.filter(([, , row]) => cell(row, 'outcome') !== ''))(
    'of %s at %s comes without a question when none is left',
    (_facts, now, row) => {
      const { draft } = readFacts(cell(row, 'facts'));
      const asked = Array.from({ length: MAX_QUESTIONS }, (): Asking => 'menu');
      const { ask, outcome } = diagnose({ ...draft, asked }, rulesAt(now));
      expect([ask, typeof outcome]).toEqual([undefined, 'string']);
    },
  );

  test.each(rows.filter(([, , row]) => cell(row, 'outcome').startsWith('SS-')))(
    'of %s at %s names an hour to look again that is not past',
    (_facts, now, row) => {
      const { draft } = readFacts(cell(row, 'facts'));
      const { recheckAt = '' } = diagnose(draft, rulesAt(now));
      expect(recheckAt >= instant(now)).toBe(true);
    },
  );
});

describe('a handoff that the user asked for', () => {
  test.each(tableOf('4.7.1').map(rowOf))('with %s at %s is that of the table', (_facts, now, row) => {
    const { draft, contacts } = readFacts(cell(row, 'facts'));
    const { outcome, queue, priority, causes, ask } = handoffDiagnosis(draft, rulesAt(now), contacts);
    expect([outcome, queue, causes.map(({ id }) => id).join(' ')]).toEqual([cell(row, 'outcome'), cell(row, 'queue'), cell(row, 'causes')]);
    expect([`ESC-${priority}`, ask]).toEqual([outcome, undefined]);
  });
});
