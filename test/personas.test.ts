import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { overdueWorkdays } from '../src/domain/calendar';
import { QUEUES } from '../src/domain/case';
import { expectedBy } from '../src/domain/settlement';
import { ENUM_SLOTS, type EnumSlot, MONEY_SLOTS, SLOT_NAMES, type SlotName, TIME_SLOTS } from '../src/domain/slots';
import { calendar, profile } from './domain/data';
import { cell, tableOf } from './tables';

/** Simulated users: what they say first, what they know, and what the bot has to make of it. */

const FOLDER = join(__dirname, 'personas');
const CAUSES = tableOf('3').map((row) => cell(row, 'id'));
const OUTCOMES = tableOf('4.6').map((row) => cell(row, 'code'));
/** Asked in other words than a slot's, by a bot that does so; no fact of ours. */
const OTHER_FACTS = ['sameTransactions', 'allMissing', 'freezeRef', 'refundProof'];

const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00$/);
const text = z.string().min(1);
const pattern = text.refine((source) => {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}, 'not a pattern');
const asking = z.enum([...SLOT_NAMES, 'confirm', 'handoff', 'menu', 'resolved']);

const fact = z.strictObject({
  v: z.union([text, z.number()]),
  say: text,
  /** In the first words already: wholly, or only in part. */
  given: z.union([z.literal(true), z.literal('partial')]).optional(),
  /** Minutes by which a time may differ. */
  tol: z.number().int().positive().optional(),
});
const facts = z.record(z.enum([...SLOT_NAMES, ...OTHER_FACTS]), fact.optional());
const said = z.strictObject({ re: pattern, eg: text });
const outcome = z.string().refine((code) => {
  const [name = '', queue] = code.split('/');
  return OUTCOMES.includes(name) && (queue === undefined || QUEUES.some((one) => one === queue));
}, 'no outcome');

const expectation = z.strictObject({
  outcomes: z.array(outcome).min(1),
  causes: z.array(z.enum(CAUSES)).min(1).optional(),
  draft: z.array(text).optional(),
  not: z.array(z.number()).optional(),
  transactions: z.strictObject({ amounts: z.array(z.number().int()).min(2) }).optional(),
  calc: z
    .strictObject({
      tx: instant,
      product: z.enum([...ENUM_SLOTS.settleProduct, 'unknown']),
      options: z.strictObject({ debit: z.boolean(), newMerchant: z.boolean(), amount: z.number() }).partial().optional(),
    })
    .optional(),
  expectedBy: instant.optional(),
  byDate: z.iso.date().optional(),
  recheckAt: z.array(instant).length(2).optional(),
  overdueWorkdays: z.number().int().positive().optional(),
  od: z.number().int().optional(),
  provisional: z.literal(true).optional(),
  noCase: z.literal(true).optional(),
  sameCase: z.literal(true).optional(),
  maxQuestions: z.number().int().min(0).max(8).optional(),
  firstAsk: z.array(asking).optional(),
  neverAsk: z.array(asking).optional(),
  say: z.array(text).optional(),
  sayRe: z.array(said).optional(),
  sayMaybe: z.literal(true).optional(),
  sayDate: z.literal(true).optional(),
  sayAmount: z.number().int().optional(),
  notSay: z.array(text).optional(),
  notSayRe: z.array(pattern).optional(),
  summary: z.array(pattern).optional(),
  summaryIf: z.record(z.enum(SLOT_NAMES), text.optional()).optional(),
});

const persona = z.strictObject({
  id: z.string().regex(/^[a-z]\d{2,3}$/),
  title: text,
  now: instant,
  channel: z.enum(['web', 'wechat', 'teams']),
  locale: z.enum(['zh-CN', 'zh-HK', 'zh-TW', 'en-US']),
  lang: z.enum(['zh-Hans', 'zh-Hant', 'en']),
  role: z.enum(['merchant', 'cardholder', 'staff', 'bystander']),
  issue: z.enum([...ENUM_SLOTS.issueType, 'duplicate', 'fraud', 'other']),
  open: z.array(z.strictObject({ text: text.optional(), image: text.optional() })).min(1),
  facts,
  expect: expectation,
  events: z
    .array(
      z.strictObject({
        when: z.record(z.string(), z.unknown()),
        kind: z.enum(['pressure', 'correction', 'digression', 'human', 'return', 'anger', 'restart', 'privacy', 'volunteer']),
        say: text,
        sets: facts.optional(),
        advance: text.optional(),
        stage: expectation.partial().optional(),
        expect: z.array(text).optional(),
        expectRe: z.array(said).optional(),
      }),
    )
    .optional(),
  requires: text.optional(),
  critical: z.literal(true).optional(),
  wantsHuman: z.literal(true).optional(),
  refuses: text.optional(),
  private: z.array(text).optional(),
  secrets: z.array(text).optional(),
  voice: z.literal(true).optional(),
  types: z.literal(true).optional(),
  burst: z.literal(true).optional(),
});

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const read = files.flatMap((file) =>
  (JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown[]).map((one) => [file, one] as const),
);
const named = read.map(([file, one]) => [`${file} ${(one as { id?: string }).id}`, one] as const);
const personas = read.flatMap(([, one]) => persona.safeParse(one).data ?? []);

