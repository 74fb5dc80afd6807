import type { Connector } from './connector';
import type { Channel, FindChannel } from './delivery';

export type { Channel, FindChannel } from './delivery';
export { DeliveryError } from './delivery';

/** Teams, and what is built on it, answers an event from the bot with 400. */
const TAKE_EVENTS: ReadonlySet<string> = new Set(['emulator', 'directline', 'webchat']);

export interface ChannelOptions {
  /** The way to every channel of the Bot Framework service. */
  readonly connector: Connector;
  /** Channels with a way of their own, by channelId. */
  readonly own?: Readonly<Record<string, Channel>>;
}

/** channelId → the way out, for replies and for every proactive message. */
export function createChannels({ connector, own = {} }: ChannelOptions): FindChannel {
  return (channelId) =>
    Object.hasOwn(own, channelId) ? own[channelId] : { deliver: connector.deliver, takesEvents: TAKE_EVENTS.has(channelId) };
}
