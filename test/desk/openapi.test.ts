import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { ANSWERS } from '../../src/desk/answers';
import { createDeskApi, deskRoutes } from '../../src/desk/api';
import type { ApiOptions } from '../../src/desk/api-route';
import type { Door } from '../../src/desk/door';
import { describeApi } from '../../src/desk/openapi';
import { type Caller, type DeskWorld, openDeskWorld } from './world';

/** A PNG of one pixel. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const file = JSON.parse(readFileSync(path.join(__dirname, '../../docs/desk-openapi.json'), 'utf8'));

test('docs/desk-openapi.json is what the table of routes says (npm run desk -- openapi)', () => {
  expect(file).toEqual(JSON.parse(JSON.stringify(describeApi(deskRoutes({} as ApiOptions)))));
});

test('every route that is served is in it, and no other', () => {
  const door = { guard: () => async () => ({ status: 401 }) } as unknown as Door;
  const served = Object.keys(createDeskApi({ door } as ApiOptions)).map((route) => route.replace(/:(\w+)/g, '{$1}'));
  const described = Object.entries(file.paths as Record<string, object>).flatMap(([at, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${at}`),
  );
  expect(described.sort()).toEqual(served.sort());
});

describe('what the API answers', () => {
  let world: DeskWorld;
  beforeAll(async () => {
    world = await openDeskWorld({ channelId: 'directline' });
  });
  afterAll(() => world.close());

  test('is what the file says, on every route that answers with JSON', async () => {
    const ajv = new Ajv2020({ strict: false });
    const left = new Set(Object.keys(ANSWERS).filter((route) => !route.includes('/sign-')));
    const check = async (who: Caller, route: string, body?: unknown): Promise<void> => {
      const [path = ''] = route.split('?');
      const known = path.replace(/DZ\d{8}-\w{5}-\d{2}/, '{id}');
      const method = body === undefined ? 'get' : 'post';
      const answer = await who(`/api/desk/${route}`, body);
      expect([route, answer.status]).toEqual([route, 200]);
      const { schema } = file.paths[`/api/desk/${known}`][method].responses[200].content['application/json'];
      const isRight = ajv.compile(schema);
      expect([route, isRight(answer.body) || isRight.errors]).toEqual([route, true]);
      left.delete(`${method.toUpperCase()} /api/desk/${known.replace('{id}', ':id')}`);
    };
    await world.talk.say('我是商户，昨天下午三点信用卡刷了8600没到账，交易成功，T+1，卡尾号1234，我电话13812345678');
    const id = await world.handOver();
    const [li, wang] = [await world.signIn('li'), await world.signIn('wang')];
    await check(li, 'presence', { state: 'online' });
    await check(li, 'cases');
    await check(li, `cases/${id}`);
    await check(li, `cases/${id}/accept`, {});
    await check(li, `cases/${id}/reply`, { text: '您好' });
    await check(li, `cases/${id}/picture`, { data: DOT });
    await world.talk.say('好的');
    await check(li, `cases/${id}/note`, { text: '很急' });
    await check(li, `cases/${id}/contact`);
    await check(li, `cases/${id}/return`, { finding: '已到账' });
    await world.talk.say('没解决，再找人工');
    await check(wang, `cases/${id}/assign`, { agent: 'li' });
    await check(li, `cases/${id}/transfer`, { agent: 'zhou', note: '请看' });
    await check(wang, `cases/${id}/transfer`, { queue: 'Q-RISK' });
    await check(li, `cases/${id}/accept`, {});
    await check(li, `cases/${id}/close`, { outcome: 'arrived', note: '好' });
    await world.talk.say('5 很快');
    await check(wang, `cases/${id}`);
    for (const state of ['open', 'closed']) await check(wang, `rows?state=${state}`);
    const { body: kept } = await li('/api/desk/replies', { title: '问候', text: '您好' });
    await check(li, 'replies', { title: '稍等', text: '请稍等' });
    await check(li, 'replies');
    await check(li, 'replies/remove', { id: kept.id });
    for (const route of ['me', 'agents', 'stats']) await check(wang, route);
    await check(world.machine, 'audit');
    expect([...left]).toEqual([]);
  });
});
