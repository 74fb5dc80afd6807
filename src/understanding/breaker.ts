/** Milliseconds of any steady clock. */
export type Clock = () => number;

export interface BreakerOptions {
  /** Failures in a row that open the breaker. */
  readonly failures: number;
  /** How long it stays open after them. */
  readonly openMs: number;
  /** Calls allowed in any minute. */
  readonly perMinute: number;
}

/** Lets calls to a remote service through, or not. */
export interface Breaker {
  /** Takes one call of the budget; false when the service is left alone for now. */
  enter(): boolean;
  succeed(): void;
  /** One more failure; `restMs` is how long the service asked to be left alone. */
  fail(restMs?: number): void;
}

const MINUTE = 60_000;

/** A circuit breaker with a rate limit. After its time one trial call is let through; its failure opens the breaker again. */
export function createBreaker({ failures, openMs, perMinute }: BreakerOptions, clock: Clock): Breaker {
  let inARow = 0;
  let closedAt = 0;
  let trying = false;
  let calls: number[] = [];
  return {
    enter: () => {
      const now = clock();
      if (now < closedAt || trying) return false;
      calls = calls.filter((at) => at > now - MINUTE);
      if (calls.length >= perMinute) return false;
      calls.push(now);
      trying = inARow >= failures;
      return true;
    },
    succeed: () => {
      inARow = 0;
      trying = false;
    },
    fail: (restMs) => {
      inARow += 1;
      trying = false;
      if (restMs !== undefined) closedAt = Math.max(closedAt, clock() + restMs);
      if (inARow >= failures) closedAt = Math.max(closedAt, clock() + openMs);
    },
  };
}
