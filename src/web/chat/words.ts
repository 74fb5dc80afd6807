import { web as enUS } from '../../../locales/en-US.json';
import { web as zhCN } from '../../../locales/zh-CN.json';
import { web as zhHant } from '../../../locales/zh-Hant.json';

/** The sentences of the page. */
export type Words = typeof zhCN;

export interface Language {
  /** For `lang` and for the bot. */
  readonly tag: 'zh-CN' | 'zh-Hant' | 'en-US';
  /** ChatUI's own words; it has no Traditional Chinese. */
  readonly chatUi: 'zh-CN' | 'en-US';
  readonly words: Words;
}

/**
 * Chinese, in the script of the browser's region; `?lang=` asks for another. A browser in English is no wish for English: many a shop's
 * phone is.
 */
export function chooseLanguage(asked: string | null, browser: string): Language {
  if (/^en/i.test(asked ?? '')) return { tag: 'en-US', chatUi: 'en-US', words: enUS };
  const isTraditional = /^zh\b.*\b(hant|tw|hk|mo)\b/i.test(asked ?? browser);
  return isTraditional ? { tag: 'zh-Hant', chatUi: 'zh-CN', words: zhHant } : { tag: 'zh-CN', chatUi: 'zh-CN', words: zhCN };
}
