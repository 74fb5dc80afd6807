import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type Activity, ActivityTypes, DeliveryModes } from 'botbuilder';
import { type TextKey, type TextParams, text } from '../../locales';
import { epochMs, isDate, isoOf } from '../domain/calendar';
import type { Channel } from './delivery';

export interface TerminalOptions {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
  /** Runs the turn of an activity at the time of the conversation; resolves with the replies. */
  readonly accept: (
    activity: Partial<Activity>,
    options: { readonly now: string },
  ) => Promise<{ readonly replies: readonly Partial<Activity>[] }>;
  /** What is known of a conversation, for `/state`. */
  readonly stateOf: (conversation: { readonly channelId: string; readonly id: string }) => Promise<unknown>;
  /** Ms since 1970. */
  readonly clock: () => number;
}

export interface Terminal {
  /** The way of messages that are no answer (follow-ups, a person at the desk). */
  readonly channel: Channel;
  /** Talks until `/quit` or the end of the input. */
  run(): Promise<void>;
}

export const TERMINAL = 'terminal';
const USER = { id: 'user', name: 'user' };
const BOT = { id: 'bot', name: 'bot' };

interface Conversation {
  readonly id: string;
  /** Ms by which the conversation's clock is ahead of the real one. */
  ahead: number;
  /** What the numbers under the last question stand for. */
  choices: readonly string[];
}

/** A chat on two streams. Typed lines go out at once, as a person writes them; piped lines wait for the answer before. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { input, output, accept, clock } = options;
  let conversation = newConversation();
  const print = (line: string) => void output.write(`${line}\n`);
  const say = (key: TextKey, params?: TextParams) => print(text('zh-CN', key, params));
  const now = () => isoOf(clock() + conversation.ahead);

  function show(activity: Partial<Activity>): void {
    if (activity.type !== ActivityTypes.Message) return;
    const choices = activity.suggestedActions?.actions ?? [];
    conversation.choices = choices.map(({ title, value }) => (typeof value === 'string' ? value : title));
    if (activity.text) print(activity.text);
    for (const { contentType } of activity.attachments ?? []) print(`[${contentType}]`);
    choices.forEach(({ title }, index) => {
      print(`  ${index + 1}. ${title}`);
    });
  }

  async function send(activity: Partial<Activity>): Promise<void> {
    try {
      const { replies } = await accept({ ...addressed(conversation.id), ...activity }, { now: now() });
      for (const reply of replies) show(reply);
    } catch {
      say('terminal.failed'); // the turn has logged why
    }
  }

  const welcome = () => send({ type: ActivityTypes.ConversationUpdate, membersAdded: [BOT, USER] });

  function setClock(words: string): void {
    const [, date = '', time = ''] = /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::\d{2})?(?:\+08:00)?$/.exec(words) ?? [];
    if (words !== '' && !isDate(date)) {
      say('terminal.badTime');
      return;
    }
    conversation.ahead = words === '' ? 0 : epochMs(`${date}T${time}:00+08:00`) - clock();
    say('terminal.clock', { time: now().slice(0, 16).replace('T', ' ') });
  }

  async function command(line: string): Promise<void> {
    const [name = '', ...words] = line.split(/\s+/);
    if (name === '/help') say('terminal.help');
    else if (name === '/time') setClock(words.join(' '));
    else if (name === '/state') print(JSON.stringify(await options.stateOf({ channelId: TERMINAL, id: conversation.id }), null, 2));
    else if (name === '/new') {
      conversation = newConversation();
      say('terminal.fresh');
      await welcome();
    } else say('terminal.unknown');
  }

  async function run(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    say('terminal.start');
    await welcome();
    for await (const typed of createInterface({ input, terminal: false })) {
      const line = typed.trim();
      if (line === '/quit') break;
      if (line === '') continue;
      if (!input.isTTY) print(`> ${line}`);
      if (line.startsWith('/')) {
        await Promise.all(underWay);
        await command(line);
        continue;
      }
      const answer = send({ type: ActivityTypes.Message, text: choiceOf(conversation, line) }).finally(() => underWay.delete(answer));
      underWay.add(answer);
      if (!input.isTTY) await answer;
    }
    await Promise.all(underWay);
  }

  const channel: Channel = {
    takesEvents: false,
    async deliver(activity) {
      if (activity.conversation?.id === conversation.id) show(activity);
      return {};
    },
  };
  return { channel, run };
}

function newConversation(): Conversation {
  return { id: randomUUID(), ahead: 0, choices: [] };
}

function addressed(conversationId: string): Partial<Activity> {
  return {
    id: randomUUID(),
    channelId: TERMINAL,
    conversation: { id: conversationId, isGroup: false, conversationType: 'personal', name: '' },
    from: USER,
    recipient: BOT,
    locale: 'zh-CN',
    deliveryMode: DeliveryModes.ExpectReplies,
  };
}

/** The choice a number stands for, also in full-width digits; else the words themselves. */
function choiceOf({ choices }: Conversation, line: string): string {
  const number = line.normalize('NFKC');
  return (/^\d{1,2}$/.test(number) ? choices[Number(number) - 1] : undefined) ?? line;
}
