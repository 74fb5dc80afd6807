import type { IncomingMessage } from 'node:http';

/** A request with the parameters of its path. */
export type DirectRequest = IncomingMessage & { readonly params?: Readonly<Record<string, string>> };

/** The HTTP answer. */
export interface DirectReply {
  readonly status: number;
  readonly body?: unknown;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Codes of the protocol, and a few it lacks. Source: Direct Line 3.0 API reference and its swagger. */
type ErrorCode =
  | 'BadArgument'
  | 'MalformedData'
  | 'TokenExpired'
  | 'NotAllowed'
  | 'NotFound'
  | 'InvalidRange'
  | 'NotSupported'
  | 'TooManyRequests'
  | 'Internal'
  | 'BotRejectedActivity'
  | 'ServiceError';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  BadArgument: 401,
  MalformedData: 400,
  TokenExpired: 403,
  NotAllowed: 403,
  NotFound: 404,
  InvalidRange: 413,
  NotSupported: 415,
  TooManyRequests: 429,
  Internal: 500,
  BotRejectedActivity: 502,
  ServiceError: 503,
};

/** An ErrorResponse of the protocol. */
export function refuse(code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}): DirectReply {
  return { status: STATUS[code], body: { error: { code, message } }, headers };
}

/** Too often; `waitMs` until the next may come. */
export function refuseForNow(waitMs: number): DirectReply {
  return refuse('TooManyRequests', 'Too many requests', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
}

const HOST = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/**
 * The address by which the client calls this server, without a path; undefined when it says nothing usable. A proxy that ends TLS must send
 * X-Forwarded-Proto; without it the Origin of the same host tells. Only ever told to the client itself: who forges it deceives himself.
 */
export function originOf({ headers, socket }: IncomingMessage): string | undefined {
  const { host = '', origin = '' } = headers;
  if (!HOST.test(host)) return undefined;
  const forwarded = String(headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    ?.trim();
  if (forwarded === 'https' || forwarded === 'http') return `${forwarded}://${host}`;
  if (origin === `https://${host}` || 'encrypted' in socket) return `https://${host}`;
  return `http://${host}`;
}

/**
 * Whom to count requests by. `hops` is how many proxies of ours stand in front: each adds the address of its caller to X-Forwarded-For, so
 * that many from the end is the one no caller can forge. Of an IPv6 address the network, which is one household.
 */
export function addressOf({ headers, socket }: IncomingMessage, hops: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const address = (hops > 0 ? forwarded.at(-hops)?.trim() : undefined) || socket.remoteAddress || '';
  return address.includes(':') && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;
}

/** A parameter of the query; undefined when absent. */
export function queryOf({ url = '' }: IncomingMessage, name: string): string | undefined {
  const at = url.indexOf('?');
  return at < 0 ? undefined : (new URLSearchParams(url.slice(at + 1)).get(name) ?? undefined);
}

/** The number of the last activity a client has seen; absent, `-` and empty are the beginning. Undefined for anything else. */
export function watermarkOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === '-') return 0;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The bearer's token or secret; undefined when there is none. */
export function credentialOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
