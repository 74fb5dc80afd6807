/** One pattern that matches where any of these does, tried in their order, with the flags of the first: a long list that can be read by lines. */
export function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), patterns[0]?.flags);
}
