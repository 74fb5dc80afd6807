import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createCaseRoutes } from '../../src/desk/routes';
import { type Case, newDraft } from '../../src/domain/case';
import { addCase, createCaseId } from '../../src/repositories/cases';
import { passageChange } from '../../src/repositories/transcripts';
import { openLmdbStore } from '../../src/store/lmdb';
import { partitionOf, type Store } from '../../src/store/store';

const NOW = '2026-11-20T15:30:00+08:00';
const directory = mkdtempSync(path.join(os.tmpdir(), 'desk-'));
let store: Store;
beforeAll(async () => {
  store = await openLmdbStore({ directory });
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function openCase(conversationId: string, more: Partial<Case> = {}): Promise<Case> {
  const number = partitionOf(conversationId);
  const created: Case = {
    id: createCaseId(NOW, number),
    conversationId,
    channel: 'emulator',
    locale: 'zh-CN',
    createdAt: NOW,
    updatedAt: NOW,
    priority: 'P2',
    queue: 'Q-SETTLE',
    owner: 'queue',
    draft: { ...newDraft(NOW), facts: { amount: { value: 860_000, source: 'said', at: NOW } } },
    diagnosis: { causes: [{ id: 'D2', likelihood: 'medium' }], outcome: 'ESC-P2' },
    summary: '【案件】',
    missing: ['authCode'],
    contacts: 0,
    replyBy: NOW,
    ...more,
  };
  await addCase(store.partition(number), created);
  const passage = passageChange({ conversation: conversationId, order: 1, activities: [{ type: 'message', text: '钱没到账' }] });
  if (passage) await store.partition(number).commit(passage);
  return created;
}
const routes = (key: string | undefined) => createCaseRoutes({ store, key, flatten: ({ facts }) => ({ amount: facts.amount?.value }) });
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

test('a case is read by its id with draft, diagnosis, evidence and transcript', async () => {
  const { id } = await openCase('emulator/one');
  const { status, body } = await routes('k').find({ ...bearer('k'), params: { id } });
  expect([status, body]).toMatchObject([
    200,
    {
      ...{ id, priority: 'P2', queue: 'Q-SETTLE', owner: 'queue', channel: 'emulator', createdAt: NOW, summary: '【案件】' },
      draft: { amount: 860_000 },
      diagnosis: { outcome: 'ESC-P2' },
      evidence: { missing: ['authCode'], attachments: [] },
      transcript: [{ type: 'message', text: '钱没到账' }],
    },
  ]);
  expect(Object.keys(body as object)).not.toContain('conversationId');
});

test('open cases are listed, the most urgent first, closed ones not', async () => {
  const urgent = await openCase('emulator/two', { priority: 'P0' });
  const closed = await openCase('emulator/three', { owner: 'closed' });
  const { body } = await routes('k').list(bearer('k'));
  const ids = (body as readonly { id: string; transcript: unknown[] }[]).map(({ id }) => id);
  expect(ids[0]).toBe(urgent.id);
  expect(ids).not.toContain(closed.id);
});

test.each([
  ['no header', {}],
  ['another key', bearer('kk').headers],
  ['another scheme', { authorization: 'Basic k' }],
  ['the key alone', { authorization: 'k' }],
])('%s gets 401 and nothing more', async (_, headers) => {
  expect(await routes('k').list({ headers })).toEqual({ status: 401 });
  expect(await routes('k').find({ headers, params: { id: 'x' } })).toEqual({ status: 401 });
});

test('without a key in the settings there is no desk, whatever the caller sends', async () => {
  expect(await routes(undefined).list(bearer('undefined'))).toEqual({ status: 404 });
  expect(await routes(undefined).find({ headers: {}, params: { id: 'x' } })).toEqual({ status: 404 });
});

test.each(['DZ20261120-ABCDE-17', 'DZ20261120-ABCDE-99', '../../etc', ''])('no case has the id %s', async (id) => {
  expect(await routes('k').find({ ...bearer('k'), params: { id } })).toEqual({ status: 404 });
});
