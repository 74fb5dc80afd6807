import type { ServerResponse } from 'node:http';
import type { CaseEvent } from '../repositories/case-events';
import type { Feed } from './feed';
import { type DeskReply, type DeskRequest, queryOf } from './http';

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events: one for each thing that happens to a case, without its text, which the page reads for itself and may be refused. The id of
 * an event is the cursor: after sleep the browser sends the last one and gets what it missed. An event may come twice; its id tells.
 * It answers once it listens: what the page reads from then on and what it is told of leave no gap. Throws StoreError.
 */
export async function streamReply(request: DeskRequest, feed: Feed, mayStay: () => Promise<boolean>): Promise<DeskReply> {
  const given = request.headers['last-event-id'] ?? queryOf(request).get('cursor') ?? undefined;
  const cursor = typeof given === 'string' && given.length < 60 ? given : undefined;
  const early: CaseEvent[] = [];
  let tell = (event: CaseEvent): void => void early.push(event);
  let end = () => stop();
  const stop = await feed.listen(cursor, { tell: (event) => tell(event), end: () => end() });
  return {
    status: 200,
    stream(response) {
      response.on('close', stop);
      if (response.destroyed) return stop();
      end = () => void response.end();
      tell = pour(response, mayStay);
      early.forEach(tell);
    },
  };
}

/** Opens the stream; returns what writes an event into it. */
function pour(response: ServerResponse, mayStay: () => Promise<boolean>): (event: CaseEvent) => void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  response.write('retry: 1000\n\n');
  const beat = setInterval(async () => {
    if (await mayStay().catch(() => true)) response.write(': here\n\n');
    else response.end();
  }, HEARTBEAT_MS).unref();
  response.on('close', () => clearInterval(beat));
  const sent = new Set<string>();
  return (event) => {
    if (sent.has(event.id)) return;
    sent.add(event.id);
    response.write(`id: ${event.id}\nevent: case\ndata: ${JSON.stringify(event)}\n\n`);
  };
}
