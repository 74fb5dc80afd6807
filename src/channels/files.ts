import { createHash, randomBytes } from 'node:crypto';
import { type Change, type Json, partitionOf, type Store, StoreError } from '../store/store';

/**
 * Pictures and PDF files of conversations (`channelId/conversation.id`), kept for a month. Who has the id of a file may read it; ids cannot be
 * guessed.
 */
export interface Files {
  /** A file with an id is kept once, however often it is saved. */
  save(conversation: string, files: readonly (TypedFile & { readonly id?: string })[]): Promise<readonly string[] | 'too many'>;
  /** Undefined when unknown or forgotten. */
  read(conversation: string, id: string): Promise<TypedFile | undefined>;
  /** What is kept of a conversation, in no order. */
  list(conversation: string): Promise<readonly { readonly id: string; readonly contentType: string }[]>;
  /** Forgets all files of a conversation (删除我的信息). */
  erase(conversation: string): Promise<void>;
}

export interface TypedFile {
  /** Found in the bytes, not what the client said. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
const KEPT_MS = 30 * 86_400_000;
/** In all, for one conversation, while it is kept. */
const MAX_FILES = 30;
const MAX_BYTES = 60 * 1024 * 1024;
/** Base64 of it stays far below what one entry of any engine may hold. */
const PIECE_BYTES = 384 * 1024;

const HEADS = 'files';
const PIECES = 'file-pieces';
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
  const partitionFor = (conversation: string) => store.partition(partitionOf(conversation));
  const rangeOf = (conversation: string) => ({ from: `${nameOf(conversation)}:`, to: `${nameOf(conversation)};` });
  const listHeads = (conversation: string) => partitionFor(conversation).list(HEADS, rangeOf(conversation));
  const idOf = (entry: { readonly id: string }) => entry.id.slice(entry.id.indexOf(':') + 1);

  async function saveOne(
    conversation: string,
    { contentType, bytes, id = newId() }: TypedFile & { readonly id?: string },
  ): Promise<string> {
    const partition = partitionFor(conversation);
    const pieces = Math.ceil(bytes.length / PIECE_BYTES);
    for (let at = 0; at < pieces; at += 1) {
      const value = bytes.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES).toString('base64');
      await partition.commit({ kind: 'put', collection: PIECES, id: `${entryOf(conversation, id)}:${pad(at)}`, value, ttlMs: KEPT_MS });
    }
    const head: FileHead = { contentType, size: bytes.length, pieces };
    const value = head as unknown as Json;
    await partition.commit({ kind: 'put', collection: HEADS, id: entryOf(conversation, id), value, ttlMs: KEPT_MS });
    return id;
  }

  return {
    async save(conversation, files) {
      const entries = await listHeads(conversation);
      const heads = entries.map(({ value }) => value as unknown as FileHead);
      const kept = new Set(entries.map(idOf));
      const fresh = files.filter(({ id }) => id === undefined || !kept.has(id));
      const size = [...heads.map((head) => head.size), ...fresh.map(({ bytes }) => bytes.length)].reduce((sum, one) => sum + one, 0);
      if (heads.length + fresh.length > MAX_FILES || size > MAX_BYTES) return 'too many';
      const ids: string[] = [];
      for (const file of files) ids.push(fresh.includes(file) ? await saveOne(conversation, file) : (file.id ?? ''));
      return ids;
    },
    async read(conversation, id) {
      if (!ID.test(id)) return undefined;
      const partition = partitionFor(conversation);
      const entry = entryOf(conversation, id);
      const head = (await partition.get(HEADS, entry))?.value as unknown as FileHead | undefined;
      if (!head) return undefined;
      const pieces = await partition.list(PIECES, { from: `${entry}:`, to: `${entry};` });
      if (pieces.length !== head.pieces) throw new StoreError('a piece of a file is gone');
      return { contentType: head.contentType, bytes: Buffer.concat(pieces.map(({ value }) => Buffer.from(String(value), 'base64'))) };
    },
    async list(conversation) {
      const entries = await listHeads(conversation);
      return entries.map((entry) => ({ id: idOf(entry), contentType: (entry.value as unknown as FileHead).contentType }));
    },
    async erase(conversation) {
      const partition = partitionFor(conversation);
      const range = rangeOf(conversation);
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

const newId = () => randomBytes(16).toString('base64url');
const nameOf = (conversation: string) => createHash('sha256').update(conversation).digest('base64url').slice(0, 22);
const entryOf = (conversation: string, file: string) => `${nameOf(conversation)}:${file}`;

const ADDRESS = 'urn:daozhang:file:';

/** Address of a kept file, for channels that have no address for it themselves. */
export const fileAddress = (id: string): string => `${ADDRESS}${id}`;
/** The id in such an address; undefined for any other. */
export const fileIn = (address: string): string | undefined => (address.startsWith(ADDRESS) ? address.slice(ADDRESS.length) : undefined);

function pad(at: number): string {
  return String(at).padStart(3, '0');
}
