/**
 * The platform and the channel at 0.3 of their real pace: what is left between the channel's limit and the platform's is wide enough for a busy
 * machine, and 20 s pass in 6.
 */
export const TIMEOUT_MS = 1500;
export const LIMITS = { answerMs: 1050, keepMs: 60, typingMs: 600, leaseMs: 5000, graceMs: 2100 };
/** Milliseconds that the bot thinks: 0.1, 6, 11 and 20 s. */
export const TURNS = [30, 1800, 3300, 6000] as const;
/** The longest of these tests takes 15 s on an idle machine. */
export const PATIENCE_MS = 90_000;
