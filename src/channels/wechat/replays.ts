import { createHash } from 'node:crypto';
import { MAX_AGE_MS } from './envelope';

/** Requests of the last minutes in this process, so that none is taken twice. */
export interface Replays {
  /**
   * `new`, or `again` for the same request while its first was not answered: the connection broke. `replay` when it was answered, or the
   * proof comes with another body. `now` in ms since 1970.
   */
  enter(query: URLSearchParams, body: string, now: number): 'new' | 'again' | 'replay';
  /** The answer went out while the caller was still there. */
  answered(query: URLSearchParams): void;
}

interface Seen {
  readonly body: string;
  readonly at: number;
  answered: boolean;
}

/** Far above what an account sends in ten minutes; the oldest go first. */
const MOST = 100_000;

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
const keyOf = (query: URLSearchParams) =>
  digest(JSON.stringify(['timestamp', 'nonce', 'signature', 'msg_signature'].map((name) => query.get(name))));

export function createReplays(): Replays {
  const seen = new Map<string, Seen>();
  return {
    enter(query, body, now) {
      for (const [key, { at }] of seen) {
        if (seen.size <= MOST && now - at <= 2 * MAX_AGE_MS) break;
        seen.delete(key);
      }
      const key = keyOf(query);
      const before = seen.get(key);
      if (!before) {
        seen.set(key, { body: digest(body), at: now, answered: false });
        return 'new';
      }
      return before.answered || before.body !== digest(body) ? 'replay' : 'again';
    },
    answered(query) {
      const found = seen.get(keyOf(query));
      if (found) found.answered = true;
    },
  };
}
