/** How often somebody may do something: `burst` at once, then one more each `everyMs`. */
export interface Limit {
  readonly burst: number;
  readonly everyMs: number;
}

/** Counts in this process; with several processes each allows as much. */
export interface Limiter {
  /** 0 when allowed (and counted), else ms until it is. */
  waitMs(limit: Limit, who: string): number;
}

/** Above this the counters that are full again are thrown out, and if that is not enough the oldest. */
const MOST = 50_000;

/** `clock` is ms since some moment. A counter is the moment until which all allowances are used up. */
export function createLimiter(clock: () => number): Limiter {
  const busyUntil = new Map<string, number>();

  function sweep(now: number): void {
    for (const [who, until] of busyUntil) if (until <= now) busyUntil.delete(who);
    for (const who of busyUntil.keys()) {
      if (busyUntil.size <= MOST / 2) return;
      busyUntil.delete(who);
    }
  }

  return {
    waitMs({ burst, everyMs }, who) {
      const now = clock();
      if (busyUntil.size >= MOST) sweep(now);
      const next = Math.max(busyUntil.get(who) ?? 0, now) + everyMs;
      const over = next - now - burst * everyMs;
      if (over > 0) return over;
      busyUntil.set(who, next);
      return 0;
    },
  };
}
