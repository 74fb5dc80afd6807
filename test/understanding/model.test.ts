import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArtefactError, linearFrom, openArtefact, pack, unpack } from '../../src/understanding/embedded/artefact';
import { readHeldOut } from '../../src/understanding/embedded/corpus';
import { exampleOf } from '../../src/understanding/embedded/examples';
import { featuresOf } from '../../src/understanding/embedded/features';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { LEARN, learn } from '../../src/understanding/embedded/learn';
import { probabilitiesOf } from '../../src/understanding/embedded/linear';
import { areAlike, sourceFingerprint } from '../../src/understanding/embedded/train';
import { judge } from '../../src/understanding/eval';
import { INTENTS } from '../../src/understanding/recognizer';
import { scoresOf } from '../../src/understanding/scores';

const FOLDER = join(__dirname, '../../src/understanding/embedded');
const PATH = join(FOLDER, 'model.bin');

describe('the committed model', () => {
  const { meta, arrays } = openArtefact(PATH);
  const model = linearFrom('intent', arrays, { labels: meta.labels, unknownIdf: meta.unknownIdfs.intent });

  test('is smaller than 2 MB and is read in less than 150 ms', () => {
    expect(readFileSync(PATH).length).toBeLessThan(2_000_000);
    const started = performance.now();
    openArtefact(PATH);
    expect(performance.now() - started).toBeLessThan(150);
  });

  test('was trained on the corpus and the lexicons that stand beside it (else: npm run train)', () => {
    expect(meta.fingerprint).toBe(sourceFingerprint(FOLDER));
    expect(meta.seed).toBe(LEARN.seed);
  });

  test('gives a probability to every intent, which sum to 1', () => {
    const probabilities = probabilitiesOf(model, featuresOf('刷卡没到账'));
    expect(probabilities).toHaveLength(INTENTS.length);
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  });
});

describe('an artefact', () => {
  const { meta } = openArtefact(PATH);
  test('is read back as it was written', () => {
    const arrays = { a: Uint32Array.of(1, 2, 3), b: Int8Array.of(-1, 5), c: Float32Array.of(0.5) };
    expect(unpack(pack(meta, arrays))).toEqual({ meta, arrays });
  });
  test.each([
    ['empty', Buffer.alloc(0)],
    ['cut off', readFileSync(PATH).subarray(0, 5000)],
    ['something else', Buffer.from('not a model at all')],
  ])('that is %s is refused with what to do', (_, bytes) => {
    expect(() => unpack(bytes)).toThrow(ArtefactError);
    expect(() => unpack(bytes)).toThrow('npm run train');
  });
  test('that is missing is refused with what to do', () => {
    expect(() => openArtefact(join(FOLDER, 'no-such.bin'))).toThrow('npm run train');
  });
});

describe('learning', () => {
  const examples = [
    ...['没到账', '没收到钱', '钱没到'].map((text) => exampleOf({ intent: 'report_not_received', text })),
    ...['你好', '您好', '早上好'].map((text) => exampleOf({ intent: 'greet', text })),
  ];
  const options = { ...LEARN, minDocuments: 1 };
  test('gives the same weights for the same seed', () => {
    const labels = ['greet', 'report_not_received'];
    expect(learn(examples, labels, options)).toEqual(learn(examples, labels, options));
  });
  test('tells apart what it was shown', () => {
    const model = learn(examples, ['greet', 'report_not_received'], options);
    expect(probabilitiesOf(model, featuresOf('钱没收到'))[1]).toBeGreaterThan(0.8);
    expect(probabilitiesOf(model, featuresOf('你好呀'))[0]).toBeGreaterThan(0.8);
  });
  test('keeps no more features than allowed', () => {
    expect(learn(examples, ['greet', 'report_not_received'], { ...options, maxFeatures: 7 }).hashes).toHaveLength(7);
  });
});

describe('what `npm run check` compares with training', () => {
  const weights = Int8Array.of(10, -20, 30);
  const model = { ...learn([exampleOf({ intent: 'greet', text: '你好' })], ['greet'], LEARN), hashes: Uint32Array.of(1, 2, 3), weights };
  test.each([
    ['the same', { ...model }, true],
    ['a rounding step apart', { ...model, weights: Int8Array.of(11, -21, 30) }, true],
    ['two steps apart', { ...model, weights: Int8Array.of(12, -20, 30) }, false],
    ['of other features', { ...model, hashes: Uint32Array.of(1, 2, 4) }, false],
  ])('tells a model that is %s', (_, other, alike) => {
    expect(areAlike(model, other)).toBe(alike);
  });
});

describe('on text by other hands', () => {
  const scores = judge(createEmbeddedRecognizer(), readHeldOut()).then(scoresOf);
  test('the intents are told apart', async () => {
    const { macroF1, byIntent } = await scores;
    expect(macroF1).toBeGreaterThanOrEqual(0.88);
    expect(byIntent.filter(({ f1 }) => f1 < 0.75).map(({ name }) => name)).toEqual([]);
  });
  test('what is not ours is turned away, and little else', async () => {
    const { outside } = await scores;
    expect(outside.auroc).toBeGreaterThanOrEqual(0.95);
    expect(outside.recall).toBeGreaterThanOrEqual(0.8);
    expect(outside.wrongRejects).toBeLessThanOrEqual(0.08);
  });
  test('what is acted on is right', async () => {
    const { acted, outside } = await scores;
    expect(acted.precision).toBeGreaterThanOrEqual(0.93);
    expect(outside.acted).toBeLessThanOrEqual(0.06);
  });
});
