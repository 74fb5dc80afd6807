import http from 'node:http';
import https from 'node:https';
import type { Activity } from 'botbuilder';
import { DeliveryError } from './delivery';
import { isLoopbackHost } from './loopback';

/** The bearer token of outgoing calls; `renew` after the channel refused the last one. */
export type TokenSource = (options: { readonly renew: boolean }) => Promise<string>;

export interface ConnectorOptions {
  /** Undefined without an app id: no token is sent, and only to services on this machine. */
  readonly token: TokenSource | undefined;
  /** For one call, connecting included. */
  readonly timeoutMs: number;
}

/** Posts activities to the Bot Framework service that a conversation came from. */
export interface Connector {
  /** A `messageUpdate` replaces the message that `replyToId` names. Throws DeliveryError. */
  deliver(activity: Partial<Activity>): Promise<{ readonly id?: string }>;
  /** Closes kept connections. */
  close(): void;
}

const MAX_SOCKETS = 256;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * One POST over kept-alive connections. The SDK's own client builds a pipeline for every turn, which costs half of a turn's CPU
 * (docs/operations.md has the figures).
 */
export function createConnector({ token, timeoutMs }: ConnectorOptions): Connector {
  const plain = { client: http, agent: new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }) };
  const secure = { client: https, agent: new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }) };
  const services = createServices(token === undefined);
  const post = async ({ service, path, body, method }: Letter, bearer: string | undefined): Promise<Answer> => {
    const send = () => request({ service, path, body, method, bearer, ...(service.secure ? secure : plain), timeoutMs });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof StaleSocketError)) throw unreachable(service, error);
    }
    return send().catch((error: unknown) => Promise.reject(unreachable(service, error)));
  };
  const bearerOf = async (renew: boolean): Promise<string | undefined> =>
    token?.({ renew }).catch((cause: unknown) => {
      throw new DeliveryError('no token for outgoing calls could be had; check the registration and the network', 'retry', { cause });
    });
  return {
    async deliver(activity) {
      const service = services(activity.serviceUrl ?? '');
      const letter = letterOf(activity, service);
      let answer = await post(letter, await bearerOf(false));
      if (answer.status === 401 && token) answer = await post(letter, await bearerOf(true));
      return readAnswer(answer, service);
    },
    close() {
      plain.agent.destroy();
      secure.agent.destroy();
    },
  };
}

/** The service of a conversation, as its address names it. */
interface Service {
  readonly secure: boolean;
  /** With the port, for messages. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  /** What stands before `/v3`. */
  readonly base: string;
}

const MAX_SERVICES = 1000;

/** Takes addresses apart, each once: a bot talks to few services, and a URL is slow to parse. */
function createServices(anonymous: boolean): (address: string) => Service {
  const known = new Map<string, Service>();
  return (address) => {
    const before = known.get(address);
    if (before) return before;
    if (known.size >= MAX_SERVICES) known.clear();
    const service = serviceAt(address, anonymous);
    known.set(address, service);
    return service;
  };
}

/** A token never travels in the clear, and without one nothing leaves this machine: the caller chose the address. */
function serviceAt(address: string, anonymous: boolean): Service {
  if (!URL.canParse(address)) throw new DeliveryError('the activity names no service', 'refused');
  const { protocol, host, hostname, port, pathname } = new URL(address);
  const local = isLoopbackHost(hostname);
  if (!(protocol === 'https:' && !anonymous) && !(local && /^https?:$/.test(protocol))) {
    throw new DeliveryError(`${host} is no service this bot may call${anonymous ? ' without an app id' : ' without https'}`, 'refused');
  }
  const bare = hostname.replace(/^\[|\]$/g, '');
  return { secure: protocol === 'https:', host, hostname: bare, port, base: pathname.replace(/\/+$/, '') };
}

function pathOf({ conversation, replyToId }: Partial<Activity>, { base }: Service): string {
  if (!conversation?.id) throw new DeliveryError('the activity names no conversation', 'refused');
  const reply = replyToId ? `/${encodeURIComponent(replyToId)}` : '';
  return `${base}/v3/conversations/${encodeURIComponent(conversation.id)}/activities${reply}`;
}

/** An update is a PUT of a message on the one it replaces. */
function letterOf(activity: Partial<Activity>, service: Service): Letter {
  const path = pathOf(activity, service);
  if (activity.type !== 'messageUpdate') return { service, path, method: 'POST', body: JSON.stringify(activity) };
  const { replyToId: id, ...rest } = activity;
  return { service, path, method: 'PUT', body: JSON.stringify({ ...rest, ...(id && { id }), type: 'message' }) };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** The service closed a kept connection just as we used it; nothing was read, so trying anew is safe. */
class StaleSocketError extends Error {}

/** What is posted, and where. */
interface Letter {
  readonly service: Service;
  readonly path: string;
  readonly method: 'POST' | 'PUT';
  readonly body: string;
}

interface PostRequest extends Letter {
  readonly bearer: string | undefined;
  readonly agent: http.Agent;
  readonly client: { readonly request: typeof http.request };
  readonly timeoutMs: number;
}

function request({ service, path, body, method, bearer, agent, client, timeoutMs }: PostRequest): Promise<Answer> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    accept: 'application/json',
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  };
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = service;
    const call = client.request({ hostname, port, path, method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text });
      });
    });
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    call.on('close', () => clearTimeout(timer));
    call.on('error', (error: NodeJS.ErrnoException) => {
      const stale = call.reusedSocket && error.code === 'ECONNRESET';
      reject(stale ? new StaleSocketError('connection was closed', { cause: error }) : error);
    });
    call.end(body);
  });
}

function unreachable({ host }: Service, cause: unknown): DeliveryError {
  return new DeliveryError(`${host} could not be reached`, 'retry', { cause });
}

function readAnswer({ status, retryAfter, text }: Answer, { host }: Service): { readonly id?: string } {
  if (status >= 200 && status < 300) {
    const id = idOf(text);
    return id === undefined ? {} : { id };
  }
  const message = `${host} answered ${status}`;
  if (status === 403 || status === 404) throw new DeliveryError(message, 'gone');
  if (status >= 500 || [401, 408, 412, 425, 429].includes(status)) {
    const retryAfterMs = retryAfterOf(retryAfter);
    throw new DeliveryError(message, 'retry', retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  throw new DeliveryError(message, 'refused');
}

function idOf(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const id = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined;
    return typeof id === 'string' && id !== '' ? id : undefined;
  } catch {
    return undefined; // some services answer with an empty or a plain body; the id is only a convenience
  }
}

/** Seconds or a date (RFC 9110 §10.2.3); at most an hour is believed. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined;
}
