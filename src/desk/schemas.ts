import { z } from 'zod';
import { CLOSING_OUTCOMES, QUEUES } from '../domain/case';
import { STATES } from './presence';

/** What the API takes. Unknown fields are refused: a misspelt one would be ignored in silence. */

/** The caller's own name for this action: sent again with the same, it is done once. */
const once = z.string().min(8).max(64).optional();
const words = (longest: number) => z.string().trim().min(1).max(longest);

export const acceptBody = z.strictObject({ once });
export const assignBody = z.strictObject({ agent: z.string().min(1).max(32), once });
export const replyBody = z.strictObject({ text: words(2000), once });
/** A picture or PDF in base64, at most 3 MB. */
export const pictureBody = z.strictObject({ data: z.base64().min(16).max(4_200_000), once });
export const noteBody = z.strictObject({ text: words(4000), once });
export const transferBody = z.union([
  z.strictObject({ agent: z.string().min(1).max(32), note: words(1000).optional(), once }),
  z.strictObject({ queue: z.enum(QUEUES), note: words(1000).optional(), once }),
]);
export const returnBody = z.strictObject({ finding: words(500), once });
export const closeBody = z.strictObject({ outcome: z.enum(CLOSING_OUTCOMES), note: words(2000), once });
export const presenceBody = z.strictObject({ state: z.enum(STATES) });
export const quickReplyBody = z.strictObject({ title: words(40), text: words(1000), shared: z.boolean().default(false) });
export const removeBody = z.strictObject({ id: z.string().min(1).max(100) });
export const noBody = z.strictObject({});

export const rowsQuery = z.strictObject({
  state: z.enum(['open', 'closed']).default('open'),
  /** Case id, amount in yuan, last four digits of card or phone, or a date. */
  q: z.string().trim().max(60).default(''),
  queue: z.enum(QUEUES).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
export const noQuery = z.strictObject({});
export const streamQuery = z.strictObject({ cursor: z.string().max(60).optional() });
