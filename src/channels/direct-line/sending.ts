import { randomUUID } from 'node:crypto';
import type { Activity, Attachment } from 'botbuilder';
import { StoreError } from '../../store/store';
import { readBody } from '../cloud/body';
import type { Files } from '../files';
import { type DirectReply, type DirectRequest, refuse, refuseForNow } from './http';
import type { Limiter } from './limits';
import { keyOf, type Log } from './log';
import { activityOf, type BotAccount, type Incoming, isForwarded, lineOf, parseIncoming } from './messages';
import type { Bearer } from './tokens';
import { readUpload } from './uploads';

export const BASE = '/api/direct-line/v3/directline';

/** What sending stands on; see DirectLineOptions. */
export interface SendingParts {
  readonly log: Log;
  readonly files: Files;
  readonly limiter: Limiter;
  readonly bot: BotAccount;
  readonly accept: (activity: Partial<Activity>) => Promise<void>;
  readonly mask: (activity: Partial<Activity>) => Promise<Partial<Activity>>;
  readonly report: (event: string, error: unknown) => void;
}

type HandleBearer = (request: DirectRequest, bearer: Bearer) => Promise<DirectReply>;

/** Of one conversation: faster than anybody types or takes pictures. */
const SENDS = { burst: 20, everyMs: 1000 } as const;
const UPLOADS = { burst: 6, everyMs: 10_000 } as const;
/** Uploads of all conversations that may lie in memory at once. */
const MAX_UPLOADING = 8;

/** From the client to the bot: `POST …/activities` and `POST …/upload`. */
export function createSending(parts: SendingParts): { readonly post: HandleBearer; readonly upload: HandleBearer } {
  const { log, files, limiter, bot, report } = parts;
  let uploading = 0;

  /** Writes the user's activity into the log, where his other windows see it, then hands it to the bot. */
  async function send(bearer: Bearer, incoming: Incoming, attachments: readonly Attachment[]): Promise<DirectReply> {
    const waitMs = limiter.waitMs(SENDS, `send ${bearer.conversation}`);
    if (waitMs > 0) return refuseForNow(waitMs);
    const head = await log.head(bearer.conversation);
    if (!head) return refuse('NotFound', 'Conversation not found');
    if (incoming.type === 'message' && !isForwarded({ ...incoming, attachments })) return refuse('MalformedData', 'An empty message');
    if (!isForwarded({ ...incoming, attachments })) return { status: 200, body: { id: `${bearer.conversation}|${randomUUID()}` } };
    const activity = activityOf(incoming, { bearer, bot, attachments, ...(head.locale && { locale: head.locale }) });
    // The same activity sent again, after an answer that got lost, is the same line and the same turn.
    const name = `user/${incoming.channelData?.clientActivityID ?? randomUUID()}`;
    const appended = await log.append(bearer.conversation, name, lineOf(await parts.mask(activity)));
    if (!appended) return refuse('NotFound', 'Conversation not found');
    const { id, timestamp } = appended.activity;
    try {
      await parts.accept({ ...activity, ...(id && { id }), ...(timestamp && { timestamp }) });
    } catch (error) {
      if (error instanceof StoreError) throw error;
      report('direct-line-send', error);
      return refuse('BotRejectedActivity', 'Failed to send activity: bot returned an error');
    }
    return { status: 200, body: { id } };
  }

  async function post(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const body = await readBody(request);
    if (body.kind === 'refused') return refusedBody(body.status);
    const incoming = parseIncoming(body.value);
    return incoming ? send(bearer, incoming, []) : refuse('MalformedData', 'Not an activity');
  }

  async function upload(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const waitMs = limiter.waitMs(UPLOADS, `upload ${bearer.conversation}`);
    if (waitMs > 0) return refuseForNow(waitMs);
    if (uploading >= MAX_UPLOADING) return refuse('ServiceError', 'Too many uploads at once', { 'retry-after': '2' });
    uploading += 1;
    try {
      return await readAndSend(request, bearer);
    } finally {
      uploading -= 1;
    }
  }

  async function readAndSend(request: DirectRequest, bearer: Bearer): Promise<DirectReply> {
    const result = await readUpload(request);
    if (result.kind === 'refused') return result.reply;
    const { activity = { type: 'message' }, files: given } = result.upload;
    const incoming = parseIncoming(activity);
    if (!incoming) return refuse('MalformedData', 'Not an activity');
    if (!(await log.head(bearer.conversation))) return refuse('NotFound', 'Conversation not found');
    const ids = await files.save(keyOf(bearer.conversation), given);
    if (ids === 'too many') return refuse('InvalidRange', 'Too many files in this conversation');
    const attachments = given.map(({ contentType }, at) => {
      return { contentType, contentUrl: `${BASE}/conversations/${bearer.conversation}/attachments/${ids[at]}` };
    });
    return send(bearer, incoming, attachments);
  }

  return { post, upload };
}

function refusedBody(status: 400 | 413 | 415): DirectReply {
  if (status === 413) return refuse('InvalidRange', 'At most 256 KB');
  return status === 415 ? refuse('NotSupported', 'Only JSON') : refuse('MalformedData', 'Not JSON');
}
