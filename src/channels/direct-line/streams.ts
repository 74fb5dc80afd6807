import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Store } from '../../store/store';
import { originOf, queryOf, watermarkOf } from './http';
import { type Log, PAGE } from './log';
import { presentLine } from './messages';
import type { Tokens } from './tokens';

/** The sockets of this process. */
export interface Streams {
  /** Takes `GET …/conversations/:id/stream`; false when the request is for somebody else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Something was appended here: sends it, and tells the other processes. */
  appended(conversation: string): void;
  /** Sockets held by this process. */
  size(): number;
  /** Closes all sockets; clients come again, to another process. */
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly store: Store;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly report: (event: string, error: unknown) => void;
  /** Pause between two looks at every socket: is it alive, has a hint been lost; default 25,000. */
  readonly keepAliveMs?: number;
}

/** A socket and how far it has been told. */
interface Stream {
  readonly socket: WebSocket;
  readonly origin: string;
  position: number;
  alive: boolean;
  sending: boolean;
  /** Something was appended while it was being told. */
  again: boolean;
}

const PATH = /^\/api\/direct-line\/v3\/directline\/conversations\/([\w-]{1,64})\/stream$/;
const TOPIC = 'direct-line';
const KEEP_ALIVE_MS = 25_000;
/** Windows one person has open; the oldest gives way. */
const MAX_PER_CONVERSATION = 8;
/** Nobody reads at the other end; it will come again and ask from where it stopped. */
const MAX_UNREAD = 1024 * 1024;
const LOOKS_AT_ONCE = 50;
/** RFC 6455: the service restarts. */
const RESTART = 1012;

/** The log is what counts: a hint only says whose log to read again, so one lost, late or doubled changes nothing. */
export function createStreams({ store, log, tokens, report, keepAliveMs = KEEP_ALIVE_MS }: StreamOptions): Streams {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: 1024, perMessageDeflate: false });
  const conversations = new Map<string, Set<Stream>>();
  const self = Math.random().toString(36).slice(2);
  let closed = false;

  async function tell(conversation: string, stream: Stream): Promise<void> {
    stream.again = true;
    if (stream.sending) return;
    stream.sending = true;
    try {
      while (stream.again && stream.socket.readyState === WebSocket.OPEN) {
        stream.again = false;
        const { activities, watermark } = await log.read(conversation, stream.position);
        if (activities.length === 0) continue;
        stream.again ||= activities.length === PAGE;
        stream.position = watermark;
        const shown = activities.map((line) => presentLine(line, stream.origin));
        stream.socket.send(JSON.stringify({ activities: shown, watermark: String(watermark) }));
        if (stream.socket.bufferedAmount > MAX_UNREAD) stream.socket.terminate();
      }
    } catch (error) {
      // The next hint or look tries again.
      report('direct-line-stream', error);
    } finally {
      stream.sending = false;
    }
  }

  async function tellAll(conversation: string): Promise<void> {
    await Promise.all([...(conversations.get(conversation) ?? [])].map((stream) => tell(conversation, stream)));
  }

  const heard = (message: string) => {
    const [from, conversation = ''] = message.split(' ');
    if (from !== self) void tellAll(conversation);
  };
  const subscription = store.subscribe(TOPIC, heard);
  subscription.catch((error: unknown) => report('direct-line-subscribe', error));

  function add(conversation: string, stream: Stream): void {
    const streams = conversations.get(conversation) ?? new Set();
    conversations.set(conversation, streams.add(stream));
    if (streams.size > MAX_PER_CONVERSATION) [...streams][0]?.socket.close(1008);
    const { socket } = stream;
    socket.on('pong', () => {
      stream.alive = true;
    });
    socket.on('message', () => {
      stream.alive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      streams.delete(stream);
      if (streams.size === 0 && conversations.get(conversation) === streams) conversations.delete(conversation);
    });
    void tell(conversation, stream);
  }

  async function look(): Promise<void> {
    const all = [...conversations].flatMap(([conversation, streams]) => [...streams].map((stream) => ({ conversation, stream })));
    for (const { stream } of all) {
      if (!stream.alive) stream.socket.terminate();
      stream.alive = false;
      stream.socket.ping();
    }
    for (let at = 0; at < all.length && !closed; at += LOOKS_AT_ONCE) {
      await Promise.all(all.slice(at, at + LOOKS_AT_ONCE).map(({ conversation, stream }) => tell(conversation, stream)));
    }
  }
  const timer = setInterval(() => void look(), keepAliveMs).unref();

  /** How far and under which name the socket is to be told, or the status of a refusal. */
  async function admit(request: IncomingMessage, conversation: string): Promise<Pick<Stream, 'origin' | 'position'> | number> {
    const check = tokens.check('stream', queryOf(request, 't') ?? '');
    if (check.kind !== 'ok' || check.bearer.conversation !== conversation) return 403;
    const asked = watermarkOf(queryOf(request, 'watermark'));
    const origin = originOf(request);
    if (asked === undefined || origin === undefined) return 400;
    const head = await log.head(conversation);
    if (!head) return 404;
    return { origin, position: Math.min(asked, head.last) };
  }

  return {
    upgrade(request, socket, head) {
      const [, conversation] = PATH.exec(request.url?.split('?')[0] ?? '') ?? [];
      if (conversation === undefined) return false;
      socket.on('error', () => socket.destroy());
      admit(request, conversation).then(
        (place) => {
          if (typeof place === 'number' || closed) return refuseUpgrade(socket, typeof place === 'number' ? place : 503);
          server.handleUpgrade(request, socket, head, (opened) => {
            add(conversation, { ...place, socket: opened, alive: true, sending: false, again: false });
          });
        },
        (error: unknown) => {
          report('direct-line-upgrade', error);
          refuseUpgrade(socket, 503);
        },
      );
      return true;
    },
    appended(conversation) {
      void tellAll(conversation);
      store.publish(TOPIC, `${self} ${conversation}`).catch((error: unknown) => report('direct-line-publish', error));
    },
    size: () => [...conversations.values()].reduce((sum, { size }) => sum + size, 0),
    async close() {
      closed = true;
      clearInterval(timer);
      const sockets = [...conversations.values()].flatMap((streams) => [...streams].map(({ socket }) => socket));
      for (const socket of sockets) socket.close(RESTART);
      const late = setTimeout(() => sockets.map((socket) => socket.terminate()), 500);
      await Promise.all(sockets.map((socket) => (socket.readyState === WebSocket.CLOSED ? undefined : closing(socket))));
      clearTimeout(late);
      await subscription.then(
        (end) => end(),
        () => undefined,
      );
    },
  };
}

function closing(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
