import type { Activity } from 'botbuilder';
import { createCloud } from '../../src/channels/cloud/cloud';
import { close, createServer, listen } from '../../src/server';
import type { ChatScript } from '../chat';
import type { World } from './world';

/** A way in: what a user sends comes to the bot through it, and what the bot answers comes back. */
export interface Door {
  begin(script: ChatScript, id: string): Promise<Line>;
  close(): Promise<void>;
}

/** One conversation of one user. */
export interface Line {
  /** Key of the conversation in the store. */
  readonly key: string;
  /** Sends activities without waiting for an answer in between; resolves with all that is said to them. */
  say(activities: readonly Partial<Activity>[]): Promise<readonly Partial<Activity>[]>;
}

export const DOORS = ['in process', 'over HTTP'] as const;
export type DoorName = (typeof DOORS)[number];

/** The ways in by name; another channel is one more line here. */
export function sendThrough(name: DoorName, world: World): Promise<Door> {
  return { 'in process': openProcess, 'over HTTP': openHttp }[name](world);
}

/** An activity of this script's user, as the Bot Framework sends it. */
function addressed({ channel, tenant, locale }: ChatScript, conversation: string, activity: Partial<Activity>): Partial<Activity> {
  return {
    channelId: channel,
    serviceUrl: 'http://localhost:50629',
    from: { id: 'user', name: 'User' },
    recipient: { id: 'bot', name: 'Bot' },
    conversation: { id: conversation, isGroup: false, conversationType: 'personal', name: '', ...(tenant && { tenantId: tenant }) },
    ...(locale && { locale }),
    ...activity,
  };
}

/** Straight into the turn, answers in the result (`expectReplies`). */
async function openProcess({ turns }: World): Promise<Door> {
  return {
    async begin(script, id) {
      const conversation = `${id}-inside`;
      return {
        key: `${script.channel}/${conversation}`,
        async say(activities) {
          const accepted = activities.map((activity) =>
            turns.accept(addressed(script, conversation, { ...activity, deliveryMode: 'expectReplies' })),
          );
          return (await Promise.all(accepted)).flatMap(({ replies }) => replies);
        },
      };
    },
    close: async () => undefined,
  };
}

/** `POST /api/messages` of a real server; answers come by the outbox, as they do to the Emulator. */
async function openHttp(world: World): Promise<Door> {
  const { store, telemetry, turns } = world;
  const arrivals = new Map<string, () => void>();
  const receive = createCloud({
    settings: { ALLOW_ANONYMOUS: false },
    accept: (activity) => {
      const answer = turns.accept(activity);
      arrivals.get(activity.id ?? '')?.();
      return answer;
    },
    report: telemetry.error,
  });
  const server = createServer({ store, telemetry, routes: { 'POST /api/messages': receive } });
  const port = await listen(server, 0, '127.0.0.1');
  const post = async (activity: Partial<Activity>) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(activity),
    });
    if (response.status !== 200) throw new Error(`POST /api/messages answered ${response.status}`);
  };
  return {
    async begin(script, id) {
      const conversation = `${id}-http`;
      const key = `${script.channel}/${conversation}`;
      return {
        key,
        async say(activities) {
          const answers: Promise<void>[] = [];
          for (const activity of activities) {
            // The next of a burst leaves when this one is in, so that they come in order.
            const arrived = new Promise<void>((resolve) => arrivals.set(activity.id ?? '', resolve));
            const answer = post(addressed(script, conversation, activity));
            answers.push(answer);
            await Promise.race([arrived, answer]);
          }
          await Promise.all(answers);
          return world.delivered(key);
        },
      };
    },
    close: () => close(server, 100),
  };
}
