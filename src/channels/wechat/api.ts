import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, addressIn, type Fault, faultOf } from './faults';
import type { Answer, Call, Http } from './http';
import type { Fetched, Refusal, Tokens } from './token';

/** What an account may be allowed, or not; one that turns out to be missing is not tried again by this process. */
export const CAPABILITIES = ['send', 'msgmenu', 'typing', 'media', 'template', 'subscribe', 'agents'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** A capability that is not to be had now. */
export interface Missing {
  readonly capability: Capability;
  readonly errcode: number;
  /** Ms since 1970; Infinity for the life of this process. */
  readonly until: number;
}

export interface ApiOptions {
  readonly http: Http;
  readonly tokens: Tokens;
  /** Ms since 1970. */
  readonly now: () => number;
  /** What the platform's codes mean; default: those of 公众平台. */
  readonly faultOf?: (errcode: number) => Fault;
  /** How long an API rests that is used up or not allowed, in ms; default: that of 公众平台. */
  readonly restMs?: (error: ApiError) => number;
  /** Told of every error, with the path it came from. */
  readonly onError?: (error: ApiError, path: string) => void;
  /** A message was sent again although the first may have arrived: better twice than never. Absent where twice is harmless. */
  readonly onDoubt?: () => void;
  /** Waits before the next try; default: for that many ms. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface Api {
  /** Throws ApiError when the platform did not do it, after trying again what may pass. */
  call(capability: Capability, call: Call): Promise<Answer>;
  /** Undefined while it may be used. */
  missing(capability: Capability): Missing | undefined;
  /** Something is set up wrongly, as a call was told within the last minute; until then none is made. */
  refusal(): Refusal | undefined;
}

/** Pauses before the second, third and fourth try. */
const PAUSES_MS = [500, 1000, 2000] as const;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function createApi(options: ApiOptions): Api {
  const { http, tokens, now, onError, onDoubt, wait = delay } = options;
  const meaning = options.faultOf ?? faultOf;
  const restMs = options.restMs ?? usualRestMs;
  const off = new Map<Capability, Missing>();
  let refused: (Refusal & { readonly until: number }) | undefined;

  function refusal(): Refusal | undefined {
    return refused && refused.until > now() ? refused : undefined;
  }

  function missing(capability: Capability): Missing | undefined {
    const found = off.get(capability);
    if (found && found.until <= now()) off.delete(capability);
    return off.get(capability);
  }

  function rest(capability: Capability, error: ApiError): void {
    const { fault, errcode, address } = error;
    if (fault === 'configuration' && typeof errcode === 'number') {
      refused = { errcode, ...(address !== undefined && { address }), until: now() + MINUTE_MS };
    }
    if (typeof errcode !== 'number' || (fault !== 'capability' && fault !== 'limit')) return;
    // 40200 is about the kind of message, here always a menu.
    const meant = errcode === 40200 ? 'msgmenu' : capability;
    off.set(meant, { capability: meant, errcode, until: now() + restMs(error) });
  }

  async function attempt(call: Call, token: string): Promise<Answer> {
    const answer = await http({ ...call, path: withToken(call.path, token) });
    const errcode = answer.kind === 'json' ? Number(answer.json.errcode ?? 0) : 0;
    if (errcode === 0) {
      refused = undefined;
      return answer;
    }
    const address = answer.kind === 'json' ? addressIn(String(answer.json.errmsg)) : undefined;
    throw new ApiError(meaning(errcode), errcode, `${call.path.replace(/\?.*/, '')} answered ${errcode}`, { address });
  }

  async function call(capability: Capability, request: Call): Promise<Answer> {
    const closed = missing(capability);
    if (closed) throw new ApiError('capability', closed.errcode, `${capability} is not to be had since ${closed.errcode}`);
    const wrong = refusal();
    if (wrong) throw new ApiError('configuration', wrong.errcode, `no call to the platform for a minute after ${wrong.errcode}`);
    let token = await tokens.current();
    let renewals = 0;
    for (let tries = 0; ; ) {
      try {
        return await attempt(request, token);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        onError?.(error, request.path.replace(/\?.*/, ''));
        rest(capability, error);
        if (error.fault === 'token' && renewals < 2) {
          renewals += 1;
          token = await tokens.renew(token);
          continue;
        }
        const isDoubt = capability === 'send' && onDoubt !== undefined && (error.errcode === 'NETWORK' || error.errcode === 'TIMEOUT');
        // It waited long already, and each try may be one more message on the user's screen.
        if (isDoubt && error.errcode === 'TIMEOUT' && tries > 0) throw new ApiError('doubt', 'TIMEOUT', error.message);
        const pause = PAUSES_MS[tries];
        if (error.fault !== 'retry' || pause === undefined)
          throw error.fault === 'token' ? new ApiError('retry', error.errcode, error.message) : error;
        tries += 1;
        await wait(pause * (1 + Math.random() / 4));
        if (isDoubt) onDoubt();
      }
    }
  }

  return { call, missing, refusal };
}

/** What is not allowed stays so for this process; a quota is one of a minute or of the day. */
function usualRestMs({ fault, errcode }: ApiError): number {
  if (fault === 'capability') return Number.POSITIVE_INFINITY;
  return errcode === 45011 ? MINUTE_MS : DAY_MS;
}

function withToken(path: string, token: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;
}

/** Fetches the token that does not kill the one before it (stable_token). */
export function tokenFetcher(options: {
  readonly http: Http;
  readonly appId: string;
  readonly secret: string;
  readonly onCall?: () => void;
  readonly wait?: (ms: number) => Promise<unknown>;
}): (force: boolean) => Promise<Fetched> {
  const { http, appId, secret, onCall, wait = delay } = options;
  const body = { grant_type: 'client_credential', appid: appId, secret };
  const once = async (force: boolean): Promise<Fetched> => {
    onCall?.();
    const answer = await http({ method: 'POST', path: '/cgi-bin/stable_token', body: { ...body, force_refresh: force } });
    const json = answer.kind === 'json' ? answer.json : {};
    const { access_token: token, expires_in: seconds, errcode, errmsg } = json;
    if (typeof token === 'string' && token !== '') return { kind: 'token', token, expiresInMs: (Number(seconds) || 7200) * 1000 };
    if (faultOf(Number(errcode)) === 'retry') throw new ApiError('retry', Number(errcode), 'no access token for the moment');
    return { kind: 'refused', errcode: Number(errcode ?? 0), message: String(errmsg ?? '') };
  };
  return async (force) => {
    for (const pause of PAUSES_MS) {
      try {
        return await once(force);
      } catch (error) {
        if (!(error instanceof ApiError && error.fault === 'retry')) throw error;
        await wait(pause);
      }
    }
    return once(force);
  };
}
