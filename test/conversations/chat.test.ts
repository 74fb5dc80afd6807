import { type Coverage, coverageOf, uncovered, writeCoverage } from './coverage';
import { DOORS, type Door, sendThrough } from './doors';
import { type Played, play } from './play';
import { readScripts } from './scripts';
import { filesWith, secretsIn } from './secrets';
import { openWorld, type World } from './world';

const scripts = readScripts();
const secrets = [...new Set(scripts.flatMap((script) => script.secrets))];
const played: Played[] = [];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  await world.remove();
});

describe.each(DOORS)('a conversation %s', (name) => {
  let door: Door;
  beforeAll(async () => {
    door = await sendThrough(name, world);
  });
  afterAll(() => door.close());

  test.each(scripts.map((script) => [script.name, script] as const))('%s', async (_, script) => {
    const result = await play(script, { door, world });
    if (name === DOORS[0]) played.push(result);
    if (result.faults.length > 0) throw new Error(`${result.faults.join('\n')}\n\n${result.printed}`);
  });
});

describe('after all conversations', () => {
  test('no secret of any of them is in the data folder or in a log line', async () => {
    await world.turns.close();
    expect(secrets.length).toBeGreaterThan(5);
    expect(filesWith(world.directory ?? '', secrets)).toEqual([]);
    expect(world.logs.length).toBeGreaterThan(scripts.length);
    expect(world.logs.flatMap((line) => secretsIn(line, secrets))).toEqual([]);
  });

  test('every step, question, cause and outcome was reached, but for what cannot be', () => {
    const coverage: Coverage = coverageOf(played);
    writeCoverage(coverage);
    expect(uncovered(coverage)).toEqual([]);
  });
});
