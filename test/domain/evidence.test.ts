import type { Queue } from '../../src/domain/case';
import { checklistFor, missingFor } from '../../src/domain/evidence';
import { cell, tableOf } from '../tables';
import { draftOf } from './data';

const list = (text: string) => text.split(' ').filter(Boolean);

describe('what a queue still lacks', () => {
  test.each(tableOf('4.4').map((row) => [cell(row, 'queue'), cell(row, 'known'), cell(row, 'missing')] as const))(
    '%s, known: %s, missing: %s',
    (queue, known, missing) => {
      expect([...missingFor(queue as Queue, draftOf(known))].sort()).toEqual(list(missing).sort());
    },
  );

  test('comes with the most useful first', () => {
    expect(missingFor('Q-SETTLE', draftOf(''))[0]).toBe('amount');
    expect(missingFor('Q-RISK', draftOf(''))[0]).toBe('noticeText');
    expect(missingFor('Q-FEE', draftOf('role=merchant'))[0]).toBe('feeName');
  });

  test('is one locator, and the next when the user does not know the first', () => {
    const known = 'role=merchant issueType=R1 payMethod=creditCard amount txTime payoutStatus=paid settleProduct=T1 settleCardLast4';
    expect(missingFor('Q-SETTLE', draftOf(known))).toEqual(['rrn']);
    expect(missingFor('Q-SETTLE', draftOf(`${known} !rrn`))).toEqual(['merchantNo']);
    expect(missingFor('Q-SETTLE', draftOf(`${known} !rrn !merchantNo !cardLast4`))).toEqual(['rrn']);
  });
});

describe('the checklist', () => {
  const situations: Readonly<Record<string, readonly [Queue, string]>> = {
    card: ['Q-DISPUTE', 'role=cardholder payMethod=creditCard issueType=R2'],
    wallet: ['Q-DISPUTE', 'role=cardholder payMethod=alipay issueType=R2'],
    online: ['Q-DISPUTE', 'role=cardholder payMethod=online issueType=R2'],
    payout: ['Q-SETTLE', 'role=merchant payMethod=creditCard issueType=R1 txStatus=success'],
    refund: ['Q-DISPUTE', 'role=cardholder payMethod=wechat issueType=R6'],
    fee: ['Q-FEE', 'role=merchant issueType=R3'],
    risk: ['Q-RISK', 'role=merchant payMethod=creditCard issueType=R1'],
  };
  test.each(tableOf('6.1').map((row) => [cell(row, 'subject'), row] as const))(
    'of %s is that of the table, without what is known',
    (subject, row) => {
      const situation = situations[subject];
      if (!situation) throw new Error(`no situation for ${subject}`);
      const [queue, known] = situation;
      const whole = checklistFor(queue, draftOf(known));
      expect(whole).toEqual({ slots: list(cell(row, 'slots')), papers: list(cell(row, 'papers')), official: subject === 'risk' });
      const [first = ''] = whole.slots;
      expect(checklistFor(queue, draftOf(`${known} ${first}`)).slots).toEqual(whole.slots.slice(1));
    },
  );
});
