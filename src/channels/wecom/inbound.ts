import type { Activity } from 'botbuilder';
import { z } from 'zod';
import { isBlank } from '../wechat/inbound';

/** A message of kf/sync_msg. Source: developer.work.weixin.qq.com/document/path/94670. */
const message = z.looseObject({
  msgid: z.string().min(1),
  open_kfid: z.string().optional(),
  external_userid: z.string().optional(),
  servicer_userid: z.string().optional(),
  send_time: z.number().optional(),
  /** 3 the user, 4 the platform, 5 a person in 企业微信. */
  origin: z.number().optional(),
  msgtype: z.string(),
});
export type KfMessage = z.infer<typeof message>;

/** Undefined when it is none that can be named. */
export function parseMessage(json: unknown): KfMessage | undefined {
  const parsed = message.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

export const WECOM = 'wecom';
/** Media stay with the platform and are fetched in the turn. */
export const KF_MEDIA_URL = 'urn:wecom:media:';

/** Name of a conversation: one user with one 客服账号. */
export function conversationOf(openKfId: string, user: string): string {
  return `${openKfId}:${user}`;
}

/** The two parts of the name. */
export function partsOfConversation(conversation: string): { readonly openKfId: string; readonly user: string } {
  const at = conversation.indexOf(':');
  return { openKfId: conversation.slice(0, at), user: conversation.slice(at + 1) };
}

/** What becomes of a message. */
export type KfInbound =
  /** A turn of the bot. */
  | { readonly kind: 'message'; readonly activity: Partial<Activity> }
  /** The user opens the chat; `welcome` lets one message out within 20 s. */
  | { readonly kind: 'entered'; readonly activity: Partial<Activity>; readonly welcome: string | undefined }
  /** The session moved between people. */
  | {
      readonly kind: 'session';
      readonly key: string;
      readonly change: 'accepted' | 'transferred' | 'ended' | 'reopened';
      readonly agent: string;
      /** Lets one message out, after the end within 20 s. */
      readonly code: string | undefined;
    }
  /** A message of ours did not arrive after all. */
  | { readonly kind: 'failed'; readonly key: string; readonly reason: number }
  /** A person in 企业微信 wrote to the user. */
  | { readonly kind: 'said'; readonly key: string; readonly agent: string; readonly text: string }
  | { readonly kind: 'nothing' };

const NOTHING: KfInbound = { kind: 'nothing' };
const CHANGES: Readonly<Record<number, 'accepted' | 'transferred' | 'ended' | 'reopened'>> = {
  1: 'accepted',
  2: 'transferred',
  3: 'ended',
  4: 'reopened',
};

/** `place` is what a position is called in a sentence. */
export function toKfInbound(found: KfMessage, openKfId: string, placeText: (label: string) => string): KfInbound {
  if (found.msgtype === 'event') return eventOf(found, openKfId);
  const user = found.external_userid ?? '';
  if (user === '') return NOTHING;
  const about = contentOf(found, placeText);
  const key = `${WECOM}/${conversationOf(found.open_kfid ?? openKfId, user)}`;
  if (found.origin === 5) return { kind: 'said', key, agent: found.servicer_userid ?? '', text: about?.text ?? '' };
  if (found.origin !== 3 || !about) return NOTHING;
  return {
    kind: 'message',
    activity: { ...addressed(found, found.open_kfid ?? openKfId, user), type: 'message', textFormat: 'plain', ...about },
  };
}

function eventOf(found: KfMessage, openKfId: string): KfInbound {
  const event = partOf(found, 'event');
  const account = textIn(event, 'open_kfid') || openKfId;
  const user = textIn(event, 'external_userid');
  if (user === '') return NOTHING;
  const key = `${WECOM}/${conversationOf(account, user)}`;
  switch (textIn(event, 'event_type')) {
    case 'enter_session': {
      const activity = { ...addressed(found, account, user), type: 'conversationUpdate', membersAdded: [{ id: user, name: '' }] };
      const scene = textIn(event, 'scene');
      return {
        kind: 'entered',
        activity: { ...activity, ...(scene && { value: { key: scene } }) },
        welcome: textIn(event, 'welcome_code') || undefined,
      };
    }
    case 'session_status_change': {
      const change = CHANGES[Number(event.change_type)];
      const agent = textIn(event, 'new_servicer_userid') || textIn(event, 'old_servicer_userid');
      return change ? { kind: 'session', key, change, agent, code: textIn(event, 'msg_code') || undefined } : NOTHING;
    }
    case 'msg_send_fail':
      return { kind: 'failed', key, reason: Number(event.fail_type ?? 0) };
    default:
      return NOTHING;
  }
}

function addressed({ msgid, send_time: seconds }: KfMessage, openKfId: string, user: string): Partial<Activity> {
  return {
    ...{ id: msgid, channelId: WECOM, serviceUrl: `urn:${WECOM}`, locale: 'zh-CN' },
    conversation: { id: conversationOf(openKfId, user), isGroup: false, conversationType: 'personal', name: '' },
    from: { id: user, name: '' },
    recipient: { id: openKfId, name: '' },
    ...(seconds !== undefined && seconds > 0 && seconds < 1e11 && { timestamp: new Date(seconds * 1000) }),
  };
}

function contentOf(found: KfMessage, placeText: (label: string) => string): Partial<Activity> | undefined {
  const part = partOf(found, found.msgtype);
  const media = (contentType: string) => ({ attachments: [{ contentType, contentUrl: `${KF_MEDIA_URL}${textIn(part, 'media_id')}` }] });
  switch (found.msgtype) {
    case 'text': {
      const tapped = textIn(part, 'menu_id');
      if (isBlank(textIn(part, 'content'))) return undefined;
      return { text: textIn(part, 'content').trim(), ...(tapped && { value: { menu: tapped } }) };
    }
    case 'image':
      return media('image/jpeg');
    case 'voice':
      return media('audio/amr');
    case 'video':
      return media('video/mp4');
    case 'file':
      return media('application/octet-stream');
    case 'location': {
      const { latitude, longitude } = part;
      const label = [textIn(part, 'name'), textIn(part, 'address')].filter((one) => one !== '').join(' ') || `${latitude}, ${longitude}`;
      return { text: placeText(label), entities: [{ type: 'GeoCoordinates', latitude: Number(latitude), longitude: Number(longitude) }] };
    }
    case 'link':
      return { text: [textIn(part, 'title'), textIn(part, 'url')].filter((one) => one !== '').join('\n') };
    case 'miniprogram':
      return { text: textIn(part, 'title') };
    default:
      return undefined;
  }
}

type Part = Readonly<Record<string, unknown>>;

function partOf(found: KfMessage, name: string): Part {
  const part: unknown = found[name];
  return typeof part === 'object' && part !== null ? (part as Part) : {};
}

function textIn(part: Part, name: string): string {
  const value = part[name];
  return typeof value === 'string' ? value : '';
}
