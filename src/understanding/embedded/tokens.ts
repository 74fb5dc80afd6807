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

const TOKEN = /(?<![a-z])[td] ?(?:\+|加)? ?[01一零](?![0-9a-z一-十])|[0-9][0-9.,:]*%?|[a-z]+(?:'[a-z]+)?|\*+|[^\s]/uy;
const SILENT = /^[,.;:!"'`~、。，；：！…“”‘’()（）[\]{}<>《》【】\-_=+/\\|]$/u;

const isHan = (code: number): boolean => code >= 0x4e00 && code <= 0x9fff;

/** What a token that is no Chinese character stands for; undefined for silent punctuation. */
function standsFor(token: string): string | undefined {
  if (/^[td] ?(?:\+|加)? ?[01一零]$/.test(token)) return `${token.charAt(0)}+${/[1一]$/.test(token) ? 1 : 0}`;
  if (/^[0-9]/.test(token)) return digitShape(token.replace(/[.,:]+$/, ''));
  if (token.startsWith('*')) return '<mask>';
  if (SILENT.test(token)) return undefined;
  return token === '？' ? '?' : token;
}

/** Latin words, single characters, shapes of numbers; of punctuation only the question mark stays. `text` is lower-case. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    const blank = char === ' ';
    if (blank || isHan(text.charCodeAt(at))) {
      if (!blank) tokens.push(char);
      at += 1;
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.[0];
    const token = found && standsFor(found);
    if (token) tokens.push(token);
    at += found?.length ?? 1;
  }
  return tokens;
}
