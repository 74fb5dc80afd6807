import type { Activity, Attachment, CardAction } from 'botbuilder';
import { type Locale, text } from '../../../locales';
import { toPlain } from './plain';

/** What activities look like in WeChat: texts, numbered choices, and pictures beside them. */
export interface Rendered {
  /** Plain; empty when there is nothing to read. Without the choices. */
  readonly text: string;
  /** Labels in the order of their numbers. */
  readonly choices: readonly string[];
  readonly images: readonly Attachment[];
}

type Card = Readonly<Record<string, unknown>>;

const CARD = 'application/vnd.microsoft.card.';

/** Everything of a turn as one message; of several questions only the last is open, so only its choices have numbers. */
export function render(activities: readonly Partial<Activity>[]): Rendered {
  const messages = activities.filter(({ type = 'message' }) => type === 'message');
  const parts = messages.map(renderOne);
  return {
    text: parts.flatMap((part) => part.text || []).join('\n\n'),
    choices: parts.findLast(({ choices }) => choices.length > 0)?.choices ?? [],
    images: parts.flatMap(({ images }) => images),
  };
}

/** The choices as lines under the text; the bot takes a number, in any script, as well as a label. */
export function withNumbers({ text: words, choices }: Pick<Rendered, 'text' | 'choices'>, locale: Locale): string {
  if (choices.length === 0) return words;
  const lines = choices.map((choice, index) => `${index + 1}. ${choice}`);
  return [words, [...lines, text(locale, 'wechat.choose')].join('\n')].filter((part) => part !== '').join('\n\n');
}

function renderOne({ text: words = '', attachments = [], suggestedActions }: Partial<Activity>): Rendered {
  const cards = attachments.filter(({ contentType }) => contentType.startsWith(CARD)).map(cardOf);
  const files = attachments.filter(({ contentType }) => !contentType.startsWith(CARD));
  const images = files.filter(({ contentType }) => contentType.startsWith('image/'));
  const links = files.filter((file) => !images.includes(file)).flatMap(({ name, contentUrl }) => linkOf(name, contentUrl));
  const actions = actionsOf(suggestedActions?.actions ?? []);
  const lines = [toPlain(words), ...cards.map((card) => card.lines.join('\n')), ...links, ...actions.lines];
  return {
    text: lines.filter((part) => part !== '').join('\n'),
    choices: [...cards.flatMap((card) => card.choices), ...actions.choices].map(toPlain),
    images,
  };
}

interface Part {
  readonly lines: readonly string[];
  readonly choices: readonly string[];
}

/** Only addresses of the web are shown: a link to anything else does nothing here. */
function linkOf(name: unknown, url: unknown): readonly string[] {
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return [];
  return [typeof name === 'string' && name !== '' ? `${toPlain(name)}：${url}` : url];
}

function actionsOf(actions: readonly Partial<CardAction>[]): Part {
  const isLink = ({ type }: Partial<CardAction>) => type === 'openUrl' || type === 'call' || type === 'downloadFile';
  return {
    lines: actions.filter(isLink).flatMap(({ title, value }) => linkOf(title, value)),
    choices: actions.filter((action) => !isLink(action)).flatMap(({ title }) => title || []),
  };
}

function cardOf({ contentType, content }: Attachment): Part {
  const card: Card = typeof content === 'object' && content !== null ? content : {};
  if (contentType === `${CARD}adaptive`) return adaptiveOf(card);
  const { title, subtitle, text: words, facts, items, total, buttons } = card;
  const rows = [...listOf(facts).map(({ key, value }) => row(key, value)), ...listOf(items).map((item) => row(item.title, item.price))];
  const actions = actionsOf(listOf(buttons));
  return {
    lines: [...strings(title, subtitle, words).map(toPlain), ...rows, ...strings(total).map(toPlain), ...actions.lines],
    choices: actions.choices,
  };
}

const row = (key: unknown, value: unknown): string => strings(key, value).map(toPlain).join('：');
const strings = (...values: readonly unknown[]): readonly string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');
const listOf = (value: unknown): readonly Card[] =>
  Array.isArray(value) ? value.filter((one): one is Card => typeof one === 'object' && one !== null) : [];

const MAX_DEPTH = 12;

/** `fallbackText` when the card has one; else its texts and facts in order. */
function adaptiveOf({ fallbackText, body, actions }: Card): Part {
  const fallback = strings(fallbackText).map(toPlain);
  const parts = [...listOf(body).map((element) => elementOf(element, 0)), ...listOf(actions).map(actionOf)];
  return {
    lines: fallback.length > 0 ? fallback : parts.flatMap(({ lines }) => lines),
    choices: parts.flatMap(({ choices }) => choices),
  };
}

function elementOf(element: Card, depth: number): Part {
  if (depth === MAX_DEPTH || element.isVisible === false) return { lines: [], choices: [] };
  const { type, text: words, facts, items, columns, actions, inlines } = element;
  const inner = [...listOf(items), ...listOf(columns)].map((one) => elementOf(one, depth + 1));
  const buttons = listOf(actions).map(actionOf);
  const run = listOf(inlines)
    .flatMap((one) => strings(one.text))
    .join('');
  return {
    lines: [
      ...(type === 'TextBlock' ? strings(words).map(toPlain) : strings(run).map(toPlain)),
      ...listOf(facts).map(({ title, value }) => row(title, value)),
      ...[...inner, ...buttons].flatMap(({ lines }) => lines),
    ],
    choices: [...inner, ...buttons].flatMap(({ choices }) => choices),
  };
}

function actionOf({ type, title, url }: Card): Part {
  if (type === 'Action.OpenUrl') return { lines: linkOf(title, url), choices: [] };
  return { lines: [], choices: strings(title) };
}
