import type { SlotMention } from '../recognizer';

/** A slot with the place it was read from. `start`–`end` is taken out of the text so that nothing else reads it. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly mention: SlotMention;
}

/** Stands for text that was read already; no rule knows it. */
const TAKEN = '□';

/** `text` with the spans replaced by as many marks: places stay the same. */
export function takeOut(text: string, spans: readonly { readonly start: number; readonly end: number }[]): string {
  let out = '';
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.end <= at) continue;
    const start = Math.max(at, span.start);
    out += text.slice(at, start) + TAKEN.repeat(span.end - start);
    at = span.end;
  }
  return out + text.slice(at);
}

/** The clause (between punctuation or blanks) around a place. */
export function clauseAt(text: string, start: number, end: number): { readonly before: string; readonly after: string } {
  const before = text.slice(Math.max(0, start - 40), start);
  const after = text.slice(end, end + 40);
  return { before: before.slice(lastBreak(before)), after: after.slice(0, firstBreak(after)) };
}

const BREAKS = /[,。.!?;\n、](?!\d)| (?=\p{Script=Han})/u;
function firstBreak(text: string): number {
  const at = text.search(BREAKS);
  return at < 0 ? text.length : at;
}
function lastBreak(text: string): number {
  for (let at = text.length - 1; at >= 0; at--) if (/[,。!?;\n]/.test(text.charAt(at)) || isGap(text, at)) return at + 1;
  return 0;
}

/** A blank between Chinese characters. */
const isGap = (text: string, at: number): boolean =>
  text.charAt(at) === ' ' && text.charAt(at - 1) > '\u2fff' && text.charAt(at + 1) > '\u2fff';

/** Clauses of a text, split at punctuation. */
export function clauses(text: string): string[] {
  return text
    .split(
      /[,。!?;\n」』”]|[.、](?!\d)|(?<=\p{Script=Han}) (?=\p{Script=Han})|(?<=\d) (?![元块万千百个点号月日年天秒小分时笔次张家])(?=\p{Script=Han})/u,
    )
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '');
}

/** 不是激活, 不是什么流量费, unless asked: 不是激活费吗, 是不是押金. */
const DENIAL = /(?<!是)(?:不是|并非)(?!说|要|应该|都|已经|我|因为)[^,。!?;]{1,12}?(?=[,。!; ]|(?<!不)是|$)/g;

/** `text` without what it says is not so. */
export function withoutDenials(text: string): string {
  return /不是|并非/.test(text) ? text.replace(DENIAL, (denied) => (/[吗么嘛吧]$/.test(denied) ? denied : '')) : text;
}

const MAX_OF_A_KIND = 40;

/** The first matches of a global pattern; a message that has more of a kind is no message. `matchAll` would copy the pattern at every call. */
export function firstMatches(text: string, pattern: RegExp): RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && matches.length < MAX_OF_A_KIND; match = pattern.exec(text)) {
    matches.push(match);
    if (match[0] === '') pattern.lastIndex++;
  }
  pattern.lastIndex = 0;
  return matches;
}
