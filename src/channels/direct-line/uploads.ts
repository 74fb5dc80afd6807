import type { IncomingMessage } from 'node:http';
import { MAX_FILE_BYTES, type TypedFile, typeOf } from '../files';
import { type DirectReply, refuse } from './http';

/** What a client uploaded: files, and the activity that holds them, when it sent one. */
export interface Upload {
  readonly activity: unknown;
  readonly files: readonly TypedFile[];
}

export type UploadResult = { readonly kind: 'ok'; readonly upload: Upload } | { readonly kind: 'refused'; readonly reply: DirectReply };

const MAX_FILES = 5;
const MAX_BYTES = 2 * MAX_FILE_BYTES;
/** Of the parts around the files. */
const OVERHEAD = 64 * 1024;

const refused = (reply: DirectReply): UploadResult => ({ kind: 'refused', reply });
const TOO_LARGE = refused(refuse('InvalidRange', 'At most 10 MB for a file, 20 MB and 5 files at once'));
const MALFORMED = refused(refuse('MalformedData', 'Not a multipart form with files, nor a file'));
const WRONG_TYPE = refused(refuse('NotSupported', 'Only pictures (JPEG, PNG, GIF, WebP, HEIC) and PDF'));

/** Reads `POST …/upload`: one file as the body, or a form with files and an `activity`. Types are found in the bytes. */
export async function readUpload(request: IncomingMessage): Promise<UploadResult> {
  const type = request.headers['content-type'] ?? '';
  const body = await readBytes(request, MAX_BYTES + OVERHEAD);
  if (body === 'too large') return TOO_LARGE;
  if (body === 'cut short' || body.length === 0) return MALFORMED;
  if (!/^multipart\/form-data\s*;/i.test(type)) return check(undefined, [body]);
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const activity = form.get('activity');
    const text = activity === null || typeof activity === 'string' ? activity : await activity.text();
    const parts = [...form.entries()].flatMap(([name, part]) => (name === 'activity' || typeof part === 'string' ? [] : [part]));
    const files = await Promise.all(parts.map(async (part) => Buffer.from(await part.arrayBuffer())));
    return check(text === null ? undefined : JSON.parse(text), files);
  } catch {
    return MALFORMED;
  }
}

function check(activity: unknown, parts: readonly Buffer[]): UploadResult {
  if (parts.length === 0) return MALFORMED;
  if (parts.length > MAX_FILES || parts.some(({ length }) => length > MAX_FILE_BYTES)) return TOO_LARGE;
  const files = parts.flatMap((bytes) => {
    const contentType = typeOf(bytes);
    return contentType === undefined ? [] : [{ contentType, bytes }];
  });
  return files.length < parts.length ? WRONG_TYPE : { kind: 'ok', upload: { activity, files } };
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'cut short'> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    request.resume();
    return 'too large';
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) return 'too large';
      chunks.push(chunk);
    }
  } catch {
    return 'cut short'; // the caller went away; nobody reads the answer
  }
  return Buffer.concat(chunks);
}
