import { openRedisStore } from '../../src/store/redis';
import { type RedisProcess, startRedisProcess } from '../redis';
import { type Coverage, coverageOf, uncovered, writeCoverage } from './coverage';
import { DOORS, type Door, sendThrough } from './doors';
import { type Played, play } from './play';
import { dumpRedis, folderOf } from './redis-dump';
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

describe('on Redis', () => {
  const secret = scripts.filter((script) => script.secrets.length > 0);
  let redis: RedisProcess;
  let kept: World;
  beforeAll(async () => {
    redis = await startRedisProcess(['appendonly yes']);
    kept = await openWorld({ open: () => openRedisStore({ url: redis.url }) });
  });
  afterAll(() => redis.stop());

  test('the conversations with secrets leave none in any key, nor in the file of all commands, nor in a log line', async () => {
    try {
      const door = await sendThrough('in process', kept);
      for (const script of secret) await play(script, { door, world: kept });
    } finally {
      await kept.close();
    }
    const dump = await dumpRedis(redis.url);
    expect(dump.length).toBeGreaterThan(10_000);
    expect(secretsIn(dump, secrets)).toEqual([]);
    expect(filesWith(await folderOf(redis.url), secrets)).toEqual([]);
    expect(kept.logs.flatMap((line) => secretsIn(line, secrets))).toEqual([]);
  });
});

describe('the search itself', () => {
  test('finds the secrets when nothing is masked', async () => {
    const open = await openWorld({ mask: (text) => ({ text, found: {} }) });
    const door = await sendThrough('in process', open);
    for (const script of scripts.filter((one) => one.secrets.length > 0)) await play(script, { door, world: open });
    await open.close();
    const found = filesWith(open.directory ?? '', secrets).map((where) => where.replace(/^.*: /, ''));
    await open.remove();
    // One user had everything deleted: those bytes may have been written over.
    expect(secrets.filter((one) => !found.includes(one)).length).toBeLessThanOrEqual(1);
  });
});
