import { createHash } from 'node:crypto';
import type { Activity, Attachment } from 'botbuilder';
import { type Locale, text } from '../../../locales';
import type { AccountKind } from './accounts';
import type { Api } from './api';
import { ownDataOf } from './arrange';
import { ApiError } from './faults';
import type { Upload } from './media';
import { render, withNumbers } from './render';
import { splitText, TEXT_BYTES } from './split';
import type { Users } from './users';

/** One message of the API. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly choices: readonly string[] }
  | { readonly kind: 'image'; readonly image: Attachment };

export interface SenderOptions {
  readonly api: Api;
  readonly users: Users;
  readonly kind: AccountKind;
  readonly upload: Upload;
  readonly wire: Wire;
  /** How long a slow platform is waited for, in ms: a message that is given up may arrive all the same, and again. */
  readonly sendMs: number;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** To whom, and under what name. */
export interface Receiver {
  /** `channelId/openid` */
  readonly key: string;
  readonly openid: string;
  readonly locale: Locale;
  /** The same each time the same is sent. */
  readonly name: string;
}

/** How a platform wants its messages. */
export interface Wire {
  readonly path: string;
  body(to: Receiver, message: object): object;
  /** An entry of a menu that says its label when it is tapped. */
  entry(id: string, label: string): object;
  /** The same name twice is shown once. */
  readonly isNamed: boolean;
}

/** 客服消息 of 公众平台. It has no way to say that a message is the same as another. */
export const CUSTOM_SEND: Wire = {
  path: '/cgi-bin/message/custom/send',
  body: ({ openid }, message) => ({ touser: openid, ...message }),
  entry: (id, content) => ({ id, content }),
  isNamed: false,
};

/** Sends one message and counts it. Throws ApiError. */
export type Send = (to: Receiver, part: Part) => Promise<void>;

const MENU_ENTRIES = 10;
const MENU_LABEL = 20;
/** Of the head of a menu; published for WeCom only, so the smaller of what is known. */
const MENU_HEAD_BYTES = 1024;

/** The messages that an activity is. */
export function partsOf(activity: Partial<Activity>, locale: Locale): readonly Part[] {
  const own = ownDataOf(activity);
  if (own) return [{ kind: 'text', text: activity.text ?? '', choices: own.choices ?? [] }];
  const rendered = render([activity]);
  const images = rendered.images.map((image): Part => ({ kind: 'image', image }));
  const whole = withNumbers(rendered, locale);
  if (whole === '') return images;
  if (Buffer.byteLength(whole) <= TEXT_BYTES) return [...images, { kind: 'text', text: rendered.text, choices: rendered.choices }];
  return [...images, ...splitText(whole).map((piece): Part => ({ kind: 'text', text: piece, choices: [] }))];
}

/** What several activities are as one message; the choices are those of the last that has any. */
export function mergedPart(activities: readonly Partial<Activity>[], locale: Locale): Part {
  const parts = activities.flatMap((activity) => partsOf(activity, locale)).filter((part) => part.kind === 'text');
  const last = parts.findLastIndex(({ choices }) => choices.length > 0);
  const isOpen = last >= 0 && last === parts.length - 1;
  const words = parts.map((part, index) => (isOpen && index === last ? part.text : withNumbers(part, locale)));
  return { kind: 'text', text: words.join('\n\n'), choices: isOpen ? (parts[last]?.choices ?? []) : [] };
}

export function createSender({ api, users, kind, upload, wire, now, sendMs }: SenderOptions): Send {
  async function post(to: Receiver, message: object): Promise<void> {
    await api.call('send', { method: 'POST', path: wire.path, body: wire.body(to, message), timeoutMs: sendMs });
    await users.change(to.key, (user) => ({ ...user, left: Math.max(user.left - 1, 0) }));
  }

  const postText = (to: Receiver, words: string) => post(to, { msgtype: 'text', text: { content: wellFormed(words) } });

  async function sendText(to: Receiver, words: string): Promise<void> {
    try {
      await postText(to, words);
    } catch (error) {
      // The limit is measured by users, not published: half of it must do.
      if (!(error instanceof ApiError && error.errcode === 45002)) throw error;
      for (const [index, piece] of splitText(words, TEXT_BYTES / 2).entries())
        await postText({ ...to, name: `${to.name}/${index}` }, piece);
    }
  }

  async function sendMenu(to: Receiver, { text: head, choices }: { text: string; choices: readonly string[] }): Promise<boolean> {
    const fits = choices.length <= MENU_ENTRIES && Buffer.byteLength(head) <= MENU_HEAD_BYTES;
    if (!kind.msgmenu || api.missing('msgmenu') || choices.length === 0 || !fits) return false;
    // Digits, as the platform's own examples; a name of its own, so that a tap on an older menu is not taken for one on this.
    const id = String(createHash('sha256').update(`${to.name}/${now()}`).digest().readUInt32BE()).padStart(10, '0');
    const list = choices.map((choice, index) => wire.entry(`${id}${String(index).padStart(2, '0')}`, short(choice)));
    await users.change(to.key, (user) => ({ ...user, menu: { id, choices } }));
    try {
      const menu = { head_content: `${wellFormed(head)}\n`, list, tail_content: text(to.locale, 'wechat.choose') };
      await post({ ...to, name: `${to.name}/menu` }, { msgtype: 'msgmenu', msgmenu: menu });
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.errcode === 40200 || error.fault === 'ours')) return false;
      throw error;
    }
  }

  return async (to, part) => {
    if (part.kind === 'image') {
      const media = await upload(to.key, part.image).catch((error: unknown) => {
        // A picture that may not be sent must not keep back what is said after it.
        throw error instanceof ApiError && error.fault === 'capability' ? new ApiError('ours', error.errcode, error.message) : error;
      });
      if (media !== undefined) return post(to, { msgtype: 'image', image: { media_id: media } });
      const url = part.image.contentUrl ?? '';
      return url.startsWith('http') ? postText(to, url) : undefined;
    }
    if (!(await sendMenu(to, part))) await sendText(to, withNumbers(part, to.locale));
  };
}

/** The label of a tap on our last menu; undefined when it is from another. */
export function tappedLabel(menu: { readonly id: string; readonly choices: readonly string[] } | undefined, tapped: string) {
  return menu && tapped.startsWith(menu.id) ? menu.choices[Number(tapped.slice(menu.id.length))] : undefined;
}

function short(label: string): string {
  const characters = [...label];
  return characters.length <= MENU_LABEL ? label : `${characters.slice(0, MENU_LABEL - 1).join('')}…`;
}

/** Half a surrogate would reach the user as an escape. */
const wellFormed = (words: string): string => Buffer.from(words).toString();
