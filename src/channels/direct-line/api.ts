import type { Activity } from 'botbuilder';
import { z } from 'zod';
import { StoreError } from '../../store/store';
import { readBody } from '../cloud/body';
import type { Files } from '../files';
import { credentialOf, type DirectReply, type DirectRequest, originOf, queryOf, refuse, refuseForNow, watermarkOf } from './http';
import type { Limiter } from './limits';
import { type Head, keyOf, type Log } from './log';
import { activityOf, type BotAccount, type Incoming, presentLine } from './messages';
import { BASE, createSending } from './sending';
import { type Bearer, isSameSecret, LIFETIME_S, type Tokens } from './tokens';
import { newConversation, newUser } from './web-token';

/** What the API stands on; see DirectLineOptions. */
export interface ApiParts {
  readonly tokens: Tokens;
  readonly log: Log;
  readonly files: Files;
  readonly limiter: Limiter;
  readonly bot: BotAccount;
  readonly accept: (activity: Partial<Activity>) => Promise<void>;
  readonly mask: (activity: Partial<Activity>) => Promise<Partial<Activity>>;
  readonly secret: string | undefined;
  readonly origins: readonly string[];
  readonly report: (event: string, error: unknown) => void;
}

type Handle = (request: DirectRequest) => Promise<DirectReply>;
type HandleBearer = (request: DirectRequest, bearer: Bearer) => Promise<DirectReply>;

/** Of one conversation: a page that goes mad is slowed down. */
const CALLS = { burst: 60, everyMs: 250 } as const;

const DAY_S = 86_400;
const generateSchema = z.object({
  user: z.object({ id: z.string().max(100).nullish() }).nullish(),
});
const startSchema = z.object({ locale: z.string().max(40).nullish() });

