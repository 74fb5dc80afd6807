import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Activity } from 'botbuilder';

/** What was asked of the stand-in. */
export interface Asked {
  readonly method: string;
  /** Conversation id, as it stands in the path. */
  readonly conversation: string;
  /** Activity id of an update or a reply. */
  readonly target: string | undefined;
  readonly body: Partial<Activity>;
  /** By the clock of the test. */
  readonly at: number;
  readonly status: number;
}

/** How the stand-in answers next: a status, with seconds of Retry-After, after a pause. */
export interface Answer {
  readonly status?: number;
  readonly retryAfter?: number;
  readonly waitMs?: number;
}

/** Stands for the Bot Framework service of Teams: records, checks the token, refuses as told. */
export interface TeamsService {
  readonly url: string;
  /** Everything that was taken, in order. */
  readonly taken: Asked[];
  /** Everything, also what was refused. */
  readonly asked: Asked[];
  /** Answers for the next requests; then all is taken again. */
  readonly next: Answer[];
  /** Refuses every request to these conversations with 403. */
  readonly removed: Set<string>;
  close(): void;
}

export const SERVICE_TOKEN = 'token-of-the-bot';

export async function startTeamsService(clock: () => number): Promise<TeamsService> {
  const taken: Asked[] = [];
  const asked: Asked[] = [];
  const next: Answer[] = [];
  const removed = new Set<string>();
  let count = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, conversation = '', target] = /^\/teams\/v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/.exec(request.url ?? '') ?? [];
      const to = decodeURIComponent(conversation);
      const { status = 200, retryAfter, waitMs = 0 } = next.shift() ?? {};
      const judged = judge(request.headers.authorization, to, status);
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const entry = {
        method: request.method ?? '',
        conversation: to,
        target: target && decodeURIComponent(target),
        body,
        at: clock(),
        status: judged,
      };
      asked.push(entry);
      if (judged === 200) taken.push(entry);
      setTimeout(() => {
        response.writeHead(judged, {
          'content-type': 'application/json',
          ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        });
        response.end(judged === 200 ? JSON.stringify({ id: `160000000${++count}` }) : '{"error":{"code":"refused"}}');
      }, waitMs);
    });
  });
  const judge = (authorization: string | undefined, conversation: string, status: number): number => {
    if (authorization !== `Bearer ${SERVICE_TOKEN}`) return 401;
    return removed.has(conversation) ? 403 : status;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/teams/`,
    ...{ taken, asked, next, removed },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
