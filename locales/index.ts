import { createInstance } from 'i18next';
import enUS from './en-US.json';
import zhCN from './zh-CN.json';
import zhHant from './zh-Hant.json';

/** The languages the bot speaks; the first one is the source of every key and the fallback. */
export const LOCALES = ['zh-CN', 'zh-Hant', 'en-US'] as const;
export type Locale = (typeof LOCALES)[number];

/** Dotted paths of the sentences below an object of the file. */
type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string];

/** A sentence's key, such as `faq.T01.answer`. */
export type TextKey = Paths<typeof zhCN>;
export type TextParams = Readonly<Record<string, string | number>>;

/** Stable id of an FAQ entry (T01 … O03). Source: docs/domain.md §9. */
export type FaqId = keyof typeof zhCN.faq;
export const FAQ_IDS = Object.keys(zhCN.faq) as readonly FaqId[];

/** A sentence that must not be shown: the key does not exist, or a value it needs was not given. */
export class TextError extends Error {
  override readonly name = 'TextError';
  constructor(
    readonly code: 'TEXT_KEY_MISSING' | 'TEXT_PARAM_MISSING',
    message: string,
  ) {
    super(message);
  }
}

function refuseKey(key: string): never {
  throw new TextError('TEXT_KEY_MISSING', `no sentence has the key ${key}`);
}

const translator = createInstance();
void translator.init({
  resources: { 'zh-CN': { translation: zhCN }, 'zh-Hant': { translation: zhHant }, 'en-US': { translation: enUS } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  initAsync: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  parseMissingKeyHandler: refuseKey,
  returnedObjectHandler: refuseKey,
  missingInterpolationHandler: (sentence, match) => {
    throw new TextError('TEXT_PARAM_MISSING', `${match[0]} was not given for: ${sentence}`);
  },
});

/**
 * The sentence of `key` in `locale`, its `{{params}}` filled in literally; falls back to zh-CN when `locale` lacks it.
 * Throws TextError rather than return a sentence with a hole in it.
 */
export function text(locale: Locale, key: TextKey, params?: TextParams): string {
  return translator.t(key, { lng: locale, nest: false, ...(params && { replace: params }) });
}

/** Whether a composed key (`cause.${id}`) names a sentence; narrows it for `text`. */
export function isTextKey(key: string): key is TextKey {
  return typeof translator.getResource('zh-CN', 'translation', key) === 'string';
}

/** The locale of a channel's language tag (`zh_TW`, `en-GB`): Traditional script, English, else zh-CN, also when absent. */
export function localeOf(tag: string | undefined): Locale {
  const parts = (tag ?? '').toLowerCase().split(/[-_]/);
  if (parts[0] === 'en') return 'en-US';
  if (parts[0] !== 'zh' || parts.includes('hans')) return 'zh-CN';
  return ['hant', 'hk', 'tw', 'mo'].some((part) => parts.includes(part)) ? 'zh-Hant' : 'zh-CN';
}
