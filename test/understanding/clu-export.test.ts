import { projectOf } from '../../src/understanding/clu-export';
import { dataPath } from '../../src/understanding/embedded/artefact';
import { readCorpus, readHeldOut } from '../../src/understanding/embedded/corpus';
import { INTENTS } from '../../src/understanding/recognizer';

const utterance = (intent: (typeof INTENTS)[number], text: string, register = 'plain') => ({ intent, register, text });

test('the corpus makes a project the service imports: every intent, None for out of scope, held-back texts to test on', () => {
  const { metadata, assets } = projectOf('daozhang', readCorpus(dataPath('utterances')), readHeldOut());
  expect(metadata).toMatchObject({ projectKind: 'Conversation', projectName: 'daozhang', language: 'zh-hans', multilingual: true });
  const categories = assets.intents.map(({ category }) => category);
  expect(categories).toEqual([...INTENTS.slice(0, -1), 'None']);
  expect(assets.utterances.every(({ intent }) => categories.includes(intent))).toBe(true);
  expect(assets.utterances.filter(({ dataset }) => dataset === 'Train').length).toBeGreaterThan(5000);
  expect(assets.utterances.filter(({ dataset }) => dataset === 'Test').length).toBeGreaterThan(500);
});

test('an utterance is tagged with the language it is written in', () => {
  const texts = [
    utterance('greet', 'hello there'),
    utterance('greet', '你好'),
    utterance('greet', '你好嗎各位', 'traditional'),
    utterance('affirm', '👌'),
  ];
  expect(projectOf('p', texts, []).assets.utterances.map(({ language }) => language)).toEqual(['en-us', 'zh-hans', 'zh-hant', 'zh-hans']);
});

test('a text is written once, held-back texts first, and never longer than the service reads', () => {
  const { utterances } = projectOf(
    'p',
    [utterance('greet', '你好'), utterance('greet', '你好'), utterance('greet', '啊'.repeat(501))],
    [utterance('greet', '你好')],
  ).assets;
  expect(utterances).toEqual([{ text: '你好', intent: 'greet', language: 'zh-hans', dataset: 'Test', entities: [] }]);
});

test('a project name the service refuses is refused here', () => {
  expect(() => projectOf('到账 助手', [], [])).toThrow();
});
