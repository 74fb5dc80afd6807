import { createHash } from 'node:crypto';
import type { Activity, Attachment as SentFile } from 'botbuilder';
import type { Attachment } from '../domain/case';

/** Files that came with a message: what they are by their content, never their names; the bytes stay with the channel. */

/** Larger files are not taken. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
const FETCH_MS = 3000;

/** A card or a choice, not a file; a file of Teams has a type of this kind too. */
const CARD = /^application\/vnd\.microsoft\.(?!teams\.file\.)/;

/** Teams sends the words of a message a second time, as markup. */
const isWords = ({ contentType, contentUrl }: SentFile): boolean => contentType === 'text/html' && contentUrl === undefined;

const SIGNATURES: readonly (readonly [type: string, offset: number, bytes: string])[] = [
  ['image/png', 0, '89504e470d0a1a0a'],
  ['image/jpeg', 0, 'ffd8ff'],
  ['image/gif', 0, '47494638'],
  ['image/webp', 8, '57454250'],
  ['image/bmp', 0, '424d'],
  ['image/heic', 4, '66747970686569'],
  ['application/pdf', 0, '255044462d'],
  ['video/mp4', 4, '66747970'],
  ['audio/amr', 0, '2321414d52'],
];

/** The type by the first bytes; `application/octet-stream` for everything else. */
export function sniffType(content: Buffer): string {
  const found = SIGNATURES.find(([, offset, bytes]) => content.subarray(offset, offset + bytes.length / 2).toString('hex') === bytes);
  return found?.[0] ?? 'application/octet-stream';
}

/**
 * The content of a file that only its channel can get, for a conversation (`channelId/conversation.id`); undefined when it is no such file, or
 * cannot be had now. Never throws.
 */
export type FetchFile = (contentUrl: string, conversation: string) => Promise<Buffer | 'tooLarge' | undefined>;

/** What became of the files of a message. */
export interface ReceivedFiles {
  readonly kept: readonly Attachment[];
  /** Files over the limit. */
  readonly tooLarge: number;
}

/**
 * Looks at the files of a message. Only the channel's own service is asked for them (`serviceUrl`), since any other address may be anybody's;
 * a file that cannot be looked at is kept as a reference of unknown type and size 0.
 */
export async function receiveFiles(
  { attachments = [], id = '', serviceUrl }: Partial<Activity>,
  now: string,
  fetchFile: (contentUrl: string) => ReturnType<FetchFile> = async () => undefined,
): Promise<ReceivedFiles> {
  const files = attachments.filter((file) => !CARD.test(file.contentType) && !isWords(file));
  const looked = await Promise.all(files.map(async (file) => (await fetchFile(file.contentUrl ?? '')) ?? look(file, serviceUrl)));
  const kept = looked.flatMap((content, index): Attachment[] => {
    if (content === 'tooLarge') return [];
    const url = files[index]?.contentUrl;
    return [
      {
        id: createHash('sha256')
          .update(content ?? `${id}/${index}`)
          .digest('hex')
          .slice(0, 16),
        contentType: content ? sniffType(content) : 'application/octet-stream',
        size: content?.length ?? 0,
        at: now,
        ...(url?.startsWith('http') && { url }),
      },
    ];
  });
  return { kept, tooLarge: looked.filter((content) => content === 'tooLarge').length };
}

async function look({ contentUrl = '' }: SentFile, serviceUrl: string | undefined): Promise<Buffer | 'tooLarge' | undefined> {
  if (contentUrl.startsWith('data:')) return limited(Buffer.from(contentUrl.slice(contentUrl.indexOf(',') + 1), 'base64'));
  if (!isOfService(contentUrl, serviceUrl)) return undefined;
  try {
    const answer = await fetch(contentUrl, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
    if (!answer.ok || !answer.body) return undefined;
    return await readLimited(answer.body);
  } catch {
    // The reference is kept all the same; a person can ask for the file again.
    return undefined;
  }
}

const limited = (content: Buffer): Buffer | 'tooLarge' => (content.length > MAX_FILE_BYTES ? 'tooLarge' : content);

function isOfService(contentUrl: string, serviceUrl: string | undefined): boolean {
  if (!serviceUrl || !URL.canParse(contentUrl) || !URL.canParse(serviceUrl)) return false;
  return new URL(contentUrl).origin === new URL(serviceUrl).origin;
}

async function readLimited(body: ReadableStream<Uint8Array>): Promise<Buffer | 'tooLarge'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) return 'tooLarge';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
