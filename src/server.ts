import { ServerResponse } from 'node:http';
import restify, { type Request, type Response, type Server } from 'restify';
import { type Store, StoreError } from './store/store';
import type { Telemetry } from './telemetry';

/** What a handler answers: JSON when `body` is given, else `bytes` with the content type of `headers`, else plain text, else nothing. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly bytes?: Buffer;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Writes the whole answer itself, and may go on doing so (server-sent events). */
  readonly stream?: (response: ServerResponse) => void;
}

/** May throw: the caller then gets a bare status, the log gets the code. */
export type Handler = (request: Request) => Promise<Reply>;

/** Whether a part is ready, and what to know of it. */
export interface ReadyStatus {
  readonly isReady: boolean;
  readonly lines: readonly string[];
}

export interface ServerOptions {
  readonly store: Store;
  readonly telemetry: Telemetry;
  /** What else shows whether this process is ready, in lines for the operator. */
  readonly status?: () => ReadyStatus;
  /** Handlers of the rooms by method and path, such as `POST /api/messages`. */
  readonly routes: Readonly<Record<`${'GET' | 'POST' | 'OPTIONS'} /${string}`, Handler>>;
}

const READY_WITHIN_MS = 1000;
/** A caller that sends its request more slowly is dropped. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 s of most balancers in front: whoever closes an idle connection first should not be the one that a request is on its way to. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;

// restify replaces Node's own writeHead, for every server of the process, by one that returns nothing; others chain on it.
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function chainable(this: ServerResponse, ...args: unknown[]) {
  Reflect.apply(writeHead, this, args);
  return this;
};

/** The HTTP application, not yet listening. */
export function createServer({ store, telemetry, routes, status }: ServerOptions): Server {
  // restify's own log would hold bodies and messages; ours is in telemetry.
  const server = restify.createServer({ name: '', log: telemetry.log.child({}, { level: 'silent' }) as never });
  server.server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.server.keepAliveTimeout = KEEP_ALIVE_MS;
  // What restify refuses by itself (no route, wrong method, bad URL) gets its status and no text.
  server.on('restifyError', (_request: Request, response: Response, error: { statusCode?: number }, done: () => void) => {
    write(response, { status: error.statusCode ?? 500 });
    done();
  });
  for (const [route, handler] of Object.entries<Handler>({ ...operations(store, telemetry, status), ...routes })) {
    const [method = '', path = ''] = route.split(' ');
    const answer = async (request: Request, response: Response) => {
      try {
        const reply = await handler(request);
        if (reply.stream) reply.stream(response);
        else write(response, reply);
      } catch (error) {
        telemetry.error('request', error, { route });
        write(response, { status: error instanceof StoreError ? 503 : 500 });
      }
    };
    if (method === 'GET') server.get(path, answer);
    else if (method === 'OPTIONS') server.opts(path, answer);
    else server.post(path, answer);
  }
  return server;
}

/** Health for the platform, metrics for Prometheus: docs/operations.md. */
function operations(
  store: Store,
  telemetry: Telemetry,
  status: () => ReadyStatus = () => ({ isReady: true, lines: [] }),
): Record<string, Handler> {
  return {
    'GET /healthz': async () => ({ status: 200, text: 'ok' }),
    'GET /readyz': () =>
      store.ping(READY_WITHIN_MS).then(
        () => {
          const { isReady, lines } = status();
          return { status: isReady ? 200 : 503, text: [isReady ? 'ready' : 'not ready', ...lines].join('\n') };
        },
        () => ({ status: 503, text: 'store unavailable' }),
      ),
    'GET /metrics': async () => {
      const { contentType, text } = await telemetry.metrics();
      return { status: 200, text, headers: { 'content-type': contentType } };
    },
  };
}

function write(response: Response, { status, body, bytes, text = '', headers = {} }: Reply): void {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const content = json ?? bytes ?? text;
  response.sendRaw(status, content, {
    ...HEADERS,
    ...(content.length === 0 ? {} : { 'content-type': type }),
    ...(status === 503 ? { 'retry-after': '5' } : {}),
    ...headers,
  });
}

/** Starts listening and returns the port; throws Node's error (`EADDRINUSE`) when it cannot. */
export function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Takes no new request and resolves when the running ones are answered; what still hangs after `withinMs` is cut. */
export function close(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A kept connection is idle only once its last answer is out.
    const idle = setInterval(() => server.server.closeIdleConnections(), 20);
    const cut = setTimeout(() => server.server.closeAllConnections(), withinMs);
    server.server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
