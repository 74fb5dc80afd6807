import { createHash } from 'node:crypto';
import type { Activity } from 'botbuilder';
import type { XmlElement } from './xml';

/** What a push says, as an Activity; the table is in docs/operations.md. */
export interface Inbound {
  /** `text`, `event/CLICK` …: for the log. */
  readonly kind: string;
  /** The user. */
  readonly openid: string;
  /** The account. */
  readonly account: string;
  /** Absent for kinds nobody knows, and for a text without a character. */
  readonly activity?: Partial<Activity>;
  /** Which of the platform's allowances for messages of ours it opens; see quotas.json. */
  readonly opens?: Allowance;
}

export type Allowance = 'message' | 'click' | 'subscribe' | 'scan' | 'enter';

/** The activity names of what is no message. */
export const HANDOFF_STATUS = 'handoff.status';
export const DELIVERY_STATUS = 'delivery.status';
export const CONSENT = 'consent';

/** Media stay with the platform and are fetched in the turn. */
export const MEDIA_URL = 'urn:wechat:media:';

export interface InboundOptions {
  readonly channelId: string;
  /** What a position is called in a sentence. */
  readonly placeText: (label: string) => string;
  /** What a tap on the account's menu says; undefined for keys that are not ours. */
  readonly menuText: (key: string) => string | undefined;
}

