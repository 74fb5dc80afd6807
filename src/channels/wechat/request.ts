import type { IncomingMessage } from 'node:http';

/** The HTTP answer; text as it is, never as JSON. */
export interface PushReply {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The platform sends far less. */
const MAX_BYTES = 64 * 1024;

/** The body whatever type it claims to have; undefined when it is too large or was cut short. */
export async function readPush(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // The rest runs away, so that the caller can read the answer.
      if (size <= MAX_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined; // the caller went away; nobody reads the answer
  }
  return size > MAX_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

/** Whether the caller still waits, and when it stops to. A connection may bring many requests, so each has to `leave` it. */
export interface Connection {
  isOpen(): boolean;
  readonly closed: Promise<void>;
  leave(): void;
}

export function connectionOf({ socket }: IncomingMessage): Connection {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  if (socket.destroyed) close();
  else socket.once('close', close);
  return { isOpen: () => !socket.destroyed, closed, leave: () => void socket.off('close', close) };
}

export const TEXT_PLAIN = { 'content-type': 'text/plain; charset=utf-8' } as const;
