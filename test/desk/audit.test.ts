import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { auditChanges, verifyAudit } from '../../src/repositories/audit';
import { readOrMakeKey } from '../../src/seal';
import { openLmdbStore } from '../../src/store/lmdb';
import type { Json, Partition } from '../../src/store/store';
import { type DeskWorld, openDeskWorld } from './world';

let world: DeskWorld;
beforeEach(async () => {
  world = await openDeskWorld();
});
afterEach(() => world.close());

test('every reading and every action is in the audit log, which shows a changed, a missing and a cut entry', async () => {
  const id = await world.handOver();
  const li = await world.signIn('li');
  await li(`/api/desk/cases/${id}`);
  await li(`/api/desk/cases/${id}/accept`, {});
  await li(`/api/desk/cases/${id}/reply`, { text: '秘密的话' });
  const log = (await world.machine('/api/desk/audit')).body;
  expect(log).toMatchObject({ faults: [], entries: 4 });
  expect(log.last.map(({ actor, action }: { actor: string; action: string }) => `${actor} ${action}`).sort()).toEqual([
    'li accept',
    'li read',
    'li reply',
    'li sign-in',
  ]);
  expect(JSON.stringify(log)).not.toContain('秘密的话');

  const partition = world.talk.store.partition(Number(id.slice(-2)));
  const entries = await partition.list('audit');
  const [first, second, third] = entries as [(typeof entries)[number], (typeof entries)[number], (typeof entries)[number]];
  const faults = async () => (await world.machine('/api/desk/audit')).body.faults.map(({ why }: { why: string }) => why);
  const put = (entry: typeof first, value = entry.value) => partition.commit({ kind: 'put', collection: 'audit', id: entry.id, value });
  await put(second, { ...(second.value as object), actor: 'zhou' } as never);
  expect(await faults()).toEqual(['changed']);
  await put(second);
  await partition.commit({ kind: 'delete', collection: 'audit', id: first.id });
  expect(await faults()).toContain('missing');
  await put(first);
  await partition.commit({ kind: 'delete', collection: 'audit', id: third.id });
  expect(await faults()).toEqual(['cut']);
  await put(third);
  expect(await faults()).toEqual([]);
});

test('a case that many pages read at once is read by each, with an entry for each', async () => {
  const id = await world.handOver();
  const reading = Array.from({ length: 100 }, () => world.machine(`/api/desk/cases/${id}`));
  const answers = await Promise.all([...reading, world.machine(`/api/desk/cases/${id}/note`, { text: '大家在看' })]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await world.machine('/api/desk/audit')).body).toMatchObject({ faults: [], entries: 101 });
});

test('the chain is nothing without its key', async () => {
  await world.handOver();
  await world.machine('/api/desk/cases');
  const { faults } = await verifyAudit(world.talk.store, Buffer.alloc(32, 1));
  expect(faults.length).toBeGreaterThan(0);
});

test('the chain breaks when any byte of an entry is changed, and when entries change places', async () => {
  const id = await world.handOver();
  const li = await world.signIn('li');
  await li(`/api/desk/cases/${id}/accept`, {});
  await li(`/api/desk/cases/${id}/transfer`, { agent: 'zhou' });
  const partition = world.talk.store.partition(Number(id.slice(-2)));
  const [first, second] = await partition.list('audit');
  if (!first || !second) throw new Error('two entries');
  const put = (to: string, value: Json) => partition.commit({ kind: 'put', collection: 'audit', id: to, value });
  const holds = async () => (await world.machine('/api/desk/audit')).body.faults.length === 0;
  const bytes = JSON.stringify(second.value);
  let changed = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const value = parse(bytes.slice(0, at) + (bytes[at] === '1' ? '2' : '1') + bytes.slice(at + 1));
    if (value === undefined) continue;
    changed += 1;
    await put(second.id, value);
    expect([bytes.slice(at, at + 12), await holds()]).toEqual([bytes.slice(at, at + 12), false]);
  }
  expect(changed).toBeGreaterThan(150);
  await Promise.all([put(first.id, second.value), put(second.id, first.value)]);
  expect(await holds()).toBe(false);
  await Promise.all([put(first.id, first.value), put(second.id, second.value)]);
  expect(await holds()).toBe(true);
});

test('the command finds the log whole, or says where it was changed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'audit-'));
  const key = readOrMakeKey(folder);
  const write = async (change: (partition: Partition) => Promise<unknown>) => {
    const store = await openLmdbStore({ directory: folder });
    await change(store.partition(5));
    await store.close();
  };
  const verify = () =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', path.join(__dirname, '../../src/commands/desk.ts'), 'verify'], {
      cwd: path.join(__dirname, '../..'),
      env: { PATH: process.env.PATH, DATA_DIR: folder },
    });
  await write(async (partition) =>
    partition.commit(...(await auditChanges(partition, key, { at: '2026-11-20T10:00:00+08:00', actor: 'li', action: 'read' }))),
  );
  expect((await verify()).stdout).toBe('the audit log holds: 1 entries\n');
  await write(async (partition) => {
    const [entry] = await partition.list('audit');
    const value = { ...(entry?.value as object), actor: 'zhou' };
    await partition.commit({ kind: 'put', collection: 'audit', id: entry?.id ?? '', value });
  });
  await expect(verify()).rejects.toMatchObject({ code: 1, stdout: 'chain 5, entry 1: changed\nthe audit log was tampered with\n' });
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
