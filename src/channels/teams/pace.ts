/**
 * How much a bot may send on Teams: to one conversation, which is a personal chat, a group chat or a channel with all its threads, and to one tenant.
 * Every request counts, changes of a message too. The figures may change, so a 429 is obeyed all the same. Source: learn.microsoft.com, "Optimize your
 * bot with rate limiting in Teams", per bot per thread limit: send to conversation; the global limit per app and tenant there is 50 a second (30 in
 * older issues of the page).
 */
const THREAD_LIMITS = [
  { windowMs: 1000, most: 7 },
  { windowMs: 2000, most: 8 },
  { windowMs: 30_000, most: 60 },
  { windowMs: 3_600_000, most: 1800 },
] as const;
const TENANT_LIMITS = [{ windowMs: 1000, most: 50 }] as const;

interface Limit {
  readonly windowMs: number;
  readonly most: number;
}

/** Requests take different times to arrive, so windows are kept a little longer than they are. */
const SLACK_MS = 100;
const MOST_KNOWN = 2000;

/** Counts what is sent. */
export interface Pace {
  /** Takes a place for one request and returns 0, or returns for how many ms there is none. */
  take(conversation: string, tenant: string): number;
}

/** `clock` in ms since 1970. */
export function createPace(clock: () => number): Pace {
  const sent = new Map<string, number[]>();

  function waitOf(name: string, limits: readonly Limit[], now: number): number {
    const times = sent.get(name) ?? [];
    const waits = limits.map(({ windowMs, most }) => {
      const blocking = times[times.length - most];
      return blocking === undefined ? 0 : blocking + windowMs + SLACK_MS - now;
    });
    return Math.max(0, ...waits);
  }

  function count(name: string, limits: readonly Limit[], now: number): void {
    const longest = limits.at(-1)?.windowMs ?? 0;
    const times = (sent.get(name) ?? []).filter((at) => at > now - longest - SLACK_MS);
    times.push(now);
    sent.delete(name);
    sent.set(name, times);
    for (const [other, others] of sent) {
      if (sent.size <= MOST_KNOWN || (others.at(-1) ?? 0) > now - longest) break;
      sent.delete(other);
    }
  }

  return {
    take(conversation, tenant) {
      const now = clock();
      const names = [
        [`c/${conversation}`, THREAD_LIMITS],
        [`t/${tenant}`, TENANT_LIMITS],
      ] as const;
      const wait = Math.max(...names.map(([name, limits]) => waitOf(name, limits, now)));
      if (wait === 0) for (const [name, limits] of names) count(name, limits, now);
      return wait;
    },
  };
}
