import type { Json } from '../../store/store';
import type { Turns } from '../wechat/ports';
import { type KfInbound, parseMessage, toKfInbound, WECOM } from './inbound';
import type { Incoming } from './pull';

/** Reads a message of a page as it may be kept: masked, and only of kinds that mean something here. */
export function createReader(options: {
  readonly turns: Pick<Turns, 'mask'>;
  readonly placeText: (label: string) => string;
}): (json: unknown, openKfId: string) => Promise<Incoming | undefined> {
  const { turns, placeText } = options;

  async function masked(inbound: KfInbound): Promise<KfInbound> {
    if (inbound.kind === 'message' || inbound.kind === 'entered') return { ...inbound, activity: await turns.mask(inbound.activity) };
    if (inbound.kind !== 'said') return inbound;
    const conversation = { id: inbound.key.slice(WECOM.length + 1), isGroup: false, conversationType: 'personal', name: '' };
    const { text = '' } = await turns.mask({ type: 'message', channelId: WECOM, conversation, text: inbound.text });
    return { ...inbound, text };
  }

  return async (json, openKfId) => {
    const found = parseMessage(json);
    if (!found) return undefined;
    const inbound = toKfInbound(found, openKfId, placeText);
    if (inbound.kind === 'nothing') return undefined;
    return { id: found.msgid, value: JSON.parse(JSON.stringify(await masked(inbound))) as Json };
  };
}

/** What was kept. */
export function inboundIn(value: Json): KfInbound {
  return value as unknown as KfInbound;
}
