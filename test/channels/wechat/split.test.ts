import { randomInt } from 'node:crypto';
import { splitText, TEXT_BYTES } from '../../../src/channels/wechat/split';
import { fastest } from '../../fastest';

const SENTENCES = [
  '您这笔¥1,280.00的交易预计11月8日18:00前到账。',
  '参考号123456789012，案件号DZ20261124-ACDEF-07。',
  '请看https://mp.weixin.qq.com/s/abc?x=1&y=2，里面有说明；',
  '👨‍👩‍👧‍👦一家都用👍🏽这台机器！',
  '一千二百八十元整，分3笔。\n\n',
  '没有收到的话，\n回复「转人工」。',
];
const bytes = (text: string) => Buffer.byteLength(text);
const bare = (text: string) => text.replace(/\s/g, '');
const sample = (length: number) => {
  let text = '';
  while (bytes(text) < length) text += SENTENCES[randomInt(SENTENCES.length)];
  return text.trim();
};

test('pieces are within the limit and lose nothing but white space at the cuts', () => {
  for (let n = 0; n < 100; n += 1) {
    const text = sample(randomInt(100, 9000));
    const limit = randomInt(200, TEXT_BYTES + 1);
    const pieces = splitText(text, limit);
    expect(pieces.every((piece) => bytes(piece) <= limit && piece !== '' && piece === piece.trim())).toBe(true);
    expect(bare(pieces.join(''))).toBe(bare(text));
  }
});

test('no amount, address, number, time, case id, sum in words or emoji is torn', () => {
  const whole = [
    ...['¥1,280.00', '11月8日18:00', '123456789012', 'DZ20261124-ACDEF-07', 'https://mp.weixin.qq.com/s/abc?x=1&y=2'],
    ...['👨‍👩‍👧‍👦', '👍🏽', '一千二百八十元'],
  ];
  const count = (text: string, part: string) => text.split(part).length - 1;
  for (let n = 0; n < 100; n += 1) {
    const text = sample(6000);
    const pieces = splitText(text, randomInt(150, 700));
    for (const part of whole) expect(pieces.reduce((sum, piece) => sum + count(piece, part), 0)).toBe(count(text, part));
  }
});

test('a text of 7,000 bytes is four messages of whole sentences', () => {
  const text = '这是一句话，说的是到账时间。'.repeat(170);
  const pieces = splitText(text);
  expect(pieces).toHaveLength(4);
  expect(pieces.every((piece) => piece.endsWith('。'))).toBe(true);
});

test.each([
  ['a blank line before a line', `${'甲'.repeat(40)}\n\n${'乙'.repeat(10)}\n${'丙。'.repeat(20)}`, '甲'.repeat(40)],
  ['a line before a sentence', `${'甲'.repeat(40)}\n${'乙。'.repeat(40)}`, '甲'.repeat(40)],
  ['a sentence before a comma', `${'甲'.repeat(39)}。乙，${'丙'.repeat(60)}`, `${'甲'.repeat(39)}。`],
  ['a closing mark stays with its sentence', `「${'甲'.repeat(39)}。」${'丙'.repeat(60)}`, `「${'甲'.repeat(39)}。」`],
  ['a comma before nothing', `${'甲'.repeat(39)}，${'丙'.repeat(60)}`, `${'甲'.repeat(39)}，`],
])('cuts at %s', (_, text, first) => {
  expect(splitText(text, 180)[0]).toBe(first);
});

test('what has no place to cut is cut between characters all the same', () => {
  const url = `https://example.com/${'a'.repeat(3000)}`;
  expect(splitText(url, 500).join('')).toBe(url);
  const emoji = '👨‍👩‍👧‍👦'.repeat(100);
  expect(splitText(emoji, 60).every((piece) => /^(?:👨‍👩‍👧‍👦)+$/u.test(piece))).toBe(true);
  const pile = `a${'\u0301'.repeat(3000)}`;
  expect(splitText(pile, 500).join('')).toBe(pile);
});

test('short, empty and long texts take no time', async () => {
  expect(splitText('')).toEqual([]);
  expect(splitText('  \n')).toEqual([]);
  expect(splitText(' 好 ')).toEqual(['好']);
  const split = () => {
    splitText('a'.repeat(60_000));
    splitText('一'.repeat(60_000));
    splitText('¥1 '.repeat(30_000));
  };
  expect(await fastest(1499, split, 3)).toBeLessThan(1500);
});
