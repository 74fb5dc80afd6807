import { takeBack } from '../../src/desk/timeouts';
import { addMs } from '../../src/domain/calendar';
import { type DeskWorld, openDeskWorld, until } from './world';

let world: DeskWorld;
beforeEach(async () => {
  world = await openDeskWorld();
});
afterEach(() => world.close());

const look = (present: string[] = []) =>
  takeBack({
    ...{ store: world.talk.store, act: world.desk.act, now: () => world.talk.now },
    present: async () => present.map((id) => ({ id, name: id, state: 'online' as const })),
  });

test('a user whose agent is gone and does not answer for ten minutes is in the queue again, once', async () => {
  const id = await world.handOver();
  await (await world.signIn('li'))(`/api/desk/cases/${id}/accept`, {});
  world.talk.now = addMs(world.talk.now, 3_600_000);
  expect(await look()).toEqual([]);
  await world.talk.say('在吗');
  expect(await look()).toEqual([]);
  world.talk.now = addMs(world.talk.now, 600_000);
  expect(await look(['li'])).toEqual([]);
  expect((await Promise.all([look(), look()])).flat()).toContain(id);
  expect(await look()).toEqual([]);
  expect((await world.machine(`/api/desk/cases/${id}`)).body).toMatchObject({ owner: 'queue' });
  await until(() => world.heard().some((text) => text.includes('抱歉让您久等')));
  expect(world.heard().filter((text) => text.includes('抱歉让您久等'))).toHaveLength(1);
});

test('who joins the queue hears how many are before him, and the wait once enough were measured', async () => {
  const first = await world.handOver();
  const said = async (conversation: string) =>
    (await world.talk.say('转人工', { conversation: { id: conversation } as never })).texts.join();
  expect(await said('second')).toContain('您前面还有1位在等待。');
  for (const name of ['a', 'b', 'c', 'd']) await said(name);
  world.talk.now = addMs(world.talk.now, 180_000);
  const li = await world.signIn('li');
  const rows = (await world.machine('/api/desk/rows')).body.rows as readonly { id: string }[];
  for (const { id } of rows) await li(`/api/desk/cases/${id}/accept`, {});
  expect(rows.map(({ id }) => id)).toContain(first);
  expect(await said('last')).toMatch(/您排在第一位，预计\d+分钟左右有同事接入。/);
});
