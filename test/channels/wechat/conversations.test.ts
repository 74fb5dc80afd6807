import type { Door } from '../../conversations/doors';
import { play } from '../../conversations/play';
import { readScripts } from '../../conversations/scripts';
import { filesWith, secretsIn } from '../../conversations/secrets';
import { openWorld, type World } from '../../conversations/world';
import { openWechatDoor } from './door';
import { describeWithSimulator } from './simulator';

/** Everything a user of WeChat may say; staff and tenants are Teams'. */
const scripts = readScripts()
  .filter(({ channel, tenant }) => channel !== 'msteams' && !tenant)
  .map((script) => ({ ...script, channel: 'wechat' }));

describeWithSimulator('a conversation over WeChat in safe mode', () => {
  let world: World;
  let door: Door;
  beforeAll(async () => {
    world = await openWorld();
    door = await openWechatDoor(world);
  });
  afterAll(async () => {
    await door.close();
    await world.close();
    await world.remove();
  });

  test.each(scripts.map((script) => [script.name, script] as const))('%s', async (_, script) => {
    const { faults, printed } = await play(script, { door, world });
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${printed}`);
  });

  test('leaves no secret in the data folder or a log line', async () => {
    const secrets = [...new Set(scripts.flatMap((script) => script.secrets))];
    await world.turns.close();
    expect(filesWith(world.directory ?? '', secrets)).toEqual([]);
    expect(world.logs.flatMap((line) => secretsIn(line, secrets))).toEqual([]);
  });
});
