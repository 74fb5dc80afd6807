import type { Asking } from '../../src/domain/slots';
import { extract } from '../../src/understanding/embedded/extract';
import { CASE_FILES, readCases, said } from './cases';

/** Found beside what a case is about without harm: checked only where the case names them. */
const UNCHECKED = /^(?:role|issueType|payFamily|noticeText|feeName|cardholderDebited|signal:.*|command|reply|range|ambiguous)$/;

describe.each(CASE_FILES)('%s', (file) => {
  test.each(readCases(file))('$text [$expecting]', ({ text, expecting, now, want }) => {
    const found = said(extract(text, { now, locale: 'zh-CN', ...(expecting ? { expecting: expecting as Asking } : {}) }));
    const wrong = [...want].filter(([key, value]) => (value === '-' ? found.has(key) : found.get(key) !== value));
    const extra = [...found.keys()].filter((key) => !want.has(key) && !UNCHECKED.test(key));
    expect({ wrong: wrong.map(([key, value]) => `${key}: ${value}, not ${found.get(key)}`), extra }).toEqual({ wrong: [], extra: [] });
  });
});
