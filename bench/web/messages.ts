import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { quantile } from '../figures';
import { type Client, post, startClient } from './product';

/** From a message being posted to its first reply on the socket, with many conversations at once, each writing like a fast person. */
export interface MessageFigures {
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

const LINES = ['我是商户，昨天下午三点刷了1280没到账', '信用卡', '成功', 'T+1', '什么时候能到', '谢谢'] as const;
/** Between two messages of one conversation, in ms; spread so that they do not come in step. */
const PAUSE_MS = 5000;

export async function measureMessages(origin: string, conversations: number, forMs: number): Promise<MessageFigures> {
  const clients: Client[] = [];
  for (let at = 0; at < conversations; at += 1) clients.push(await startClient(origin));
  const took: number[] = [];
  const until = Date.now() + forMs;
  await Promise.all(clients.map((client) => talk(origin, client, until, took)));
  return { messages: took.length, p50: quantile(took, 0.5), p99: quantile(took, 0.99), longest: quantile(took, 1) };
}

async function talk(origin: string, { id, token, streamUrl }: Client, until: number, took: number[]): Promise<void> {
  const socket = new WebSocket(streamUrl);
  let replied: () => void = () => undefined;
  socket.on('message', (data) => {
    const { activities } = JSON.parse(String(data)) as { activities: { replyToId?: string }[] };
    if (activities.some(({ replyToId }) => replyToId !== undefined)) replied();
  });
  await new Promise((resolve) => socket.once('open', resolve));
  for (let at = 0; Date.now() < until; at += 1) {
    await sleep(PAUSE_MS * (0.5 + Math.random()));
    const reply = new Promise<void>((resolve) => {
      replied = resolve;
    });
    const started = performance.now();
    const sent = post(`${origin}/api/direct-line/v3/directline/conversations/${id}/activities`, token, {
      type: 'message',
      text: LINES[at % LINES.length],
    });
    await Promise.all([sent, Promise.race([reply, sleep(10_000)])]);
    took.push(performance.now() - started);
  }
  socket.close();
}
