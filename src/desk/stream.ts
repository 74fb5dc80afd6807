import type { ServerResponse } from 'node:http';
import type { CaseEvent } from '../repositories/case-events';
import type { Feed } from './feed';
import { type DeskReply, type DeskRequest, queryOf } from './http';

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events: one for each thing that happens to a case, without its text, which the page reads for itself and may be refused. The id of
 * an event is the cursor: after sleep the browser sends the last one and gets what it missed. An event may come twice; its id tells.
 */
export function streamReply(request: DeskRequest, feed: Feed, mayStay: () => Promise<boolean>): DeskReply {
  const given = request.headers['last-event-id'] ?? queryOf(request).get('cursor') ?? undefined;
  const cursor = typeof given === 'string' && given.length < 60 ? given : undefined;
  return { status: 200, stream: (response) => void pour({ request, response, feed, cursor, mayStay }) };
}

interface Pouring {
  readonly request: DeskRequest;
  readonly response: ServerResponse;
  readonly feed: Feed;
  readonly cursor: string | undefined;
  readonly mayStay: () => Promise<boolean>;
}

async function pour({ request, response, feed, cursor, mayStay }: Pouring): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  response.write('retry: 1000\n\n');
  const sent = new Set<string>();
  const send = (event: CaseEvent) => {
    if (sent.has(event.id)) return;
    sent.add(event.id);
    response.write(`id: ${event.id}\nevent: case\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const stop = await feed.listen(cursor, send);
  const beat = setInterval(async () => {
    if (await mayStay().catch(() => true)) response.write(': here\n\n');
    else response.end();
  }, HEARTBEAT_MS).unref();
  const end = () => {
    clearInterval(beat);
    stop();
  };
  request.on('close', end);
  response.on('close', end);
  if (response.destroyed) end();
}
