import { LOCALES } from '../../locales/index';
import { barePromises, paramsOf, questionMarks, sentencesOf, strangeContacts, wrongPunctuation, wrongScript } from './sentences';

const source = sentencesOf('zh-CN');

/** What is written right beside another sentence of the same message: in English it brings the space between them. */
const JOINED =
  /^(?:cause\.|conclusion\.provisional$|refusal\.tail$|contact-agent\.outside$|talk\.separator$|summary\.(?:bar|comma|provisional)$)/;

/** The sentences of a file that `fault` complains about, with the complaint. */
function faultsOf(locale: (typeof LOCALES)[number], fault: (sentence: string, key: string) => string | readonly string[] | boolean) {
  return [...sentencesOf(locale)].flatMap(([key, sentence]) => {
    const found = fault(sentence, key);
    return found === true || (found !== false && found.length > 0) ? [`${key}: ${found} in: ${sentence}`] : [];
  });
}

/** Whether the spaces around a sentence are right: none, or in English the one that parts it from what it is joined to. */
function isTrimmed(locale: (typeof LOCALES)[number], key: string, sentence: string): boolean {
  const bare = sentence.trim();
  const joined = locale === 'en-US' && JOINED.test(key);
  return joined ? [` ${bare}`, `${bare} `, ` ${bare} `].includes(sentence) : sentence === bare;
}

describe.each(LOCALES)('%s', (locale) => {
  test('has exactly the keys of zh-CN', () => {
    expect([...sentencesOf(locale).keys()].sort()).toEqual([...source.keys()].sort());
  });

  test('has the parameters of zh-CN in every sentence', () => {
    expect(faultsOf(locale, (sentence, key) => paramsOf(sentence).join() !== paramsOf(source.get(key) ?? '').join())).toEqual([]);
  });

  test('has no empty, untrimmed or half-written sentence', () => {
    expect(
      faultsOf(
        locale,
        (sentence, key) =>
          !isTrimmed(locale, key, sentence) || sentence === '' || /TODO|undefined|\{\{(?!\w+\}\})|(?<!\{\{\w+)\}\}|\$t\(/.test(sentence),
      ),
    ).toEqual([]);
  });

  test('is written in its own script', () => {
    expect(faultsOf(locale, (sentence) => wrongScript(locale, sentence))).toEqual([]);
  });

  test('has the punctuation of its language', () => {
    expect(faultsOf(locale, (sentence) => wrongPunctuation(locale, sentence))).toEqual([]);
  });

  test('addresses the user politely', () => {
    expect(faultsOf(locale, (sentence) => sentence.match(/你/g) ?? [])).toEqual([]);
  });

  test('asks at most one question per message', () => {
    expect(faultsOf(locale, (sentence) => questionMarks(sentence) > 1)).toEqual([]);
    expect(faultsOf(locale, (sentence, key) => /^faq\..*\.answer$/.test(key) && questionMarks(sentence) > 0)).toEqual([]);
  });

  test('offers choices on one line each, no two alike within a question', () => {
    const titles = [...sentencesOf(locale)].filter(([key]) => /(?:choices|trap)\.\w+$/i.test(key));
    expect(titles.length).toBeGreaterThan(50);
    expect(titles.filter(([, title]) => /[\r\n]/.test(title))).toEqual([]);
    const offered = titles.map(([key, title]) => `${key.replace(/\w+$/, '')} ${title.normalize('NFKC').toLowerCase()}`);
    expect(offered.filter((title, at) => offered.indexOf(title) !== at)).toEqual([]);
  });

  test('names no phone number or address outside the allow-list', () => {
    expect(faultsOf(locale, strangeContacts)).toEqual([]);
  });

  test('promises no money without saying that it is expected', () => {
    expect(faultsOf(locale, barePromises)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test.each([
    '这笔款会到账。',
    '您的钱一定到账。',
    '款項將於今日入帳。',
    'The money will arrive today.',
    '保证今天退回。',
    '没到预计时间。明天会退回。',
  ])('see the promise in %s', (sentence) => {
    expect(barePromises(sentence)).toHaveLength(1);
  });

  test.each([
    '预计11月8日18:00前会到账。',
    '不保证到账。',
    '要交保证金的都是诈骗。',
    '如果明天仍未到账，可以转人工。',
    'It is expected to arrive today.',
  ])('see no promise in %s', (sentence) => {
    expect(barePromises(sentence)).toEqual([]);
  });

  test.each(['请打95193', '电话13800138000', '400-123-4567', '点www.example.com', '打12306'])('see the stranger in %s', (sentence) => {
    expect(strangeContacts(sentence)).not.toEqual([]);
  });

  test.each(['95516', '拨打110或96110', '9月30日', '银发259号文', '单笔上限50000元', '¥12345.00'])('see no stranger in %s', (sentence) => {
    expect(strangeContacts(sentence)).toEqual([]);
  });

  test.each([
    ['zh-Hant', '预計到帳', '预'],
    ['zh-Hant', '以協議為准', '准'],
    ['zh-Hant', '節后', '后'],
    ['zh-CN', '到帳', '帳'],
    ['en-US', 'T+1 到账', '到账'],
  ] as const)('in %s, %s is of the wrong script', (locale, sentence, wrong) => {
    expect(wrongScript(locale, sentence)).toBe(wrong);
  });

  test.each([
    ['zh-CN', '请稍等,谢谢'],
    ['zh-CN', '金额{{amount}}, 对吗？'],
    ['zh-Hant', '對嗎?'],
    ['zh-CN', '显示"成功"'],
    ['en-US', 'Yes，please'],
  ] as const)('in %s, %s is wrongly punctuated', (locale, sentence) => {
    expect(wrongPunctuation(locale, sentence)).not.toBe('');
  });
});
