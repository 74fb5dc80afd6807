import { FAQ_IDS, isTextKey, LOCALES, localeOf, type TextKey, text } from '../../locales/index';
import { paramsOf, sentencesOf } from './sentences';

const withParams = [...sentencesOf('zh-CN')].filter(([, sentence]) => paramsOf(sentence).length > 0) as [TextKey, string][];

function someWithParams(): [TextKey, string] {
  const first = withParams[0];
  if (!first) throw new Error('no sentence of zh-CN has a parameter');
  return first;
}

describe('text', () => {
  test('answers in the language asked for', () => {
    expect(text('zh-CN', 'faq.T01.question')).toBe('T+1是哪一天？');
    expect(text('zh-Hant', 'faq.T11.question')).toBe('可以加急到帳嗎？');
    expect(text('en-US', 'faq.T01.question')).toBe('Which day is T+1?');
  });

  test('refuses to speak a sentence whose parameter is missing', () => {
    const [key] = someWithParams();
    for (const locale of LOCALES) expect(() => text(locale, key)).toThrow(expect.objectContaining({ code: 'TEXT_PARAM_MISSING' }));
  });

  test('fills in what a user wrote literally: no escaping, no second pass over it', () => {
    const [key, sentence] = someWithParams();
    const said = `<b>"小王"&'$t(faq.T01.answer)' $& {{now}}`;
    const spoken = text('zh-CN', key, Object.fromEntries(paramsOf(sentence).map((name) => [name, said])));
    expect(spoken).toBe(sentence.replace(/\{\{\w+\}\}/g, () => said));
  });

  test('a parameter may bear the name of an option of the library', () => {
    expect(text('zh-CN', 'faq.T01.question', { lng: 'en-US', ns: 'x', count: 2, context: 'y' })).toBe('T+1是哪一天？');
  });

  test('refuses a key that names no sentence', () => {
    expect(() => text('en-US', 'faq.T01' as TextKey)).toThrow(expect.objectContaining({ code: 'TEXT_KEY_MISSING' }));
    expect(() => text('en-US', 'faq.Z99.answer' as TextKey)).toThrow(expect.objectContaining({ code: 'TEXT_KEY_MISSING' }));
  });

  test('says nothing on the console when it starts', () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((level) =>
      jest.spyOn(console, level).mockImplementation(() => undefined),
    );
    jest.isolateModules(() => require('../../locales/index'));
    const lines = spies.flatMap((spy) => spy.mock.calls);
    for (const spy of spies) spy.mockRestore();
    expect(lines).toEqual([]);
  });
});

describe('isTextKey', () => {
  test('knows a sentence from a group and from nothing', () => {
    expect(isTextKey('faq.O03.answer')).toBe(true);
    expect(isTextKey('faq.O03')).toBe(false);
    expect(isTextKey('faq.O04.answer')).toBe(false);
  });
});

describe('FAQ_IDS', () => {
  test('are the 78 keys of the domain reference', () => {
    const counts = { T: 11, S: 12, R: 9, A: 7, F: 8, K: 5, V: 6, C: 5, X: 6, P: 2, Y: 4, O: 3 };
    const expected = Object.entries(counts).flatMap(([topic, n]) =>
      Array.from({ length: n }, (_, i) => topic + String(i + 1).padStart(2, '0')),
    );
    expect(FAQ_IDS).toEqual(expected);
  });
});

describe('localeOf', () => {
  test.each([
    ['zh-CN', 'zh-CN'],
    ['zh_CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-Hans-HK', 'zh-CN'],
    ['zh-HK', 'zh-Hant'],
    ['zh_TW', 'zh-Hant'],
    ['ZH-HANT', 'zh-Hant'],
    ['zh-Hant-MO', 'zh-Hant'],
    ['en', 'en-US'],
    ['en-GB', 'en-US'],
    ['EN_us', 'en-US'],
    ['ja-JP', 'zh-CN'],
    ['enm', 'zh-CN'],
    ['', 'zh-CN'],
    [undefined, 'zh-CN'],
  ] as const)('%s is answered in %s', (tag, locale) => {
    expect(localeOf(tag)).toBe(locale);
  });
});
