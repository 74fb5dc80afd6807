import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readBody } from '../cloud/body';
import { addressOf, type DirectReply, type DirectRequest, refuse, refuseForNow } from './http';
import type { Limiter } from './limits';
import type { Log } from './log';
import { type Bearer, LIFETIME_S, type Tokens } from './tokens';

/** Whose Direct Line our page uses: this server's, or Azure's. */
export interface TokenSource {
  /** Base address for DirectLineJS; absent for this server's own. */
  readonly domain?: string;
  /** A token of a conversation, undefined when it is known no more. */
  resume(bearer: Bearer): Promise<string | undefined>;
  /** A token of a new conversation for this user. */
  create(user: string): Promise<{ readonly conversation: string; readonly token: string }>;
}

const schema = z.object({ resume: z.string().max(2048).optional() });
/** Many people share one address behind a mobile network, so it is generous; what it stops is a machine. */
const ANY = { burst: 60, everyMs: 1000 } as const;
const NEW = { burst: 30, everyMs: 10_000 } as const;

/** `POST /api/web/token`: our page's token, of the conversation it had before when it can prove that, else of a new one. */
export function createWebToken(parts: {
  readonly source: TokenSource;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  readonly proxyHops: number;
}): (request: DirectRequest) => Promise<DirectReply> {
  const { source, tokens, limiter, proxyHops } = parts;

  function answer(bearer: Bearer, token: string): DirectReply {
    const { conversation: conversationId } = bearer;
    const { domain } = source;
    const resume = tokens.issue('resume', bearer);
    return { status: 200, body: { conversationId, token, expires_in: LIFETIME_S.api, resume, ...(domain && { domain }) } };
  }

  return async (request) => {
    const address = addressOf(request, proxyHops);
    const anyMs = limiter.waitMs(ANY, `web ${address}`);
    if (anyMs > 0) return refuseForNow(anyMs);
    const body = await readBody(request);
    if (body.kind === 'refused') return { status: body.status };
    const parsed = schema.safeParse(body.value);
    if (!parsed.success) return refuse('MalformedData', 'Not {"resume"?: string}');
    const check = tokens.check('resume', parsed.data.resume ?? '');
    const token = check.kind === 'ok' ? await source.resume(check.bearer) : undefined;
    if (check.kind === 'ok' && token !== undefined) return answer(check.bearer, token);
    const newMs = limiter.waitMs(NEW, `web-new ${address}`);
    if (newMs > 0) return refuseForNow(newMs);
    const user = newUser();
    const created = await source.create(user);
    return answer({ conversation: created.conversation, user }, created.token);
  };
}

/** Ids that begin with `dl_` come from a token or not at all. */
export function newUser(): string {
  return `dl_${randomBytes(16).toString('base64url')}`;
}

/** Cannot be guessed: who has no token of a conversation cannot even name it. */
export function newConversation(): string {
  return randomBytes(24).toString('base64url');
}

/** This server's own Direct Line. */
export function ownSource(log: Log, tokens: Tokens): TokenSource {
  return {
    resume: async (bearer) => ((await log.head(bearer.conversation)) ? tokens.issue('api', bearer) : undefined),
    async create(user) {
      const conversation = newConversation();
      return { conversation, token: tokens.issue('api', { conversation, user }) };
    },
  };
}

const answerSchema = z.object({ conversationId: z.string().min(1), token: z.string().min(1) });
const AZURE_WITHIN_MS = 8000;

/** Azure's Direct Line; the secret stays on this side. Throws when Azure does not answer as it should. */
export function azureSource({ secret, url }: { readonly secret: string; readonly url: string }): TokenSource {
  const base = `${url.replace(/\/$/, '')}/v3/directline`;

  async function call(method: 'GET' | 'POST', path: string, body?: object) {
    const headers = { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) };
    const init = { method, headers, signal: AbortSignal.timeout(AZURE_WITHIN_MS), ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(base + path, init);
    if (response.status === 403 || response.status === 404) return undefined;
    if (!response.ok) throw Object.assign(new Error(`Azure Direct Line answered ${response.status}`), { code: 'AZURE_DIRECTLINE' });
    return answerSchema.parse(await response.json());
  }

  return {
    domain: base,
    resume: async ({ conversation }) => (await call('GET', `/conversations/${encodeURIComponent(conversation)}`))?.token,
    async create(user) {
      const made = await call('POST', '/tokens/generate', { user: { id: user } });
      if (!made) throw Object.assign(new Error('Azure Direct Line refused the secret'), { code: 'AZURE_DIRECTLINE_SECRET' });
      return { conversation: made.conversationId, token: made.token };
    },
  };
}
