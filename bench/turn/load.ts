import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One troubleshooting conversation from the complaint to the date; every one has a sum of its own. */
export function linesOf(conversation: number): readonly string[] {
  return ['刷了卡钱没到账', '我是商户', `昨天下午3点收的，${1000 + (conversation % 9000)}元`, '信用卡', '成功', 'T+1'];
}
/** How many lines a conversation has. */
export const LINES = linesOf(0).length;

export interface Load {
  readonly turns: number;
  readonly seconds: number;
  /** From the request to its answer, in ms. */
  readonly answered: readonly number[];
  /** From the request to the first reply at the channel, in ms. */
  readonly replied: readonly number[];
}

/** The channel's service: takes replies and notes when the first to each activity came. */
export async function startChannel(): Promise<{ readonly url: string; readonly firstReply: Map<string, number>; stop(): void }> {
  const firstReply = new Map<string, number>();
  const server = http.createServer((request, response) => {
    const id = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    if (!firstReply.has(id)) firstReply.set(id, performance.now());
    request.resume();
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end('{"id":"1"}');
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    firstReply,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

let started = 0;

/** Plays `conversations` of the script over `connections` at once, each the next line as soon as the last was answered. */
export async function play(
  base: string,
  channel: { readonly url: string; readonly firstReply: Map<string, number> },
  plan: { readonly conversations: number; readonly connections: number },
): Promise<Load> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: plan.connections });
  const answered: number[] = [];
  const sentAt = new Map<string, number>();
  let left = plan.conversations;
  const one = async () => {
    while (left-- > 0) {
      const number = started++;
      const conversation = `bench-${process.pid}-${number}`;
      for (const [index, text] of linesOf(number).entries()) {
        const id = `${conversation}-${index}`;
        const begun = performance.now();
        sentAt.set(id, begun);
        await post(`${base}/api/messages`, agent, activity({ id, conversation, text, serviceUrl: channel.url }));
        answered.push(performance.now() - begun);
      }
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: plan.connections }, one));
  const seconds = (performance.now() - begun) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 300)); // the last replies
  agent.destroy();
  const replied = [...sentAt].flatMap(([id, at]) => {
    const reply = channel.firstReply.get(id);
    return reply === undefined ? [] : [reply - at];
  });
  if (replied.length < sentAt.size) throw new Error(`${sentAt.size - replied.length} of ${sentAt.size} messages got no reply`);
  return { turns: answered.length, seconds, answered, replied };
}

function activity({
  id,
  conversation,
  text,
  serviceUrl,
}: {
  readonly id: string;
  readonly conversation: string;
  readonly text: string;
  readonly serviceUrl: string;
}): string {
  return JSON.stringify({
    ...{ type: 'message', id, channelId: 'directline', serviceUrl, text, textFormat: 'plain', locale: 'zh-CN' },
    ...{ timestamp: new Date().toISOString(), conversation: { id: conversation } },
    ...{ from: { id: 'user', name: 'user' }, recipient: { id: 'bot', name: 'bot' } },
  });
}

function post(url: string, agent: http.Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
    });
    call.on('error', reject);
    call.end(body);
  });
}
