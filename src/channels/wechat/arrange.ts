import type { Activity } from 'botbuilder';
import { type Locale, text } from '../../../locales';
import { render, withNumbers } from './render';
import { splitText, TEXT_BYTES } from './split';

/** What an entry of the outbox says to the channel, when the channel made it. */
export interface OwnData {
  /** The text is as it is to be sent. */
  readonly isPlain: true;
  /** Choices under it, for a menu that can be tapped; without one their numbers are written under the text. */
  readonly choices?: readonly string[];
  /** Goes out only when the user asks for more, or writes again. */
  readonly onAsk?: true;
}

/** Under this name in `channelData`. */
const OWN = 'wechat';

export function ownDataOf({ channelData }: Partial<Activity>): OwnData | undefined {
  return (channelData as { readonly [OWN]?: OwnData } | undefined)?.[OWN];
}

/** Without the wait for the user's wish: he has written again. */
export function asked(activity: Partial<Activity>): Partial<Activity> {
  const data = ownDataOf(activity);
  if (!data?.onAsk) return activity;
  const { onAsk: _, ...rest } = data;
  return { ...activity, ...own(rest) };
}

/** Most messages of one answer; what is longer is told on demand. */
const MOST_PIECES = 5;

/** What goes out at once and what follows by the API. */
export interface Arranged {
  /** Of the passive reply; empty for none. */
  readonly text: string;
  readonly rest: readonly Partial<Activity>[];
}

export interface Answer {
  /** Text that had waited, oldest first. */
  readonly waiting: readonly Partial<Activity>[];
  readonly replies: readonly Partial<Activity>[];
  /** Lines of the channel itself, after everything. */
  readonly extra: readonly string[];
  readonly locale: Locale;
  /** To whom the rest goes. */
  readonly address: Partial<Activity>;
  /** First part of the ids of the rest: sorts after what came before. */
  readonly prefix: string;
}

/** The whole answer as one passive reply, and what does not fit as messages of the API. */
export function arrangePassive(answer: Answer, canSend: boolean): Arranged {
  const { locale, waiting, extra } = answer;
  const replies = render(answer.replies);
  const said = waiting.map((activity) => textOf(activity, locale));
  const whole = join([...said, withNumbers(replies, locale), ...extra]);
  const images = [...waiting.flatMap((activity) => render([activity]).images), ...replies.images];
  const [first = '', ...rest] = cut(whole, canSend ? MOST_PIECES : 1, locale);
  const pieces = rest.map((piece, index) => ({ text: piece, isLate: !canSend || index >= MOST_PIECES - 1 }));
  return {
    text: first,
    rest: numbered(answer, [...pieces.map(({ text: words, isLate }) => plain(words, isLate)), ...images.map(picture)]),
  };
}

/** The whole answer as messages of the API. */
export function arrangeSent(answer: Answer): readonly Partial<Activity>[] {
  const { locale, extra } = answer;
  const { text: words, choices, images } = render(answer.replies);
  const body = join([words, ...extra]);
  const pictures = images.map(picture);
  const isOne = Buffer.byteLength(withNumbers({ text: body, choices }, locale)) <= TEXT_BYTES;
  if (isOne && choices.length > 0) return numbered(answer, [...pictures, { ...plain(body, false), ...own({ isPlain: true, choices }) }]);
  const pieces = cut(withNumbers({ text: body, choices }, locale), MOST_PIECES, locale);
  return numbered(answer, [...pictures, ...pieces.map((piece, index) => plain(piece, index >= MOST_PIECES))]);
}

/** An entry of the outbox as text: ours as it is, anything else as it would look. */
export function textOf(activity: Partial<Activity>, locale: Locale): string {
  const data = ownDataOf(activity);
  if (!data) return withNumbers(render([activity]), locale);
  return withNumbers({ text: activity.text ?? '', choices: data.choices ?? [] }, locale);
}

const join = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** Pieces; when there are more than `most`, the last of these says how to get the others. */
function cut(whole: string, most: number, locale: Locale): readonly string[] {
  const pieces = splitText(whole);
  if (pieces.length <= most) return pieces;
  const hint = `\n\n${text(locale, 'wechat.more')}`;
  const before = pieces.slice(0, most - 1);
  const [last = '', ...others] = splitText(whole.slice(lengthUpTo(whole, before)), TEXT_BYTES - Buffer.byteLength(hint));
  return [...before, `${last}${hint}`, ...splitText(others.join('\n'))];
}

/** Where the pieces end in the whole; between them only white space was dropped. */
function lengthUpTo(whole: string, pieces: readonly string[]): number {
  let at = 0;
  for (const piece of pieces) at = whole.indexOf(piece, at) + piece.length;
  return at;
}

const own = (data: OwnData): Partial<Activity> => ({ channelData: { [OWN]: data } });
const plain = (words: string, onAsk: boolean): Partial<Activity> => ({
  type: 'message',
  text: words,
  ...own({ isPlain: true, ...(onAsk && { onAsk }) }),
});
const picture = (image: { readonly contentType: string; readonly contentUrl?: string }): Partial<Activity> => ({
  type: 'message',
  attachments: [image],
});

function numbered({ address, prefix }: Answer, activities: readonly Partial<Activity>[]): readonly Partial<Activity>[] {
  return activities.map((activity, index) => ({ ...address, ...activity, id: `${prefix}~${String(index).padStart(2, '0')}` }));
}
