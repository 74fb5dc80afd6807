import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { entryId } from '../repositories/ids';
import { partitionOf, type Store } from '../store/store';

/** Who is signed in. The cookie holds a random id with its signature; what it stands for is in the store, so it can be ended. */
export interface Sessions {
  /** A new session, always under a new id; returns the cookie's value. */
  open(agentId: string): Promise<string>;
  /** The agent of a cookie; undefined when it is forged, ended or too old. */
  find(cookie: string): Promise<string | undefined>;
  end(cookie: string): Promise<void>;
}

const COLLECTION = 'desk-sessions';
/** A working day. */
export const SESSION_MS = 12 * 3_600_000;
const FORM = /^([\w-]{43})\.([\w-]{43})$/;

/** `key` signs the cookies; every process has the same. */
export function createSessions(store: Store, key: Buffer): Sessions {
  const signatureOf = (id: string) => createHmac('sha256', key).update(`desk-session:${id}`).digest();
  const placeOf = (id: string) => {
    // The store holds a digest: whoever can read it cannot sign in with it.
    const name = createHash('sha256').update(id).digest('base64url');
    return { partition: store.partition(partitionOf(name)), name: entryId(name) };
  };

  function idOf(cookie: string): string | undefined {
    const [, id, signature] = FORM.exec(cookie) ?? [];
    if (id === undefined || signature === undefined) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const right = signatureOf(id);
    return given.length === right.length && timingSafeEqual(given, right) ? id : undefined;
  }

  return {
    async open(agentId) {
      const id = randomBytes(32).toString('base64url');
      const { partition, name } = placeOf(id);
      await partition.commit({ kind: 'put', collection: COLLECTION, id: name, value: { agentId }, ttlMs: SESSION_MS });
      return `${id}.${signatureOf(id).toString('base64url')}`;
    },
    async find(cookie) {
      const id = idOf(cookie);
      if (id === undefined) return undefined;
      const { partition, name } = placeOf(id);
      const entry = await partition.get(COLLECTION, name);
      return (entry?.value as { readonly agentId: string } | undefined)?.agentId;
    },
    async end(cookie) {
      const id = idOf(cookie);
      if (id === undefined) return;
      const { partition, name } = placeOf(id);
      await partition.commit({ kind: 'delete', collection: COLLECTION, id: name });
    },
  };
}
