import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCorpus } from '../../src/understanding/embedded/check-corpus';
import { readCorpus, readHeldOut, readLabelled } from '../../src/understanding/embedded/corpus';
import { findDuplicates } from '../../src/understanding/embedded/duplicates';
import { INTENTS } from '../../src/understanding/recognizer';

const corpus = readCorpus(join(__dirname, '../../src/understanding/embedded/utterances'));

test('the corpus has no repeats, and none of its texts is held back for testing', () => {
  expect(checkCorpus(corpus, readHeldOut()).faults).toEqual([]);
});

test.each(INTENTS.filter((name) => name !== 'out_of_scope'))('%s has utterances in at least eight registers', (name) => {
  const own = corpus.filter(({ intent }) => intent === name);
  expect(own.length).toBeGreaterThanOrEqual(150);
  expect(new Set(own.map(({ register }) => register)).size).toBeGreaterThanOrEqual(8);
});

test('at least half of what is out of scope is near our domain', () => {
  const outside = corpus.filter(({ intent }) => intent === 'out_of_scope');
  expect(outside.length).toBeGreaterThanOrEqual(500);
  expect(outside.filter(({ register }) => register === 'near').length * 2).toBeGreaterThanOrEqual(outside.length);
});

test('a text repeats another when only punctuation, case or width differ, or few words', () => {
  const texts = [
    '我昨天刷的卡没到账',
    '我昨天刷的卡,没到账!',
    '昨天下午三点刷的那笔钱到现在都没到账',
    '昨天下午三点刷的那笔钱到现在都没到账呢',
    'ABC退款',
    'ａｂｃ退款',
  ];
  expect(findDuplicates(texts).map(({ first, again }) => [first, again])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});

test('short texts and bare numbers repeat only what is the same', () => {
  expect(findDuplicates(['可以', '可以的', '1280', '6621'])).toEqual([]);
});

describe('a faulty line is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  test.each([
    ['greet.tsv', 'plain\t你好\nplain 没有制表符', 'greet.tsv:2: expected 2 tab-separated columns'],
    ['greet.tsv', 'polite\t你好', 'greet.tsv:1: unknown register polite'],
    ['hello.tsv', 'plain\t你好', 'hello.tsv:1: unknown intent hello'],
  ])('%s %j', (file, content, message) => {
    writeFileSync(join(folder, file), content);
    expect(() => readCorpus(folder)).toThrow(message);
    rmSync(join(folder, file));
  });
  test('also in a test set', () => {
    const path = join(folder, 'voice');
    writeFileSync(path, '# comment\n\ngreet\tplain\t你好\ngreet\t你好');
    expect(() => readLabelled(path)).toThrow(`${path}:4: expected 3`);
  });
});
