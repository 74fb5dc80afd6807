import { randomBytes } from 'node:crypto';
import { type Change, type Json, type Store, StoreError } from '../../store/store';
import { KEPT_MS, partitionOfConversation } from './log';

/** Pictures and PDF files that a client sent, kept with their conversation. Who has the id of a file may read it; ids cannot be guessed. */
export interface Files {
  save(conversation: string, files: readonly TypedFile[]): Promise<readonly string[] | 'too many'>;
  /** Undefined when unknown or forgotten. */
  read(conversation: string, id: string): Promise<TypedFile | undefined>;
  /** Forgets all files of a conversation (删除我的信息). */
  erase(conversation: string): Promise<void>;
}

export interface TypedFile {
  /** Found in the bytes, not what the client said. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** In all, for one conversation, while it is kept. */
const MAX_FILES = 30;
const MAX_BYTES = 60 * 1024 * 1024;
/** Base64 of it stays far below what one entry of any engine may hold. */
const PIECE_BYTES = 384 * 1024;

const HEADS = 'direct-line-files';
const PIECES = 'direct-line-pieces';
const ID = /^[\w-]{22}$/;

interface FileHead {
  readonly contentType: string;
  readonly size: number;
  readonly pieces: number;
}

/** How the types begin. Anything else is refused, whatever it calls itself: no HTML, no SVG, nothing that runs. */
const TYPES: readonly { readonly contentType: string; readonly is: (head: string) => boolean }[] = [
  { contentType: 'image/jpeg', is: (head) => head.startsWith('\xff\xd8\xff') },
  { contentType: 'image/png', is: (head) => head.startsWith('\x89PNG\r\n\x1a\n') },
  { contentType: 'image/gif', is: (head) => /^GIF8[79]a/.test(head) },
  { contentType: 'image/webp', is: (head) => /^RIFF[\s\S]{4}WEBP/.test(head) },
  { contentType: 'image/heic', is: (head) => /^[\s\S]{4}ftyp(?:heic|heix|mif1)/.test(head) },
  { contentType: 'application/pdf', is: (head) => head.startsWith('%PDF-') },
];

/** The content type of bytes, undefined for anything but a picture or a PDF. */
export function typeOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 16).toString('latin1');
  return TYPES.find(({ is }) => is(head))?.contentType;
}

export function createFiles(store: Store): Files {
  const listHeads = (conversation: string) =>
    partitionOfConversation(store, conversation).list(HEADS, { from: `${conversation}:`, to: `${conversation};` });

  async function saveOne(conversation: string, { contentType, bytes }: TypedFile): Promise<string> {
    const partition = partitionOfConversation(store, conversation);
    const id = randomBytes(16).toString('base64url');
    const pieces = Math.ceil(bytes.length / PIECE_BYTES);
    for (let at = 0; at < pieces; at += 1) {
      const value = bytes.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES).toString('base64');
      await partition.commit({ kind: 'put', collection: PIECES, id: pieceId(conversation, id, at), value, ttlMs: KEPT_MS });
    }
    const head: FileHead = { contentType, size: bytes.length, pieces };
    const value = head as unknown as Json;
    await partition.commit({ kind: 'put', collection: HEADS, id: `${conversation}:${id}`, value, ttlMs: KEPT_MS });
    return id;
  }

  return {
    async save(conversation, files) {
      const heads = (await listHeads(conversation)).map(({ value }) => value as unknown as FileHead);
      const size = [...heads.map((head) => head.size), ...files.map(({ bytes }) => bytes.length)].reduce((sum, one) => sum + one, 0);
      if (heads.length + files.length > MAX_FILES || size > MAX_BYTES) return 'too many';
      const ids: string[] = [];
      for (const file of files) ids.push(await saveOne(conversation, file));
      return ids;
    },
    async read(conversation, id) {
      if (!ID.test(id)) return undefined;
      const partition = partitionOfConversation(store, conversation);
      const head = (await partition.get(HEADS, `${conversation}:${id}`))?.value as unknown as FileHead | undefined;
      if (!head) return undefined;
      const pieces = await partition.list(PIECES, { from: `${conversation}:${id}:`, to: `${conversation}:${id};` });
      if (pieces.length !== head.pieces) throw new StoreError('direct line: a piece of a file is gone');
      return { contentType: head.contentType, bytes: Buffer.concat(pieces.map(({ value }) => Buffer.from(String(value), 'base64'))) };
    },
    async erase(conversation) {
      const partition = partitionOfConversation(store, conversation);
      const range = { from: `${conversation}:`, to: `${conversation};` };
      const heads = await listHeads(conversation);
      const ids = heads.flatMap(({ id, value }) => {
        const { pieces } = value as unknown as FileHead;
        return [...Array.from({ length: pieces }, (_, at) => ({ collection: PIECES, id: `${id}:${pad(at)}` })), { collection: HEADS, id }];
      });
      if (ids.length > 0) await partition.commit(...ids.map((one): Change => ({ kind: 'delete', ...one })));
      // What an upload cut short left behind.
      const left = await partition.list(PIECES, { ...range, limit: MAX_FILES });
      if (left.length > 0) await partition.commit(...left.map(({ id }): Change => ({ kind: 'delete', collection: PIECES, id })));
    },
  };
}

function pieceId(conversation: string, file: string, at: number): string {
  return `${conversation}:${file}:${pad(at)}`;
}

function pad(at: number): string {
  return String(at).padStart(3, '0');
}
