import { createHash } from 'node:crypto';
import type { Attachment } from 'botbuilder';
import type { Api } from './api';
import { ApiError } from './faults';
import type { KeptFiles } from './ports';

/** Pictures that the platform takes for sending. */
export const PICTURE_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif'];
/** Larger files are not taken. */
const MAX_BYTES = 10 * 1024 * 1024;
/** The turn waits for it. */
const FETCH_MS = 4000;
/** The platform keeps what is uploaded for three days. */
const UPLOAD_MS = 70 * 3_600_000;
const MAX_UPLOADS = 200;

/** The content behind a media reference of an incoming message; undefined when it cannot be had now or is none of ours. Never throws. */
export type FetchMedia = (contentUrl: string) => Promise<Buffer | 'tooLarge' | undefined>;

export interface MediaOptions {
  /** How references to media of this channel begin. */
  readonly prefix: string;
  readonly api: Api;
  /** Of the API; the addresses of videos must be there or with the platform. */
  readonly base: string;
}

export function createFetchMedia({ prefix, api, base }: MediaOptions): FetchMedia {
  async function get(media: string): Promise<Buffer | 'tooLarge' | undefined> {
    const path = `/cgi-bin/media/get?media_id=${encodeURIComponent(media)}`;
    const answer = await api.call('media', { method: 'GET', path, limit: MAX_BYTES });
    if (answer.kind === 'tooLarge') return 'tooLarge';
    if (answer.kind === 'file') return answer.bytes;
    // A video is an address in JSON.
    return typeof answer.json.video_url === 'string' ? download(answer.json.video_url, base) : undefined;
  }

  return async (contentUrl) => {
    if (!contentUrl.startsWith(prefix)) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), FETCH_MS);
    });
    const content = get(contentUrl.slice(prefix.length)).catch((error: unknown) => {
      // The reference is kept all the same; the API has counted the error.
      if (error instanceof ApiError) return undefined;
      throw error;
    });
    return Promise.race([content, late]).finally(() => clearTimeout(timer));
  };
}

async function download(url: string, base: string): Promise<Buffer | 'tooLarge' | undefined> {
  if (!isOfPlatform(url, base)) return undefined;
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
    if (!response.ok || !response.body) return undefined;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAX_BYTES) return 'tooLarge';
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return undefined; // the reference is kept all the same
  }
}

function isOfPlatform(url: string, base: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, origin, protocol } = new URL(url);
  return origin === new URL(base).origin || (/^https?:$/.test(protocol) && /(?:^|\.)(?:qq\.com|qpic\.cn)$/.test(hostname));
}

/**
 * Gives a picture of ours to the platform, for a conversation (`channelId/openid`): its id there, undefined when it cannot be had. Throws ApiError.
 */
export type Upload = (conversation: string, image: Attachment) => Promise<string | undefined>;

export function createUpload({ api, files, now }: { readonly api: Api; readonly files: KeptFiles; readonly now: () => number }): Upload {
  const uploaded = new Map<string, { readonly id: string; readonly until: number }>();
  return async (conversation, { contentType, contentUrl = '' }) => {
    const isData = contentUrl.startsWith('data:');
    const bytes = isData
      ? Buffer.from(contentUrl.slice(contentUrl.indexOf(',') + 1), 'base64')
      : await files.read(conversation, contentUrl);
    if (!bytes) return undefined;
    const hash = createHash('sha256').update(bytes).digest('hex');
    const before = uploaded.get(hash);
    if (before && before.until > now()) return before.id;
    const form = new FormData();
    form.append('media', new Blob([new Uint8Array(bytes)], { type: contentType }), `picture.${contentType.split('/')[1] ?? 'png'}`);
    const answer = await api.call('media', { method: 'POST', path: '/cgi-bin/media/upload?type=image', form });
    const id = answer.kind === 'json' ? answer.json.media_id : undefined;
    if (typeof id !== 'string') return undefined;
    if (uploaded.size >= MAX_UPLOADS) uploaded.clear();
    uploaded.set(hash, { id, until: now() + UPLOAD_MS });
    return id;
  };
}
