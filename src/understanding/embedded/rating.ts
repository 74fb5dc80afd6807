/** A mark from 1 to 5, with or without a word about it. */
export interface Rating {
  readonly score: number;
  /** Absent when the mark stood alone. */
  readonly words?: string;
}

const MARK = /^\s*([1-5一二三四五])\s*(?:分|星|颗星|顆星|points?|stars?)?(?:[\s，,。.!！、;；:：]+(.{0,200}))?$/su;
const NUMERALS = '一二三四五';

/** The mark (评分) a message gives: 「5」, 「四星，谢谢」, 「５」, 「⑤」; undefined when it is no mark. */
export function parseRating(text: string): Rating | undefined {
  const plain = text.trimStart().replace(/^./su, (first) => first.normalize('NFKC'));
  const [, mark, said = ''] = MARK.exec(plain) ?? [];
  if (mark === undefined) return undefined;
  const score = NUMERALS.includes(mark) ? NUMERALS.indexOf(mark) + 1 : Number(mark);
  const words = said.trim();
  return words === '' ? { score } : { score, words };
}
