import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseColumns, readHeldOut } from '../../src/understanding/embedded/corpus';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import type { Understanding } from '../../src/understanding/recognizer';

const FOLDER = join(__dirname, '../../src/understanding/embedded');
const recognizer = createEmbeddedRecognizer();
const faqOf = async (text: string): Promise<Understanding['faq']> =>
  (await recognizer.recognize(text, { locale: 'zh-CN', now: '2026-09-23T15:00:00+08:00' })).faq;

function questionsOf(path: string): (readonly [key: string, text: string])[] {
  return parseColumns(readFileSync(path, 'utf8'), 2, path).map(({ cells: [key = '', text = ''] }) => [key, text] as const);
}
const trained = questionsOf(join(FOLDER, 'faq.tsv'));
const heldBack = questionsOf(join(__dirname, 'faq-held-out.tsv'));

test('every one of the 78 questions has at least 12 paraphrases, none of them twice or held back', () => {
  const perKey = new Map<string, number>();
  for (const [key] of trained) perKey.set(key, (perKey.get(key) ?? 0) + 1);
  expect(perKey.size).toBe(78);
  expect([...perKey].filter(([, n]) => n < 12)).toEqual([]);
  const texts = trained.map(([, text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(heldBack.filter(([, text]) => texts.includes(text))).toEqual([]);
});

test('questions worded by nobody before are answered, and hardly ever by the wrong answer', async () => {
  const asked = heldBack.filter(([key]) => key !== 'none');
  const found = await Promise.all(asked.map(async ([key, text]) => ({ key, text, faq: await faqOf(text) })));
  const right = found.filter(({ key, faq }) => faq?.key === key);
  const wrong = found.filter(({ key, faq }) => faq !== undefined && faq.key !== key);
  expect(right.length / asked.length).toBeGreaterThanOrEqual(0.8);
  expect(wrong.length / asked.length).toBeLessThanOrEqual(0.03);
});

test.each(heldBack.filter(([key]) => key === 'none').filter(([, text]) => /[我昨刷]/.test(text)))(
  '%s: 「%s」 is no general question',
  async (_, text) => {
    expect(await faqOf(text)).toBeUndefined();
  },
);

test('what people tell of their own case, and what is not ours, is rarely taken for a question', async () => {
  const telling = [
    'report_not_received',
    'report_charged_but_failed',
    'report_double_charge',
    'provide_info',
    'correct_info',
    'out_of_scope',
  ];
  const texts = readHeldOut().filter(({ intent }) => telling.includes(intent));
  const taken = await Promise.all(texts.map(({ text }) => faqOf(text)));
  expect(taken.filter((faq) => faq !== undefined).length / texts.length).toBeLessThanOrEqual(0.04);
});

test.each([
  ['T+1是哪天到', 'T01'],
  ['为什么只要后四位', 'P01'],
  ['点解淨係要尾四個字', 'P01'],
  ['how long does a card refund take', 'R02'],
  ['二清机啥意思', 'V02'],
])('%s is %s', async (text, key) => {
  expect(await faqOf(text)).toMatchObject({ key });
});
