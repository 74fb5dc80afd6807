import type { Activity, Attachment, CardAction, Message } from 'botframework-directlinejs';

/** Why an activity was not taken: `later` may go through when tried again, `large`, `type` and `refused` never will. */
export type Failure = 'later' | 'large' | 'type' | 'refused';

/** One line of the conversation as the page shows it. */
export interface Line {
  /** Stays the same from sending to echo, so that nothing jumps. */
  readonly key: string;
  readonly from: 'user' | 'bot';
  readonly activity: Message;
  /** Of what the user sent; absent once the server has it. */
  readonly state?: 'sending' | Failure;
}

export interface Lines {
  readonly confirmed: readonly Line[];
  /** Sent by this page and not yet echoed. */
  readonly pending: readonly Line[];
}

export const NO_LINES: Lines = { confirmed: [], pending: [] };

interface ClientData {
  readonly clientActivityID?: string;
}

const clientId = (activity: Activity): string | undefined => (activity.channelData as ClientData | undefined)?.clientActivityID;

/** Users' ids come from tokens and begin with `dl_`. */
export function isFromUser({ from }: Activity): boolean {
  return from.role === 'user' || /^dl_/.test(from.id);
}

/** Takes in what the server says; what is there already changes nothing. */
export function receive(lines: Lines, activity: Activity): Lines {
  if (activity.type !== 'message') return lines;
  const id = activity.id ?? '';
  if (lines.confirmed.some((line) => line.activity.id === id)) return lines;
  const own = clientId(activity);
  const line: Line = { key: own ?? id, from: isFromUser(activity) ? 'user' : 'bot', activity };
  return { confirmed: insert(lines.confirmed, line), pending: lines.pending.filter(({ key }) => key !== line.key) };
}

/** Ids end in the number of the line; after a reconnection an older one may come later. */
function insert(lines: readonly Line[], line: Line): readonly Line[] {
  const number = numberOf(line);
  let at = lines.length;
  while (at > 0 && numberOf(lines[at - 1]) > number) at -= 1;
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function numberOf(line: Line | undefined): number {
  return Number(/\d+$/.exec(line?.activity.id ?? '')?.[0] ?? Number.MAX_SAFE_INTEGER);
}

export function send(lines: Lines, key: string, activity: Message): Lines {
  return { ...lines, pending: [...lines.pending, { key, from: 'user', activity, state: 'sending' }] };
}

export function mark(lines: Lines, key: string, state: NonNullable<Line['state']>): Lines {
  return { ...lines, pending: lines.pending.map((line) => (line.key === key ? { ...line, state } : line)) };
}

/** Choices the user may tap: those of the last line, as long as it waits for an answer. */
export function choicesOf({ confirmed, pending }: Lines): readonly CardAction[] {
  const last = confirmed[confirmed.length - 1];
  if (!last || last.from === 'user' || pending.length > 0) return [];
  return last.activity.suggestedActions?.actions ?? [];
}

/** What tapping a choice or a button of a card sends; undefined for one that opens an address. */
export function answerOf({ type, value, ...rest }: CardAction): Partial<Message> | undefined {
  const title = 'title' in rest ? String(rest.title ?? '') : '';
  if (type === 'openUrl') return undefined;
  if (type === 'postBack' || type === 'messageBack') {
    return typeof value === 'string' ? { text: value, channelData: { postBack: true } } : { value, channelData: { postBack: true } };
  }
  return { text: typeof value === 'string' ? value : title };
}

/** Sent behind the user's back: shown nowhere. */
export function isHidden({ activity }: Line): boolean {
  const { postBack } = (activity.channelData ?? {}) as { readonly postBack?: boolean };
  return postBack === true || (!activity.text && (activity.attachments ?? []).length === 0);
}

export function isPicture({ contentType }: Attachment): boolean {
  return contentType.startsWith('image/');
}
