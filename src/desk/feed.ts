import { epochMs } from '../domain/calendar';
import { type CaseEvent, listFeed } from '../repositories/case-events';
import type { Store } from '../store/store';

/** A page that listens. */
export interface Listener {
  tell(event: CaseEvent): void;
  /** There will be no more: the process ends. */
  end(): void;
}

/** News of all cases for the pages of this process: one reader, however many pages. */
export interface Feed {
  /** Tells of every event from now on, and first of those since `cursor` (the id of an event). Returns how to stop. */
  listen(cursor: string | undefined, listener: Listener): Promise<() => void>;
  /** Looks now; otherwise it looks when told and every two seconds. */
  hurry(): void;
  close(): void;
}

export const TOPIC = 'desk';
const EVERY_MS = 2000;
/** A turn may commit so much later than the time it bears; whoever reads on from a cursor reads so much again and knows events by their id. */
const OVERLAP_MS = 30_000;
const PIECE = 5000;

/** `now` is ISO +08:00. */
export async function openFeed({ store, now }: { readonly store: Store; readonly now: () => string }): Promise<Feed> {
  const listeners = new Set<Listener>();
  let known = new Map<string, number>();
  /** Ms since 1970. Stands still while the store is away, so that nothing of that time is missed afterwards. */
  let lookedAt = epochMs(now());
  let running: Promise<void> | undefined;
  let again = false;

  const since = (ms: number) => String(ms - OVERLAP_MS).padStart(13, '0');

  async function read(from: string): Promise<readonly CaseEvent[]> {
    const events = await listFeed(store, from, PIECE);
    const last = events.at(-1);
    return last && events.length === PIECE ? [...events, ...(await read(`${last.id} `))] : events;
  }

  async function look(): Promise<void> {
    const started = epochMs(now());
    const events = await read(since(lookedAt));
    lookedAt = started;
    const fresh = events.filter(({ id }) => !known.has(id));
    for (const event of fresh) known.set(event.id, started);
    known = new Map([...known].filter(([, at]) => at > started - 2 * OVERLAP_MS));
    for (const event of fresh) for (const listener of [...listeners]) listener.tell(event);
  }

  function hurry(): void {
    if (listeners.size === 0) return;
    if (running) {
      again = true;
      return;
    }
    // A store that is away is looked at again by the next tick.
    running = look()
      .catch(() => undefined)
      .then(() => {
        running = undefined;
        if (again) {
          again = false;
          hurry();
        }
      });
  }

  await look();
  const unsubscribe = await store.subscribe(TOPIC, hurry);
  const timer = setInterval(hurry, EVERY_MS).unref();
  return {
    hurry,
    async listen(cursor, listener) {
      if (listeners.size === 0) {
        // Nobody listened: what happened meanwhile is no news.
        lookedAt = epochMs(now());
        await look();
      }
      listeners.add(listener);
      try {
        const at = /^(\d{13})-/.exec(cursor ?? '')?.[1];
        const missed = at === undefined ? [] : await read(since(Number(at)));
        for (const event of missed) if (event.id !== cursor) listener.tell(event);
      } catch (error) {
        listeners.delete(listener);
        throw error;
      }
      return () => void listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      unsubscribe();
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
  };
}
