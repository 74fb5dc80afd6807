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
});

/** A sentence cut at its params: one more part than names. */
interface Template {
  readonly parts: readonly string[];
  readonly names: readonly string[];
}

/** Looked up and cut once: a turn speaks some thirty sentences, most of them labels of choices. */
const templates: Readonly<Record<Locale, Map<TextKey, Template>>> = { 'zh-CN': new Map(), 'zh-Hant': new Map(), 'en-US': new Map() };

function templateOf(locale: Locale, key: TextKey): Template {
  const known = templates[locale].get(key);
  if (known) return known;
  const pieces = translator.t(key, { lng: locale, nest: false, skipInterpolation: true }).split(/\{\{\s*(\w+)\s*\}\}/);
  const template = { parts: pieces.filter((_, n) => n % 2 === 0), names: pieces.filter((_, n) => n % 2 === 1) };
  templates[locale].set(key, template);
  return template;
}

/**
 * The sentence of `key` in `locale`, its `{{params}}` filled in literally; falls back to zh-CN when `locale` lacks it.
 * Throws TextError rather than return a sentence with a hole in it.
 */
export function text(locale: Locale, key: TextKey, params: TextParams = {}): string {
  const { parts, names } = templateOf(locale, key);
  const [first = '', ...rest] = parts;
  return rest.reduce((said, part, n) => {
    const value = params[names[n] ?? ''];
    if (value === undefined || value === null)
      throw new TextError('TEXT_PARAM_MISSING', `${names[n]} was not given for: ${parts.join('…')}`);
    return said + value + part;
  }, first);
}

/** Dotted paths of every sentence. */
const KEYS: ReadonlySet<string> = new Set(keysUnder(zhCN, ''));

function keysUnder(value: object | string, path: string): string[] {
  if (typeof value === 'string') return [path];
  return Object.entries(value).flatMap(([name, part]) => keysUnder(part, path === '' ? name : `${path}.${name}`));
}

/** Whether a composed key (`cause.${id}`) names a sentence; narrows it for `text`. */
export function isTextKey(key: string): key is TextKey {
  return KEYS.has(key);
}

/** The locale of a channel's language tag (`zh_TW`, `en-GB`): Traditional script, English, else zh-CN, also when absent. */
export function localeOf(tag: string | undefined): Locale {
  const parts = (tag ?? '').toLowerCase().split(/[-_]/);
  if (parts[0] === 'en') return 'en-US';
  if (parts[0] !== 'zh' || parts.includes('hans')) return 'zh-CN';
  return ['hant', 'hk', 'tw', 'mo'].some((part) => parts.includes(part)) ? 'zh-Hant' : 'zh-CN';
}
