import type { RedisClient } from './redis-client';
import { type Store, StoreError } from './store';
import { createTopics } from './topics';

/** News between processes over Redis pub/sub. */
export interface RedisNews extends Pick<Store, 'publish' | 'subscribe'> {
  /** Commands sent so far. */
  roundTrips(): number;
}

const TIMEOUT_MS = 700;

/** Topics become channels `prefix:topic`. */
export function createNews(client: RedisClient, prefix: string): RedisNews {
  const topics = createTopics();
  const channelOf = (topic: string) => `${prefix}:${topic}`;
  const onMessage = (channel: string, message: string) => topics.emit(channel.slice(prefix.length + 1), message);
  let roundTrips = 0;

  async function send(command: () => Promise<unknown>): Promise<void> {
    roundTrips += 1;
    try {
      await within(command, TIMEOUT_MS);
    } catch (cause) {
      throw new StoreError('Redis does not take the news', { cause });
    }
  }

  return {
    publish: (topic, message) => send(async () => client.commands().publish(channelOf(topic), message)),
    async subscribe(topic, listener) {
      const remove = topics.add(topic, listener);
      const leave = () => {
        // A subscription left over after a lost connection only brings messages nobody listens to.
        if (remove())
          client
            .subscriber(onMessage)
            .unsubscribe(channelOf(topic))
            .catch(() => undefined);
      };
      try {
        await send(() => client.subscriber(onMessage).subscribe(channelOf(topic)));
      } catch (error) {
        remove();
        throw error;
      }
      return leave;
    },
    roundTrips: () => roundTrips,
  };
}

/** The result of an action, or a StoreError when it takes longer. */
export async function within<T>(action: () => Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreError(`Redis did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([action(), late]);
  } finally {
    clearTimeout(timer);
  }
}