/** The routes of Direct Line 3.0. Every answer outside 2xx is an ErrorResponse. */
export function createApi(parts: ApiParts): Readonly<Record<`${'GET' | 'POST' | 'OPTIONS'} /${string}`, Handle>> {
  const { tokens, log, files, limiter, bot, report } = parts;
  const sending = createSending(parts);

  /** CORS for the sites of the allow-list, and an ErrorResponse whatever happens. */
  function open(handle: Handle): Handle {
    return async (request) => {
      const { origin } = request.headers;
      const allowed = origin !== undefined && parts.origins.includes(origin);
      const reply = await handle(request).catch((error: unknown) => {
        report('direct-line', error);
        return error instanceof StoreError ? refuse('ServiceError', 'Come again') : refuse('Internal', 'Internal error');
      });
      const cors = {
        vary: 'origin',
        ...(allowed && { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' }),
      };
      return { ...reply, headers: { ...cors, ...reply.headers } };
    };
  }

  /** Lets in who has a token for the conversation of the path, or for any when the path names none. */
  function withToken(handle: HandleBearer): Handle {
    return open(async (request) => {
      const credential = credentialOf(request);
      if (credential === undefined) return refuse('BadArgument', 'Missing token');
      const check = tokens.check('api', credential);
      if (check.kind === 'expired') return refuse('TokenExpired', 'Token has expired');
      const named = request.params?.conversation;
      const bearer = check.kind === 'ok' ? check.bearer : undefined;
      if (!bearer || (named !== undefined && named !== bearer.conversation)) {
        return refuse('NotAllowed', 'Token not valid for this conversation');
      }
      const waitMs = limiter.waitMs(CALLS, `call ${bearer.conversation}`);
      return waitMs > 0 ? refuseForNow(waitMs) : handle(request, bearer);
    });
  }

  function tokenOf(bearer: Bearer) {
    return { conversationId: bearer.conversation, token: tokens.issue('api', bearer), expires_in: LIFETIME_S.api };
  }

  function conversationReply(request: DirectRequest, bearer: Bearer, about: { status: number; watermark: number }): DirectReply {
    const origin = originOf(request);
    if (origin === undefined) return refuse('MalformedData', 'Host not valid');
    const query = new URLSearchParams({ watermark: String(about.watermark), t: tokens.issue('stream', bearer) });
    const streamUrl = `${origin.replace(/^http/, 'ws')}${BASE}/conversations/${bearer.conversation}/stream?${query}`;
    return { status: about.status, body: { ...tokenOf(bearer), streamUrl } };
  }

  async function generate(request: DirectRequest): Promise<DirectReply> {
    const credential = credentialOf(request);
    if (credential === undefined) return refuse('BadArgument', 'Missing secret');
    if (parts.secret === undefined || !isSameSecret(credential, parts.secret)) return refuse('NotAllowed', 'Not the secret of this bot');
    const body = await readOptional(request, generateSchema);
    if (!body) return refuse('MalformedData', 'Not {"user"?: {"id": string}}');
    const user = body.user?.id ?? newUser();
    if (!/^dl_[\x21-\x7e]{8,}$/.test(user)) return refuse('MalformedData', 'A user id begins with dl_ and cannot be guessed');
    return { status: 200, body: tokenOf({ conversation: newConversation(), user }) };
  }

  async function start(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const body = await readOptional(request, startSchema);
    if (!body) return refuse('MalformedData', 'Not {"locale"?: string}');
    const about = { user: bearer.user, ...(body.locale && { locale: body.locale }) };
    const isNew = await log.start(bearer.conversation, about);
    const head = isNew ? { ...about, last: 0 } : await log.head(bearer.conversation);
    // Nothing was said yet: the process that was to greet may have died.
    if (head?.last === 0) greet(bearer, head);
    return conversationReply(request, bearer, { status: isNew ? 201 : 200, watermark: 0 });
  }

  /** The client waits for its socket, not for the greeting, which arrives by it. */
  function greet(bearer: Bearer, { locale }: Head): void {
    const incoming: Incoming = { type: 'conversationUpdate', value: undefined };
    const { from, recipient, ...joined } = activityOf(incoming, { bearer, bot, attachments: [], ...(locale && { locale }) });
    const members = [recipient, from].flatMap((member) => member ?? []);
    const activity = { ...joined, from, recipient, membersAdded: members, id: `${bearer.conversation}|start` } as Partial<Activity>;
    parts.accept(activity).catch((error: unknown) => report('direct-line-start', error));
  }

  async function reconnect(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const watermark = watermarkOf(queryOf(request, 'watermark'));
    if (watermark === undefined) return refuse('MalformedData', 'watermark is a number');
    if (!(await log.head(bearer.conversation))) return refuse('NotFound', 'Conversation not found');
    return conversationReply(request, bearer, { status: 200, watermark });
  }

  async function listActivities(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const asked = watermarkOf(queryOf(request, 'watermark'));
    const origin = originOf(request);
    if (asked === undefined || origin === undefined) return refuse('MalformedData', 'watermark is a number');
    const head = await log.head(bearer.conversation);
    if (!head) return refuse('NotFound', 'Conversation not found');
    const { activities, watermark } = await log.read(bearer.conversation, Math.min(asked, head.last));
    return { status: 200, body: { activities: activities.map((line) => presentLine(line, origin)), watermark: String(watermark) } };
  }

  /** A private link: an `<img>` sends no token, so the id is the key. Never anything that a browser would run. */
  async function readFile({ params }: DirectRequest): Promise<DirectReply> {
    const { conversation = '', attachment = '' } = params ?? {};
    const file = /^[\w-]{1,64}$/.test(conversation) ? await files.read(keyOf(conversation), attachment) : undefined;
    if (!file) return refuse('NotFound', 'File not found');
    const headers = {
      'content-type': file.contentType,
      'content-disposition': file.contentType.startsWith('image/') ? 'inline' : 'attachment; filename="file.pdf"',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': `private, max-age=${DAY_S}, immutable`,
    };
    return { status: 200, bytes: file.bytes, headers };
  }

  const preflight: Handle = async () => ({ status: 204, headers: PREFLIGHT });
  return {
    [`POST ${BASE}/tokens/generate`]: open(generate),
    [`POST ${BASE}/tokens/refresh`]: withToken(async (_, bearer) => ({ status: 200, body: tokenOf(bearer) })),
    [`POST ${BASE}/conversations`]: withToken(start),
    [`GET ${BASE}/conversations/:conversation`]: withToken(reconnect),
    [`GET ${BASE}/conversations/:conversation/activities`]: withToken(listActivities),
    [`POST ${BASE}/conversations/:conversation/activities`]: withToken(sending.post),
    [`POST ${BASE}/conversations/:conversation/upload`]: withToken(sending.upload),
    [`GET ${BASE}/conversations/:conversation/attachments/:attachment`]: open(readFile),
    [`OPTIONS ${BASE}/*`]: open(preflight),
  };
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, x-ms-bot-agent, x-requested-with',
  'access-control-max-age': '600',
} as const;

/** The JSON body, `{}` when there is none; undefined when it is not what it should be. */
async function readOptional<T>(request: DirectRequest, shape: z.ZodType<T>): Promise<T | undefined> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  const body = length === '0' && encoding === undefined ? { kind: 'ok' as const, value: {} } : await readBody(request);
  const parsed = body.kind === 'ok' ? shape.safeParse(body.value) : undefined;
  return parsed?.success ? parsed.data : undefined;
}
