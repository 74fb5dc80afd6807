/**
 * The XML of the message push: elements without attributes, text and CDATA. Read by a reader of its own, since what general parsers do more
 * (entities of a DOCTYPE, attributes, numbers out of text) is what goes wrong with them here; text comes out as it went in.
 */

/** Not the XML of a message. The text never quotes it. */
export class XmlError extends Error {
  readonly code = 'WECHAT_XML';
  constructor(why: string) {
    super(why);
    this.name = 'XmlError';
  }
}

/** An element's text, or its children by name; children of one name are a list. */
export type XmlValue = string | XmlElement | readonly (string | XmlElement)[];
export interface XmlElement {
  readonly [name: string]: XmlValue;
}

/** Events nest four deep at most (PicList). */
const MAX_DEPTH = 8;
const NAME = /[A-Za-z_][\w.-]{0,63}/y;
const SKIPPED = /(?:\s|<\?xml[^<>]*\?>|<!--(?:(?!--)[\s\S])*-->)*/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** XML 1.0 forbids them and no message needs them. Tab, line feed and return stay. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

interface Open {
  readonly name: string;
  readonly texts: { readonly text: string; readonly isCdata: boolean }[];
  readonly children: Map<string, (string | XmlElement)[]>;
}

/** The children of the one `<xml>` element. Throws XmlError. Takes time in proportion to the length. */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\uFEFF/, '').replace(CONTROL, '');
  const stack: Open[] = [];
  let at = skip(text, 0);
  for (;;) {
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      const top = stack.at(-1);
      if (end < 0 || !top) throw new XmlError('CDATA without an end or outside an element');
      top.texts.push({ text: text.slice(at + 9, end), isCdata: true });
      at = end + 3;
    } else if (text.startsWith('</', at)) {
      const name = nameAt(text, at + 2);
      const done = stack.pop();
      if (done?.name !== name) throw new XmlError('an end tag without its start');
      at = closed(text, at + 2 + name.length);
      const value = contentOf(done);
      const parent = stack.at(-1);
      if (parent) add(parent, name, value);
      else return rootOf(name, value, text, at);
    } else if (text[at] === '<') {
      const name = nameAt(text, at + 1);
      if (stack.length === MAX_DEPTH) throw new XmlError('nested too deep');
      const after = at + 1 + name.length;
      const isEmpty = /\s*\/>/y;
      isEmpty.lastIndex = after;
      if (isEmpty.test(text)) {
        const parent = stack.at(-1);
        if (!parent) throw new XmlError('nothing in it');
        add(parent, name, '');
        at = isEmpty.lastIndex;
      } else {
        stack.push({ name, texts: [], children: new Map() });
        at = closed(text, after);
      }
    } else {
      const top = stack.at(-1);
      const end = text.indexOf('<', at);
      if (end < 0 || !top) throw new XmlError('text outside an element');
      top.texts.push({ text: decode(text.slice(at, end)), isCdata: false });
      at = end;
    }
  }
}

function skip(text: string, from: number): number {
  SKIPPED.lastIndex = from;
  SKIPPED.test(text);
  return SKIPPED.lastIndex;
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw new XmlError('no tag where one must be (comments, DOCTYPE and instructions are not taken)');
  return name;
}

/** Where the tag ends; it has no attributes. */
function closed(text: string, from: number): number {
  const end = /\s*>/y;
  end.lastIndex = from;
  if (!end.test(text)) throw new XmlError('a tag with more than a name, or without an end');
  return end.lastIndex;
}

/** White space between children, and around CDATA, is no text. */
function contentOf({ texts, children }: Open): string | XmlElement {
  if (children.size === 0) {
    const isWrapped = texts.some(({ isCdata }) => isCdata);
    return texts.map(({ text, isCdata }) => (isWrapped && !isCdata ? text.trim() : text)).join('');
  }
  const entries = [...children].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values] as const);
  return Object.assign(Object.create(null), Object.fromEntries(entries.filter(([name]) => name !== '__proto__')));
}

function add(parent: Open, name: string, value: string | XmlElement): void {
  const before = parent.children.get(name);
  if (before) before.push(value);
  else parent.children.set(name, [value]);
}

function rootOf(name: string, value: string | XmlElement, text: string, end: number): XmlElement {
  if (name !== 'xml' || typeof value === 'string') throw new XmlError('not an <xml> element with children');
  if (skip(text, end) !== text.length) throw new XmlError('something follows the <xml> element');
  return value;
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code).replace(CONTROL, '');
  });
}

/** A value for `writeXml`: numbers are written bare, texts as CDATA; a list repeats its tag. */
export type Writable = string | number | { readonly [name: string]: Writable | undefined } | readonly Writable[];

/** `<xml>…</xml>`, as the platform takes it. Characters that XML cannot carry are dropped. */
export function writeXml(fields: { readonly [name: string]: Writable | undefined }): string {
  return element('xml', fields);
}

function element(name: string, value: Writable): string {
  if (Array.isArray(value)) return (value as readonly Writable[]).map((item) => element(name, item)).join('');
  if (typeof value === 'number') return `<${name}>${value}</${name}>`;
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`;
  const children = Object.entries(value).map(([child, item]) => (item === undefined ? '' : element(child, item)));
  return `<${name}>${children.join('')}</${name}>`;
}

function cdata(text: string): string {
  // Half a surrogate would make the bytes no UTF-8; Node writes U+FFFD for it.
  const clean = Buffer.from(text.replace(CONTROL, '')).toString();
  return `<![CDATA[${clean.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
