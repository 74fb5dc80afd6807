import { desk as enUS } from '../../../locales/en-US.json';
import { desk as zhCN } from '../../../locales/zh-CN.json';

/** The sentences of the desk's page; it speaks Chinese, or English on request. */
export type Words = typeof zhCN.page;

export type Tag = 'zh-CN' | 'en-US';

const KEY = 'daozhang.desk.language';

export const wordsOf = (tag: Tag): Words => (tag === 'en-US' ? enUS.page : zhCN.page);

export function readTag(): Tag {
  return localStorage.getItem(KEY) === 'en-US' ? 'en-US' : 'zh-CN';
}

export function keepTag(tag: Tag): void {
  localStorage.setItem(KEY, tag);
}

/** Puts values into a sentence. */
export function fill(sentence: string, params: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));
}
