import type { Owner } from '../../src/domain/case';
import { moveOwner, type OwnerEvent } from '../../src/domain/owner';
import { cell, tableOf } from '../tables';
import { caseOf } from './case';

const at = '2026-11-20T11:00:00+08:00';
const agent = { id: 'a1', name: '小李' };
const EVENTS: { readonly [K in OwnerEvent['kind']]: OwnerEvent } = {
  handoff: { kind: 'handoff', at },
  accept: { kind: 'accept', at, agent },
  transfer: { kind: 'transfer', at, agent },
  requeue: { kind: 'requeue', at, queue: 'Q-RISK' },
  timeout: { kind: 'timeout', at },
  release: { kind: 'release', at },
  close: { kind: 'close', at },
};

describe('the owner of a case', () => {
  const rows = tableOf('4.6.1').map((row) => [cell(row, 'owner'), cell(row, 'event'), cell(row, 'becomes')] as const);
  test.each(rows)('%s, %s: %s', (owner, event, becomes) => {
    const before = caseOf({ owner: owner as Owner });
    const moved = moveOwner(before, EVENTS[event as OwnerEvent['kind']]);
    if (becomes === 'refused') expect(moved).toEqual({ kind: 'refused', owner });
    else expect(moved).toMatchObject({ kind: 'moved', case: { owner: becomes, updatedAt: at, id: before.id } });
  });

  test('an agent is named while it is theirs and after closing, not in a queue', () => {
    const taken = moveOwner(caseOf({ owner: 'queue' }), EVENTS.accept);
    if (taken.kind !== 'moved') throw new Error('not moved');
    expect(taken.case.agent).toEqual(agent);
    expect(moveOwner(taken.case, EVENTS.close)).toMatchObject({ case: { agent } });
    const back = moveOwner(taken.case, EVENTS.requeue);
    expect(back).toMatchObject({ case: { queue: 'Q-RISK' } });
    expect(back.kind === 'moved' && 'agent' in back.case).toBe(false);
  });

  test('coming back to a closed case counts as one more contact, a first handoff does not', () => {
    expect(moveOwner(caseOf({ owner: 'closed', contacts: 1 }), EVENTS.handoff)).toMatchObject({ case: { contacts: 2 } });
    expect(moveOwner(caseOf({ owner: 'bot', contacts: 0 }), EVENTS.handoff)).toMatchObject({ case: { contacts: 0 } });
  });
});
