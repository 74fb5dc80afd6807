import { type Action, type Actor, stepOf } from '../../src/desk/actions';
import type { Case } from '../../src/domain/case';
import { moveOwner } from '../../src/domain/owner';
import { caseOf } from '../domain/case';

/**
 * Every order in which a user, two agents, the clock and the crashes of their processes can follow each other. Each of them reads the case, then
 * commits on condition that it is unchanged; a refused commit reads again. The steps are the product's own; the store is this model.
 */

const AT = '2026-11-20T11:00:00+08:00';
const LI: Actor = { id: 'li', name: '小李', role: 'agent' };
const ZHOU: Actor = { id: 'zhou', name: '小周', role: 'agent' };
const WANG: Actor = { id: 'wang', name: '王班长', role: 'lead' };
const CLOCK: Actor = { id: 'clock', name: '', role: 'lead' };
const context = (actor: Actor) => ({ actor, now: AT, replyBy: () => ({ at: AT, said: AT }) });

/** What somebody wants to do, one after the other; an agent who is refused gives up. */
type Wish =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'act'; readonly id: string; readonly actor: Actor; readonly action: Action };
const act = (id: string, actor: Actor, action: Action): Wish => ({ kind: 'act', id, actor, action });
const CLOSE: Action = { kind: 'close', outcome: 'solved', note: '好' };

interface World {
  readonly version: number;
  readonly case: Case;
  /** What the user sees and what the desk sees, in order. */
  readonly user: readonly string[];
  readonly desk: readonly string[];
  readonly done: readonly string[];
  /** For each process: the wish it is at, the version it has read (absent: nothing yet), crashes and repetitions it may still have. */
  readonly places: readonly { readonly at: number; readonly read?: number; readonly snapshot?: Case; readonly faults: number }[];
}

class Fault extends Error {}
const check = (holds: boolean, what: string) => {
  if (!holds) throw new Fault(what);
};

/** The turn of a user's message, as dialogs/queue.ts takes it: silent when a person has the case. */
function turn(world: World, read: Case, id: string): Partial<World> {
  const closed = read.owner === 'closed';
  const opened = closed ? moveOwner(read, { kind: 'handoff', at: AT }) : undefined;
  const after = opened?.kind === 'moved' ? opened.case : read.owner === 'agent' ? { ...read, waitingSince: AT } : read;
  const speaks = read.owner !== 'agent';
  check(!speaks || world.case.owner !== 'agent', 'the bot speaks while a person has the conversation');
  return { case: after, user: speaks ? [...world.user, `bot:${id}`] : world.user, desk: [...world.desk, id] };
}

function perform(world: World, read: Case, wish: Wish): Partial<World> | 'refused' | 'nothing' {
  if (wish.kind === 'message') return turn(world, read, wish.id);
  const step = stepOf(read, wish.action, context(wish.actor));
  if (step.kind !== 'step') return step.kind === 'done' ? 'nothing' : 'refused';
  const isReply = wish.action.kind === 'reply';
  const holder = world.case.owner === 'agent' ? world.case.agent?.id : undefined;
  check(!isReply || holder === wish.actor.id, `${wish.actor.id} writes in a conversation of ${holder ?? world.case.owner}`);
  const lines = step.lines.map((_, index) => `${wish.id}.${index}`);
  return { case: step.after, user: [...world.user, ...lines], desk: [...world.desk, wish.id] };
}

function explore(processes: readonly (readonly Wish[])[], faults: number) {
  const ways = new Map<string, bigint>();
  const happened = new Set<string>();
  const ends = new Set<string>();

  function next(world: World, index: number): World[] {
    const place = world.places[index];
    const wish = place && processes[index]?.[place.at];
    if (!place || !wish) return [];
    const put = (changed: Partial<World>, there: World['places'][number]): World => ({
      ...world,
      ...changed,
      places: world.places.map((one, at) => (at === index ? there : one)),
    });
    const forward = { at: place.at + 1, faults: place.faults };
    if (place.read === undefined || !place.snapshot)
      return [put({}, { at: place.at, read: world.version, snapshot: world.case, faults: place.faults })];
    const again = { at: place.at, faults: place.faults };
    // Killed between reading and committing: nothing is left, and whoever sent it sends it again.
    const killed = place.faults > 0 ? [put({}, { ...again, faults: place.faults - 1 })] : [];
    if (killed.length > 0) happened.add('crash');
    if (world.done.includes(wish.id)) {
      happened.add('redelivery');
      return [put({}, forward), ...killed];
    }
    if (place.read !== world.version) return [put({}, again), ...killed];
    const result = perform(world, place.snapshot, wish);
    if (result === 'nothing') return [put({}, forward), ...killed];
    if (result === 'refused') return [put({}, { ...forward, at: processes[index]?.length ?? 0 }), ...killed];
    happened.add(wish.kind === 'message' ? 'message' : wish.action.kind);
    const changed = { ...result, version: world.version + 1, done: [...world.done, wish.id] };
    // Killed after the commit and before the answer: it is sent again.
    const redelivered = place.faults > 0 ? [put(changed, { ...again, faults: place.faults - 1 })] : [];
    return [put(changed, forward), ...killed, ...redelivered];
  }

  function judge({ case: now, user, desk }: World): void {
    check(new Set(user).size === user.length, `shown twice to the user: ${user.join(' ')}`);
    check(new Set(desk).size === desk.length, `shown twice at the desk: ${desk.join(' ')}`);
    check(now.owner !== 'agent' || now.agent !== undefined, 'with an agent who has no name');
    check(now.owner !== 'queue' || now.agent === undefined, 'in the queue and with an agent');
  }

  function judgeEnd(world: World): void {
    for (const wish of processes.flat()) {
      if (wish.kind === 'message') check(world.desk.includes(wish.id), `lost: ${wish.id}`);
      const isSaid = wish.kind === 'act' && wish.action.kind === 'reply' && world.done.includes(wish.id);
      if (isSaid) check(world.user.includes(`${wish.id}.0`), `not shown: ${wish.id}`);
    }
  }

  function count(world: World): bigint {
    const name = JSON.stringify(world);
    const known = ways.get(name);
    if (known !== undefined) return known;
    judge(world);
    const after = processes.flatMap((_, index) => next(world, index));
    if (after.length === 0) {
      judgeEnd(world);
      ends.add(name);
    }
    const total = after.length === 0 ? 1n : after.reduce((sum, one) => sum + count(one), 0n);
    ways.set(name, total);
    return total;
  }

  const places = processes.map(() => ({ at: 0, faults }));
  const interleavings = count({ version: 1, case: caseOf({ owner: 'queue' }), user: [], desk: [], done: [], places });
  return { states: ways.size, interleavings, ends: ends.size, happened };
}