/** Text of a field, empty when absent. */
export function fieldOf(fields: XmlElement, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

/** Nothing in it can be seen. */
export function isBlank(words: string): boolean {
  return !/[^\p{C}\p{Z}]/u.test(words);
}

/** Undefined when it does not say from whom or what. */
export function toInbound(fields: XmlElement, options: InboundOptions): Inbound | undefined {
  const openid = fieldOf(fields, 'FromUserName');
  const type = fieldOf(fields, 'MsgType');
  if (openid === '' || type === '') return undefined;
  const account = fieldOf(fields, 'ToUserName');
  const event = fieldOf(fields, 'Event');
  const kind = type === 'event' ? `event/${event}` : type;
  const about = type === 'event' ? eventOf(event, fields, options) : messageOf(type, fields, options);
  if (!about) return { kind, openid, account };
  const { opens, ...activity } = about;
  const seconds = Number(fieldOf(fields, 'CreateTime'));
  return {
    ...{ kind, openid, account },
    ...(opens && { opens }),
    activity: {
      id: type === 'event' ? eventId(fields, event) : fieldOf(fields, 'MsgId') || contentId(fields),
      channelId: options.channelId,
      serviceUrl: `urn:${options.channelId}`,
      conversation: { id: openid, isGroup: false, conversationType: 'personal', name: '' },
      from: { id: openid, name: '' },
      recipient: { id: account, name: '' },
      locale: 'zh-CN',
      ...(Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11 && { timestamp: new Date(seconds * 1000) }),
      channelData: fields,
      ...activity,
    },
  };
}

type About = Partial<Activity> & { readonly opens?: Allowance };

function messageOf(type: string, fields: XmlElement, options: InboundOptions): About | undefined {
  const field = (name: string) => fieldOf(fields, name).trim();
  const message = (about: About): About => ({ type: 'message', textFormat: 'plain', opens: 'message', ...about });
  switch (type) {
    case 'text': {
      const tapped = field('bizmsgmenuid');
      if (isBlank(field('Content'))) return undefined;
      return message({ text: field('Content'), ...(tapped !== '' && { value: { menu: tapped }, opens: 'click' }) });
    }
    case 'image':
      return message({ attachments: [media(fields, 'image/jpeg')] });
    case 'voice': {
      const heard = field('Recognition');
      return message(heard === '' ? { attachments: [media(fields, 'audio/amr')] } : { text: heard });
    }
    case 'video':
    case 'shortvideo':
      return message({ attachments: [media(fields, 'video/mp4')] });
    case 'location': {
      const label = field('Label') || `${field('Location_X')}, ${field('Location_Y')}`;
      const [latitude, longitude] = [Number(field('Location_X')), Number(field('Location_Y'))];
      return message({ text: options.placeText(label), entities: [{ type: 'GeoCoordinates', latitude, longitude, name: label }] });
    }
    case 'link':
      return message({ text: [field('Title'), field('Description'), field('Url')].filter(unlike).join('\n') });
    case 'miniprogrampage':
      return message({ text: field('Title') });
    default:
      return undefined;
  }
}

const unlike = (line: string, index: number, lines: readonly string[]) => line !== '' && lines.indexOf(line) === index;

function media(fields: XmlElement, contentType: string) {
  return { contentType, contentUrl: `${MEDIA_URL}${fieldOf(fields, 'MediaId')}` };
}

const LISTED: ReadonlySet<string> = new Set([
  ...['VIEW', 'view_miniprogram', 'LOCATION', 'scancode_push', 'scancode_waitmsg'],
  ...['pic_sysphoto', 'pic_photo_or_album', 'pic_weixin', 'location_select'],
]);
const HANDOFF_STATES: Readonly<Record<string, string>> = {
  kf_create_session: 'accepted',
  kf_switch_session: 'transferred',
  kf_close_session: 'completed',
};

function eventOf(event: string, fields: XmlElement, { menuText }: InboundOptions): About | undefined {
  const key = fieldOf(fields, 'EventKey');
  const user = { id: fieldOf(fields, 'FromUserName'), name: '' };
  const named = (about: About): About => ({ type: 'event', name: event, value: { key, ...valuesOf(fields) }, ...about });
  switch (event) {
    case 'subscribe':
      return { type: 'conversationUpdate', membersAdded: [user], value: { key: key.replace(/^qrscene_/, '') }, opens: 'subscribe' };
    case 'unsubscribe':
      return { type: 'conversationUpdate', membersRemoved: [user] };
    case 'user_enter_tempsession':
      return { type: 'conversationUpdate', membersAdded: [user], value: { key: fieldOf(fields, 'SessionFrom') }, opens: 'enter' };
    case 'SCAN':
      return named({ opens: 'scan' });
    case 'CLICK': {
      const text = menuText(key);
      return text === undefined ? named({ opens: 'click' }) : { type: 'message', textFormat: 'plain', text, opens: 'click' };
    }
    case 'TEMPLATESENDJOBFINISH':
      return named({ name: DELIVERY_STATUS, value: { id: fieldOf(fields, 'MsgID'), status: fieldOf(fields, 'Status') } });
    case 'subscribe_msg_sent_event':
      return named({ name: DELIVERY_STATUS, value: sentStatus(fields) });
    case 'subscribe_msg_popup_event':
    case 'subscribe_msg_change_event':
      return named({ name: CONSENT, value: { choices: listOf(fields).map(choiceOf) } });
    default: {
      const state = HANDOFF_STATES[event];
      if (state) {
        const agent = fieldOf(fields, 'ToKfAccount') || fieldOf(fields, 'KfAccount');
        return named({ name: HANDOFF_STATUS, value: { state, agent } });
      }
      if (!LISTED.has(event)) return undefined;
      return event.startsWith('scancode') ? named({ opens: 'click' }) : named({});
    }
  }
}

/** The fields of an event that have no name of their own here. */
function valuesOf({ ToUserName, FromUserName, CreateTime, MsgType, Event, EventKey, ...rest }: XmlElement): XmlElement {
  return rest;
}

/** `SubscribeMsg…Event.List`, one or many, in either of the two wrappings seen. */
function listOf(fields: XmlElement): readonly XmlElement[] {
  const inner = fields.SubscribeMsgPopupEvent ?? fields.SubscribeMsgChangeEvent ?? fields.SubscribeMsgSentEvent ?? fields;
  const list = typeof inner === 'object' && 'List' in inner ? inner.List : inner;
  return (Array.isArray(list) ? list : [list]).filter((one): one is XmlElement => typeof one === 'object' && one !== null);
}

const choiceOf = (one: XmlElement) => ({
  template: fieldOf(one, 'TemplateId'),
  isGiven: fieldOf(one, 'SubscribeStatusString') === 'accept',
});

function sentStatus(fields: XmlElement) {
  const [first = fields] = listOf(fields);
  return { id: fieldOf(first, 'MsgID'), status: fieldOf(first, 'ErrorStatus') || fieldOf(first, 'ErrorCode') };
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** Events have no MsgId: who, when, what and which key, as the platform advises. Who is part of the conversation. */
function eventId(fields: XmlElement, event: string): string {
  const parts = ['EventKey', 'MsgID', 'KfAccount', 'SessionFrom', 'List'].map((name) => fields[name] ?? '');
  return `event-${event}-${fieldOf(fields, 'CreateTime')}-${digest(JSON.stringify(parts))}`;
}

/** A message without MsgId has never been seen; its content and second name it. */
function contentId(fields: XmlElement): string {
  return `message-${fieldOf(fields, 'CreateTime')}-${digest(JSON.stringify(fields))}`;
}
