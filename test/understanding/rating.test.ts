import { parseRating } from '../../src/understanding/embedded/rating';

test.each([
  ['5', { score: 5 }],
  [' 四星 ', { score: 4 }],
  ['3分，处理得有点慢', { score: 3, words: '处理得有点慢' }],
  ['5 stars! very kind', { score: 5, words: 'very kind' }],
  ['二：没人管', { score: 2, words: '没人管' }],
  ['５', { score: 5 }],
  ['④', { score: 4 }],
  ['３分，还行', { score: 3, words: '还行' }],
])('「%s」 is a mark', (said, rating) => {
  expect(parseRating(said)).toEqual(rating);
});

test.each(['0', '6', '15', '5号刷的', '五百块', '3点', '谢谢', ''])('「%s」 is no mark', (said) => {
  expect(parseRating(said)).toBeUndefined();
});
