import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSeal, readOrMakeKey } from '../src/seal';

const seal = createSeal(Buffer.alloc(32, 7));

test('what is sealed can be opened with the same key, and never looks the same twice', () => {
  const [first, second] = [seal.seal('13800001234'), seal.seal('13800001234')];
  expect(first).not.toBe(second);
  expect([first, second].map((sealed) => seal.open(sealed))).toEqual(['13800001234', '13800001234']);
  expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('1380000');
});

test('a changed text, another key and garbage open nothing', () => {
  const sealed = seal.seal('13800001234');
  const changed = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
  expect(seal.open(changed)).toBeUndefined();
  expect(createSeal(Buffer.alloc(32, 8)).open(sealed)).toBeUndefined();
  expect(seal.open('')).toBeUndefined();
});

test('the key of an installation is made once and only its owner may read it', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'seal-'));
  const key = readOrMakeKey(directory);
  expect(key).toHaveLength(32);
  expect(readOrMakeKey(directory)).toEqual(key);
  expect(statSync(path.join(directory, 'data.key')).mode & 0o777).toBe(0o600);
  rmSync(directory, { recursive: true });
});
