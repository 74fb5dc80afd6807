import { addMs } from '../../src/domain/calendar';
import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { fastest } from '../fastest';

const recognizer = createEmbeddedRecognizer();
/** Another moment each time, so that nothing is remembered from the run before. */
const optionsOf = (run: number) => ({ locale: 'zh-CN', now: addMs('2026-09-23T15:00:00+08:00', run * 1000) }) as const;

const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  'one digit again and again': (n) => '1'.repeat(n),
  'single digits': (n) => '1 '.repeat(n / 2),
  'a numeral without end': (n) => '一百二十三万四千五百六十'.repeat(n / 12),
  'full-width digits mixed': (n) => '1２3４，'.repeat(n / 5),
  'amounts without end': (n) => '1280.50元'.repeat(n / 8),
  'times without end': (n) => '昨天下午三点'.repeat(n / 6),
  'zero-width and bidi characters': (n) => '没\u200b到\u202e账\u2066'.repeat(n / 6),
  'combining marks': (n) => '账\u0301\u0301\u0301'.repeat(n / 4),
  'punctuation alone': (n) => '，。！？'.repeat(n / 4),
  'clauses without end': (n) => '没到账，'.repeat(n / 4),
  brackets: (n) => '(((('.repeat(n / 4),
  'Latin letters': (n) => 'a'.repeat(n),
  'words of Latin letters': (n) => 'not received '.repeat(n / 13),
  emoji: (n) => '👍🏽'.repeat(n / 4),
  'a mask of asterisks': (n) => '*'.repeat(n),
  'half of a surrogate pair': (n) => '\ud83d'.repeat(n),
  'plus and T': (n) => 't+1d+0'.repeat(n / 6),
  'words of many meanings': (n) => '退款手续费到账'.repeat(n / 7),
};

test.each(Object.entries(SHAPES))('%s: 800 characters take no more than 10 ms', async (_, shape) => {
  expect(await fastest(10, (run) => recognizer.recognize(shape(800), optionsOf(run)))).toBeLessThanOrEqual(10);
});

test.each(Object.entries(SHAPES))('%s: ten times the longest text read takes no longer than that', async (_, shape) => {
  const longest = await fastest(40, (run) => recognizer.recognize(shape(2000), optionsOf(run)));
  expect(longest).toBeLessThanOrEqual(40);
  const limit = longest * 2 + 10;
  expect(await fastest(limit, (run) => recognizer.recognize(shape(20_000), optionsOf(run)))).toBeLessThanOrEqual(limit);
});

test('a message of 100 characters is understood in 5 ms', async () => {
  const text =
    '你好，我是开小超市的，昨天下午三点左右有个顾客刷信用卡买了1280块钱的东西，小票也打出来了，但是今天我看结算卡里这笔钱一直没有到账，后台显示已划款，麻烦帮我查一下到底是怎么回事，谢谢了啊';
  expect(text.length).toBeGreaterThanOrEqual(90);
  expect(await fastest(5, (run) => recognizer.recognize(text, optionsOf(run)))).toBeLessThanOrEqual(5);
});