const SCENES: Readonly<Record<string, { readonly processes: readonly (readonly Wish[])[]; readonly faults: number }>> = {
  'two agents take one case while the user writes, and one puts it back': {
    faults: 1,
    processes: [
      [{ kind: 'message', id: 'm1' }],
      [act('a1', LI, { kind: 'accept' }), act('a2', LI, { kind: 'reply', text: '您好' })],
      [act('b1', ZHOU, { kind: 'accept' }), act('b2', ZHOU, { kind: 'requeue', queue: 'Q-DISPUTE' })],
    ],
  },
  'an answer, a transfer, a close and a message that opens it again': {
    faults: 1,
    processes: [
      [
        { kind: 'message', id: 'm1' },
        { kind: 'message', id: 'm2' },
      ],
      [act('a1', LI, { kind: 'accept' }), act('a2', LI, { kind: 'transfer', to: ZHOU })],
      [act('b1', ZHOU, { kind: 'accept' }), act('b2', ZHOU, { kind: 'reply', text: '在' }), act('b3', ZHOU, CLOSE)],
    ],
  },
  'the clock takes a case back while its agent answers and gives it to the bot': {
    faults: 1,
    processes: [
      [{ kind: 'message', id: 'm1' }],
      [
        act('a1', LI, { kind: 'accept' }),
        act('a2', LI, { kind: 'reply', text: '您好' }),
        act('a3', LI, { kind: 'return', finding: '款已退回' }),
      ],
      [act('t1', CLOCK, { kind: 'timeout' })],
    ],
  },
  'a case is given out, taken back, passed on, returned and closed, while the user writes and agents take it': {
    faults: 0,
    processes: [
      [{ kind: 'message', id: 'm1' }],
      [act('a1', LI, { kind: 'accept' }), act('a2', LI, { kind: 'reply', text: '您好' }), act('a3', LI, { kind: 'transfer', to: ZHOU })],
      [act('b1', ZHOU, { kind: 'accept' }), act('b2', ZHOU, { kind: 'return', finding: '款已退回' })],
      [act('c1', WANG, { kind: 'assign', to: ZHOU }), act('c2', WANG, CLOSE)],
      [act('t1', CLOCK, { kind: 'timeout' })],
    ],
  },
};

const explored: ReturnType<typeof explore>[] = [];

test.each(Object.entries(SCENES))('%s: one owner, nothing lost, nothing twice, in every order', (_, { processes, faults }) => {
  const found = explore(processes, faults);
  explored.push(found);
  expect(found.interleavings).toBeGreaterThan(10_000n);
});

test('in these orders everything happened that moves a case', () => {
  const kinds = ['accept', 'assign', 'close', 'crash', 'message', 'redelivery', 'reply', 'requeue', 'return', 'timeout', 'transfer'];
  expect([...new Set(explored.flatMap(({ happened }) => [...happened]))].sort()).toEqual(kinds);
  const lines = explored.map(({ states, interleavings, ends }) => `${states} states, ${interleavings} interleavings, ${ends} ends`);
  console.info([...lines, `${explored.reduce((sum, { states }) => sum + states, 0)} states in all`].join('\n'));
});

test('the search finds a bot that does not look who owns the case when it commits', () => {
  const careless = { ...caseOf({ owner: 'queue' }) };
  const world = { version: 2, case: { ...careless, owner: 'agent' as const }, user: [], desk: [], done: [], places: [] };
  expect(() => turn(world, careless, 'm1')).toThrow('the bot speaks');
});
