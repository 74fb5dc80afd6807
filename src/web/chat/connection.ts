import { type Activity, ConnectionStatus, DirectLine } from 'botframework-directlinejs';
import type { Failure } from './lines';
import { memory } from './settings';

/** `lost`: nothing arrives at the moment; it mends itself. */
export type Link = 'connecting' | 'online' | 'lost';

export interface ConnectionEvents {
  activity(activity: Activity): void;
  link(link: Link): void;
  /** The conversation is another one than before: what was said is gone. */
  replaced(): void;
}

export interface Connection {
  /** Resolves once the server has taken it. Rejects with a Failure. */
  post(activity: Activity): Promise<void>;
  /** Connects at once instead of after the pause. */
  hurry(): void;
}

interface Token {
  readonly conversationId: string;
  readonly token: string;
  readonly resume: string;
  readonly domain?: string;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;
/** So often a socket may fail before it ever opened until polling takes its place: some networks let none through. */
const SOCKET_TRIES = 2;
/** After so long in the background a socket may be dead without knowing. */
const STALE_MS = 3 * 60_000;
const POLLING_MS = 2000;

/**
 * Keeps a conversation with the server through lost networks, restarts, expired tokens and sleep. Whatever goes wrong, the cure is the same: a new
 * token, a new DirectLine, and the whole history again, of which the reader drops what he has.
 */
export function connect(language: string, events: ConnectionEvents): Connection {
  let client: DirectLine | undefined;
  let stop: () => void = () => undefined;
  let conversation: string | undefined;
  let timer: number | undefined;
  let failures = 0;
  let socketFailures = 0;
  let hiddenAt = 0;
  let attempt = 0;

  async function fetchToken(): Promise<Token> {
    const resume = memory.resume();
    const body = JSON.stringify(resume ? { resume } : {});
    const response = await fetch('/api/web/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  async function open(): Promise<void> {
    window.clearTimeout(timer);
    timer = undefined;
    stop();
    attempt += 1;
    const mine = attempt;
    try {
      const token = await fetchToken();
      if (mine !== attempt) return;
      const before = conversation ?? memory.conversation();
      if (before !== undefined && before !== token.conversationId) events.replaced();
      conversation = token.conversationId;
      memory.keep(conversation, token.resume);
      start(token);
    } catch {
      if (mine === attempt) lost();
    }
  }

  function lost(): void {
    stop();
    events.link('lost');
    if (timer !== undefined) return;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    failures += 1;
    // Clients of a server that restarts must not come back all at once.
    timer = window.setTimeout(open, pause * (0.5 + Math.random()));
  }

  function online(): void {
    failures = 0;
    events.link('online');
  }

  function start({ token, domain }: Token): void {
    const webSocket = socketFailures < SOCKET_TRIES;
    const made = new DirectLine({
      token,
      webSocket,
      domain: domain ?? `${location.origin}/api/direct-line/v3/directline`,
      pollingInterval: POLLING_MS,
      conversationStartProperties: { locale: language },
      WebSocket: watched({
        open() {
          socketFailures = 0;
          if (client === made) online();
        },
        close(wasOpen) {
          if (client !== made) return;
          if (!wasOpen) socketFailures += 1;
          lost();
        },
      }),
    } as ConstructorParameters<typeof DirectLine>[0]);
    client = made;
    const activities = made.activity$.subscribe(
      (activity) => events.activity(activity),
      () => client === made && lost(),
    );
    const status = made.connectionStatus$.subscribe((state) => {
      if (client !== made) return;
      if (state === ConnectionStatus.Online && !webSocket) online();
      if (state === ConnectionStatus.ExpiredToken || state === ConnectionStatus.FailedToConnect)
        window.setTimeout(() => client === made && lost());
    });
    stop = () => {
      stop = () => undefined;
      client = undefined;
      activities.unsubscribe();
      status.unsubscribe();
      made.end();
    };
  }

  function hurry(): void {
    if (client && timer === undefined) return;
    failures = 0;
    void open();
  }

  window.addEventListener('offline', () => {
    failures = 0;
    lost();
  });
  window.addEventListener('online', () => {
    failures = 0;
    void open();
  });
  window.addEventListener('pageshow', ({ persisted }) => persisted && void open());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > STALE_MS) void open();
    else hurry();
  });
  events.link('connecting');
  void open();

  return {
    hurry,
    post(activity) {
      const current = client;
      if (!current) return Promise.reject<void>('later' satisfies Failure);
      return new Promise((resolve, reject) => {
        current.postActivity(activity).subscribe(
          (id: string) => (id === 'retry' ? reject('later' satisfies Failure) : resolve()),
          (error: { readonly status?: number }) => reject(failureOf(error.status)),
        );
      });
    },
  };
}

function failureOf(status: number | undefined): Failure {
  if (status === 413) return 'large';
  if (status === 415) return 'type';
  return status !== undefined && status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status) ? 'refused' : 'later';
}

/** DirectLineJS tells nobody when its socket opens or breaks; the socket it is given does. */
function watched(tell: { open(): void; close(wasOpen: boolean): void }): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      let wasOpen = false;
      this.addEventListener('open', () => {
        wasOpen = true;
        tell.open();
      });
      this.addEventListener('close', () => tell.close(wasOpen));
    }
  };
}
