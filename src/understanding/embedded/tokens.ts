/** Numbers that are names: hotlines, sums typical of fees. */
const NAMED_NUMBERS: ReadonlySet<string> = new Set([
  '12315',
  '12363',
  '12378',
  '95516',
  '96110',
  '110',
  '12345',
  '99',
  '199',
  '299',
  '399',
]);

/** The shape of a run of digits: how long it is matters, what it is does not. */
function digitShape(run: string): string {
  if (NAMED_NUMBERS.has(run)) return run;
  if (run.endsWith('%')) return '<pct>';
  if (run.includes(':')) return '<clock>';
  if (/[.,]/.test(run)) return '<dec>';
  if (run.length <= 4) return `<d${run.length}>`;
  if (run.length <= 8) return '<d8>';
  return run.length <= 12 ? '<d12>' : '<d>';
}

const TOKEN = /(?<![a-z])[td] ?(?:\+|加)? ?[01一零](?![0-9a-z一-十])|[0-9][0-9.,:]*%?|[a-z]+(?:'[a-z]+)?|\p{Script=Han}|\*+|[^\s]/gu;
const SILENT = /^[,.;:!"'`~、。，；：！…“”‘’()（）[\]{}<>《》【】\-_=+/\\|]$/u;

/** Latin words, single characters, shapes of numbers; of punctuation only the question mark stays. `text` is lower-case. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^[td] ?(?:\+|加)? ?[01一零]$/.test(token)) tokens.push(`${token.charAt(0)}+${/[1一]$/.test(token) ? 1 : 0}`);
    else if (/^[0-9]/.test(token)) tokens.push(digitShape(token.replace(/[.,:]+$/, '')));
    else if (token.startsWith('*')) tokens.push('<mask>');
    else if (!SILENT.test(token)) tokens.push(token === '？' ? '?' : token);
  }
  return tokens;
}
