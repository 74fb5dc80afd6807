import { z } from 'zod';
import { PRIORITIES, QUEUES } from '../../src/domain/case';
import { ENUM_SLOTS, type EnumSlot, FEE_NAMES, SIGNALS, SLOT_NAMES } from '../../src/domain/slots';
import { INTENTS } from '../../src/understanding/recognizer';

/** The trace `daozhang.turn`, as the README documents it for the Emulator. */

const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00$/);
const fen = z.number().int().positive();
const text = z.string().min(1);

const oneOf = (slot: EnumSlot) => z.enum([...ENUM_SLOTS[slot], 'unknown']);

const EXACT = {
  amount: fen,
  netAmount: fen,
  instantFee: z.union([z.number().int().nonnegative(), z.literal('unknown')]),
  txTime: instant,
  refundTime: instant,
  feeTime: instant,
  feeRate: z.union([z.number().positive(), z.literal('unknown')]),
  cardLast4: z.union([z.string().regex(/^\d{4}$/), z.literal('unknown')]),
  settleCardLast4: z.union([z.string().regex(/^\d{4}$/), z.literal('unknown')]),
  rrn: z.union([z.string().regex(/^\d{12}$/), z.literal('unknown')]),
  feeName: z.union([z.enum(FEE_NAMES), text]),
  contactPhone: text,
} as const;

const slots = Object.fromEntries(
  SLOT_NAMES.map((slot) => [slot, (slot in ENUM_SLOTS ? oneOf(slot as EnumSlot) : (EXACT[slot as keyof typeof EXACT] ?? text)).optional()]),
);

const draft = z.strictObject({
  ...slots,
  transactions: z
    .array(z.strictObject({ amount: fen.optional(), txTime: instant.optional() }))
    .min(2)
    .max(5)
    .optional(),
  signals: z.array(z.enum(SIGNALS)).optional(),
  refusals: z.array(z.string().regex(/^REF-(SECRET|ADS|EVADE|GUARANTEE|PII|OOS)$/)).optional(),
  attachments: z.array(z.strictObject({ id: text, contentType: text, size: z.number(), at: instant })).optional(),
});

const diagnosis = z.strictObject({
  causes: z.array(
    z.strictObject({
      id: z.string().regex(/^(A[1-7]|B[1-6]|C([1-9]|1[0-2])|D[1-6]|E[1-3]|F[1-6]|G[1-3]|U0)$/),
      likelihood: z.enum(['high', 'medium', 'low']),
    }),
  ),
  outcome: z.string().regex(/^(SS-[A-Z]+|ESC-P[0-3]|REF-[A-Z]+)$/),
  queue: z.enum(QUEUES).nullable(),
  priority: z.enum(PRIORITIES).nullable(),
  expectedBy: instant.nullable(),
  recheckAt: instant.nullable(),
  overdueWorkdays: z.number().int().nonnegative().nullable(),
  provisional: z.boolean(),
});

export const TRACE = z.strictObject({
  intent: z.strictObject({ name: z.enum(INTENTS), confidence: z.number().min(0).max(1) }).nullable(),
  asking: z.enum([...SLOT_NAMES, 'confirm', 'handoff', 'menu', 'resolved']).nullable(),
  draft,
  diagnosis: diagnosis.nullable(),
  case: z
    .strictObject({
      id: z.string().regex(/^DZ\d{8}-[3-9ACDEFGHJKMNPQRTUVWXY]{5}-\d{2}$/),
      priority: z.enum(PRIORITIES),
      queue: z.enum(QUEUES),
      owner: z.enum(['bot', 'queue', 'agent', 'closed']),
    })
    .nullable(),
});