test.each(named)('%s has the form of a persona', (_, one) => {
  expect(persona.safeParse(one).error?.issues ?? []).toEqual([]);
});

test('every persona has an id of its own', () => {
  const ids = personas.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(ids.length).toBeGreaterThanOrEqual(150);
});

describe.each(personas.map((one) => [one.id, one] as const))('what %s knows and expects fits together:', (_, one) => {
  const { expect: wanted } = one;
  const known = Object.entries(one.facts).flatMap(([slot, value]) => (value ? [[slot, value] as const] : []));

  test('facts have values of their slots', () => {
    const faults = known.filter(([slot, { v }]) => v !== 'unknown' && !isValueOf(slot as SlotName, v));
    expect(faults).toEqual([]);
  });

  test('what is expected in the draft is known', () => {
    const set = one.events?.flatMap(({ sets }) => Object.keys(sets ?? {})) ?? [];
    const slots = [...known.map(([slot]) => slot), ...set, 'transactions', 'role', 'issueType'];
    expect((wanted.draft ?? []).filter((slot) => !slots.includes(slot))).toEqual([]);
  });

  test('cases and conclusions exclude each other', () => {
    const cases = wanted.outcomes.filter((code) => code.startsWith('ESC-'));
    if (wanted.noCase) expect(cases).toEqual([]);
    if (cases.some((code) => code.startsWith('ESC-P0'))) expect(wanted.maxQuestions ?? 9).toBeLessThanOrEqual(1);
  });

  test('dates are those of the settlement rule', () => {
    const { calc } = wanted;
    if (!calc || !wanted.expectedBy) return;
    const products = calc.product === 'unknown' ? (['D1', 'T1'] as const) : [calc.product];
    const { debit, newMerchant } = calc.options ?? {};
    const terms = { debit: debit === true, newMerchant: newMerchant === true, profile, calendar, tx: calc.tx };
    const dates = products.map((product) => expectedBy({ ...terms, ...amountOf(one), product }).expectedBy).sort();
    expect(wanted.expectedBy).toBe(dates.at(-1));
    const later = one.events?.some(({ advance }) => advance);
    if (wanted.overdueWorkdays !== undefined && !later)
      expect(overdueWorkdays(wanted.expectedBy, one.now, calendar)).toBe(wanted.overdueWorkdays);
  });

  test('examples of what is to be said pass their own pattern', () => {
    const patterns = [...(wanted.sayRe ?? []), ...(one.events?.flatMap(({ expectRe }) => expectRe ?? []) ?? [])];
    expect(patterns.filter(({ re, eg }) => !new RegExp(re, 'i').test(eg.normalize('NFKC')))).toEqual([]);
  });

  test('secrets are said', () => {
    const words = [
      ...one.open.map((line) => line.text ?? ''),
      ...(one.events ?? []).map(({ say }) => say),
      ...known.map(([, { say }]) => say),
    ];
    const digits = words.join(' ').normalize('NFKC').replace(/[\s-]/g, '');
    expect((one.secrets ?? []).filter((secret) => !digits.includes(secret.replace(/[\s-]/g, '')))).toEqual([]);
  });
});

type Persona = z.infer<typeof persona>;

function amountOf({ facts: { amount } }: Persona): { readonly amount?: number } {
  return typeof amount?.v === 'number' ? { amount: amount.v } : {};
}

function isValueOf(slot: SlotName, value: string | number): boolean {
  if (slot in ENUM_SLOTS) return (ENUM_SLOTS[slot as EnumSlot] as readonly unknown[]).includes(value) || slot === 'issueType';
  if ((MONEY_SLOTS as readonly string[]).includes(slot)) return Number.isInteger(Number(value)) && Number(value) >= 0;
  if ((TIME_SLOTS as readonly string[]).includes(slot)) return instant.safeParse(value).success;
  return slot === 'feeRate' || typeof value === 'string';
}
