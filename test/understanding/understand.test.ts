import { Readable } from 'node:stream';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { parseLine, understandLines } from '../../src/understanding/understand';

const NOW = '2026-09-23T15:00:00+08:00';
const recognizer = createEmbeddedRecognizer();

async function understand(...lines: string[]): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  await understandLines(recognizer, Readable.from([`${lines.join('\n')}\n`]), (line) => written.push(line));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('prints one JSON line for each utterance, with the intent, the decision, the ranking and the time taken', async () => {
  const lines = await understand('我要转人工', '', 'hello');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    text: '我要转人工',
    intent: 'talk_to_human',
    decided: 'talk_to_human',
    slots: [],
    ms: expect.any(Number),
  });
  expect(lines[1]).toMatchObject({
    text: 'hello',
    intent: 'greet',
    ranked: expect.arrayContaining([{ name: 'greet', confidence: expect.any(Number) }]),
  });
});

test('reads JSON lines with the moment, the pending question and the locale', async () => {
  const [line] = await understand(JSON.stringify({ text: '1280', now: NOW, expecting: 'amount', locale: 'zh-Hant' }));
  expect(line).toMatchObject({ intent: 'provide_info', slots: [{ slot: 'amount', value: 128_000, text: '1280' }] });
});

test('prints a time as an instant of Shanghai, and a mere date as a date', async () => {
  const texts = ['昨天下午三点十分刷的', '前天刷的'].map((text) => JSON.stringify({ text, now: NOW }));
  const lines = await understand(...texts);
  expect(lines.map(({ slots }) => slots)).toEqual([
    expect.arrayContaining([expect.objectContaining({ slot: 'txTime', value: '2026-09-22T15:10:00+08:00' })]),
    expect.arrayContaining([expect.objectContaining({ slot: 'txTime', value: { date: '2026-09-21' } })]),
  ]);
});

test('marks an approximate amount', async () => {
  const [line] = await understand(JSON.stringify({ text: '大概3000块左右没到账', now: NOW }));
  expect(line?.slots).toContainEqual(expect.objectContaining({ slot: 'amount', value: 300_000, approx: true }));
});

test('turns away what is not ours', async () => {
  expect(await understand('借呗的钱没到账')).toMatchObject([{ decided: 'out_of_scope' }]);
});

test.each(['{"text": 5}', '{no json', '{"text":"好","locale":"fr-FR"}'])('takes %s for an utterance', (line) => {
  expect(parseLine(line, NOW)).toEqual({ text: line, now: NOW, locale: 'zh-CN' });
});
