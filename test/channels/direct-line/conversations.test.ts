import { openRedisStore } from '../../../src/store/redis';
import type { Door } from '../../conversations/doors';
import { play } from '../../conversations/play';
import { readScripts } from '../../conversations/scripts';
import { openWorld, type World } from '../../conversations/world';
import { startRedis, type TestRedis } from '../../redis';
import { openDirectLineDoor, together } from './door';

/** Everything a user of a web page may say; staff and tenants are Teams'. */
const scripts = readScripts()
  .filter(({ channel, tenant }) => channel !== 'msteams' && !tenant)
  .map((script) => ({ ...script, channel: 'directline' }));

describe.each([
  ['lmdb', 1],
  ['redis', 2],
] as const)('a conversation over Direct Line on %s, %i at work', (engine, count) => {
  const used = { turn: 0 };
  const worlds: World[] = [];
  let redis: TestRedis | undefined;
  let world: World;
  let door: Door;
  beforeAll(async () => {
    redis = engine === 'redis' ? await startRedis() : undefined;
    const url = redis?.url;
    for (let at = 0; at < count; at += 1) worlds.push(await openWorld(url === undefined ? {} : { open: () => openRedisStore({ url }) }));
    world = together(worlds, () => used.turn);
    door = await openDirectLineDoor(worlds, used);
  });
  afterAll(async () => {
    await door?.close();
    for (const one of worlds) await one.close();
    for (const one of worlds) await one.remove();
    await redis?.stop();
  });

  test.each(scripts.map((script) => [script.name, script] as const))('%s', async (_, script) => {
    const { faults, printed } = await play(script, { door, world });
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${printed}`);
  });
});
