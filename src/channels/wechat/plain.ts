/** Texts as WeChat shows them: without markdown, and without anything of the user's that would become a link. */

/** `**` next to a `*` is a masked number (****4242), not bold. */
const BOLD = /(?<!\*)\*\*(?![*\s])([^*\n]+?)(?<!\s)\*\*(?!\*)/g;
const ITALIC = /(?<![*\w])\*(?![*\s])([^*\n]+?)(?<!\s)\*(?![*\w])/g;
const LINK = /!?\[([^\]\n]{0,200})\]\((https?:\/\/[^\s)]{1,1000})\)/g;

/** Plain text of markdown; `<` becomes ＜, since `<a href>` in a shop's name would be a link. */
export function toPlain(markdown: string): string {
  return markdown
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map(line)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function line(text: string): string {
  if (/^\s*(?:-{3,}|\*{3,}|={3,}|```\w*)\s*$/.test(text)) return '';
  return text
    .replace(/^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/, '「$1」')
    .replace(/^(\s*)[-*+]\s+/, '$1· ')
    .replace(/^\s{0,3}>\s?/, '')
    .replace(LINK, (_, name: string, url: string) => (name === '' ? url : `${name}：${url}`))
    .replace(BOLD, '「$1」')
    .replace(ITALIC, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replaceAll('<', '＜')
    .trimEnd();
}
