import type { Activity } from 'botbuilder';

/** A way out to the users of one channel. */
export interface Channel {
  /**
   * Sends one activity to the conversation named in it (`channelId`, `serviceUrl`, `conversation`, `recipient`, `from`, `replyToId`).
   * Resolves with the id the channel gave it. Throws DeliveryError.
   */
  deliver(activity: Partial<Activity>): Promise<{ readonly id?: string }>;
  /** Whether the channel takes `event` activities from the bot; Teams answers them with 400. */
  readonly takesEvents: boolean;
}

/** The way out for a channelId, undefined when nothing leads there. */
export type FindChannel = (channelId: string) => Channel | undefined;

/**
 * Why an activity did not arrive: `retry` may pass later (429, 5xx, a broken connection, a timeout), `gone` the conversation or our
 * right to it has ended (403, 404), `refused` this activity will never be taken (400, 413, a forbidden address).
 */
export type DeliveryFault = 'retry' | 'gone' | 'refused';

/** An activity was not delivered. The message names the status and the host, never the content. */
export class DeliveryError extends Error {
  readonly code: string;
  /** Whether a later attempt may succeed. */
  readonly retryable: boolean;
  /** The conversation does not exist any more, or is closed to us. */
  readonly gone: boolean;
  /** How long the channel asked us to wait (Retry-After), in ms. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, fault: DeliveryFault, options?: { readonly cause?: unknown; readonly retryAfterMs?: number }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DeliveryError';
    this.code = `DELIVERY_${fault.toUpperCase()}`;
    this.retryable = fault === 'retry';
    this.gone = fault === 'gone';
    this.retryAfterMs = options?.retryAfterMs;
  }
}
