import { formatScores, judge } from '../../src/understanding/eval';
import type { Recognizer } from '../../src/understanding/recognizer';
import { type Scored, scoresOf } from '../../src/understanding/scores';

function scored(intent: string, found: string, confidence: number, decided = found): Scored {
  return { intent, register: 'plain', found, confidence, decided, ms: confidence };
}

test('macro-F1 is the mean over the intents, of the in-scope texts alone', () => {
  const { accuracy, macroF1, byIntent } = scoresOf([
    scored('greet', 'greet', 0.9),
    scored('greet', 'greet', 0.8),
    scored('affirm', 'greet', 0.7),
    scored('affirm', 'affirm', 0.9),
    scored('out_of_scope', 'greet', 0.1, 'out_of_scope'),
  ]);
  expect(accuracy).toBe(0.75);
  expect(byIntent).toEqual([
    { name: 'affirm', precision: 1, recall: 0.5, f1: 2 / 3, count: 2 },
    { name: 'greet', precision: 2 / 3, recall: 1, f1: 0.8, count: 2 },
  ]);
  expect(macroF1).toBeCloseTo((2 / 3 + 0.8) / 2);
});

test('the area under the curve is the chance that a text of ours is the more confident, ties half', () => {
  const auroc = (ours: number[], others: number[]): number =>
    scoresOf([...ours.map((c) => scored('greet', 'greet', c)), ...others.map((c) => scored('out_of_scope', 'greet', c))]).outside.auroc;
  expect(auroc([0.9, 0.8], [0.1, 0.2])).toBe(1);
  expect(auroc([0.1], [0.9])).toBe(0);
  expect(auroc([0.5], [0.5])).toBe(0.5);
  expect(auroc([0.9, 0.3], [0.5, 0.1])).toBe(0.75);
});

test('tells what was turned away, rightly and wrongly, and what was acted on', () => {
  const { outside, acted } = scoresOf([
    scored('greet', 'greet', 0.9),
    scored('greet', 'affirm', 0.9),
    scored('greet', 'greet', 0.2, 'out_of_scope'),
    scored('greet', 'greet', 0.5, 'clarify'),
    scored('out_of_scope', 'greet', 0.1, 'out_of_scope'),
    scored('out_of_scope', 'greet', 0.9),
  ]);
  expect(outside).toMatchObject({ count: 2, recall: 0.5, acted: 0.5, wrongRejects: 0.25 });
  expect(acted).toEqual({ precision: 0.5, share: 0.5 });
});

test('nothing to score gives zeros, and a table all the same', () => {
  expect(formatScores(scoresOf([]))).toContain('0 texts · accuracy 0.000');
});

test('a recognizer is judged on each text with its best intent and its decision', async () => {
  const fixed = { confidence: 0.4, decided: 'clarify', ranked: [], slots: [], transactions: [], signals: [], fragment: false } as const;
  const recognizer: Recognizer = { recognize: async (text) => (text === '好' ? { ...fixed, intent: 'affirm' } : fixed) };
  const texts = ['好', '？'].map((text) => ({ intent: 'affirm', register: 'short', text }));
  expect(await judge(recognizer, texts)).toMatchObject([
    { intent: 'affirm', register: 'short', found: 'affirm', confidence: 0.4, decided: 'clarify' },
    { found: '', decided: 'clarify' },
  ]);
});
