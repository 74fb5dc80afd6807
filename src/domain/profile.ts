import { z } from 'zod';
import type { Calendar } from './calendar';
import { addDays, isDate, weekdayOf } from './calendar';
import bundledDefault from './data/acquirers/default.json';
import bundledContacts from './data/contacts.json';
import bundledFees from './data/fees.json';
import bundled2026 from './data/holidays/2026.json';
import { ENUM_SLOTS } from './slots';

/**
 * The settings that differ between acquirers (收单机构), the holiday files, the allowed contacts and the typical fees, as data
 * with a source and the day a person checked it (`verifiedAt`, null until then). Source: docs/domain.md §5.1, §4.5, §8.1.
 */

const date = z.string().refine(isDate, 'must be a YYYY-MM-DD that exists');
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM, at most 24:00');
const fen = z.int().nonnegative();
const verifiedAt = date.nullable();
const source = z.string().min(1);

const delay = z
  .strictObject({
    unit: z.enum(['minutes', 'hours', 'days', 'workdays']),
    /** Not before this many units. */
    min: z.number().nonnegative().optional(),
    /** At the latest after this many units. */
    max: z.number().nonnegative().max(366),
  })
  .refine((value) => (value.min ?? 0) <= value.max, 'min must not exceed max');
export type Delay = z.infer<typeof delay>;

const service = z
  .strictObject({ days: z.enum(['workday', 'every']), from: clock, to: clock })
  .refine((hours) => hours.from < hours.to, 'must end after it starts');

/** First human reply: so many minutes of the clock or of service time, or by the end of the n-th working day's service. */
const reply = z.union([
  z.strictObject({ withinMinutes: z.number().positive(), clock: z.enum(['always', 'service']) }),
  z.strictObject({ workdays: z.int().min(1).max(30) }),
]);

const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  /** Names by which people call the acquirer. */
  aliases: z.array(z.string().min(1)),
  source,
  verifiedAt,
  timezone: z.literal('Asia/Shanghai'),
  /** 日切: a sale at exactly this time counts as the next day. */
  cutoff: clock,
  arriveBy: z.strictObject({ T1: clock, D1: clock, T0: clock }),
  /** `calendar`: first working day after the accounting date. `business`: the accounting date first rolls to a working day. */
  t1Anchor: z.enum(['calendar', 'business']),
  makeupWorkdayCounts: z.boolean(),
  d0: z
    .strictObject({
      windowStart: clock,
      windowEnd: clock,
      slaHours: z.number().positive().max(24),
      /** Fen per sale; a sale of exactly this sum is still eligible. */
      maxSingle: fen,
      debitEligible: z.boolean(),
      fallback: z.enum(['D1', 'T1']),
    })
    .refine((d0) => d0.windowStart < d0.windowEnd, 'the window must end after it starts'),
  /** PBOC 银发〔2016〕261号: no immediate settlement for a merchant younger than this. */
  newMerchant: z.strictObject({
    days: z.int().nonnegative(),
    tradingDays: z.int().nonnegative(),
    excludes: z.array(z.enum(['D0', 'T0'])),
    t0Fallback: z.enum(['D1', 'T1']),
  }),
  /** Time after expectedBy before a payout is called overdue. */
  graceHours: z.number().nonnegative().max(72),
  /** Fen per sale that rounding explains. */
  roundingPerSale: fen,
  refunds: z.record(z.enum(ENUM_SLOTS.refundMethod), delay),
  /** Hour of the last working day by which a refund should show. */
  refundArriveBy: clock,
  /** 冲正 */
  reversalHours: z.number().positive(),
  /** A hold (预授权) lapses after about this many days. */
  preauthDays: z.number().positive(),
  service,
  reply: z.strictObject({ P0: reply, P1: reply, P2: reply, P3: reply }),
});
/** Terms of one acquirer; `default` stands for an unknown one. */
export type Profile = z.infer<typeof profileSchema>;

const span = z
  .strictObject({ name: z.string().min(1), from: date, to: date })
  .refine((value) => value.from <= value.to, 'must end after it starts');
const holidaySchema = z
  .strictObject({ year: z.int().min(2000).max(2100), source, verifiedAt, off: z.array(span).min(1), makeup: z.array(date) })
  .superRefine((file, context) => {
    const dates = [...file.off.flatMap((holiday) => [holiday.from, holiday.to]), ...file.makeup];
    for (const day of dates)
      if (!day.startsWith(`${file.year}-`)) context.addIssue({ code: 'custom', message: `${day} is not in ${file.year}` });
    for (const day of file.makeup) if (weekdayOf(day) % 6 !== 0) context.addIssue({ code: 'custom', message: `${day} is no weekend day` });
  });
/** The yearly notice: holidays and make-up workdays. */
export type HolidayFile = z.infer<typeof holidaySchema>;

const contact = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9-]+$/),
  name: z.string().min(1),
  kind: z.enum(['phone', 'url', 'wechat']),
  value: z.string().min(1),
  source,
  verifiedAt,
});
const contactsSchema = z.strictObject({ contacts: z.array(contact) });
/** A number, address or account the bot may tell. */
export type Contact = z.infer<typeof contact>;

const feesSchema = z.strictObject({
  source,
  verifiedAt,
  /** Fen: sums that are usually a fee of the device, not a sale (R3). */
  feeSignatureAmounts: z.array(fen),
  typical: z.record(z.string(), z.strictObject({ min: fen, max: fen, per: z.enum(['year', 'month', 'once', 'sale']) })),
  /** Merchant rates usually seen, in basis points. */
  typicalRateBp: z.strictObject({ min: z.number().nonnegative(), max: z.number().positive() }),
});
export type Fees = z.infer<typeof feesSchema>;

/** Everything the domain reads from data files. */
export interface Profiles {
  readonly calendar: Calendar;
  /** By id; always holds `default`. */
  readonly acquirers: ReadonlyMap<string, Profile>;
  readonly contacts: readonly Contact[];
  readonly fees: Fees;
  /** Entries no person has checked yet, as `file: entry`. */
  readonly unverified: readonly string[];
}

export type ProfilesResult =
  | { readonly kind: 'ok'; readonly profiles: Profiles }
  | { readonly kind: 'refused'; readonly faults: readonly string[] };

const BUNDLED: Readonly<Record<string, unknown>> = {
  'holidays/2026.json': bundled2026,
  'acquirers/default.json': bundledDefault,
  'contacts.json': bundledContacts,
  'fees.json': bundledFees,
};

/** Working days of the given holiday files. */
export function createCalendar(files: readonly HolidayFile[]): Calendar {
  const off = new Set<string>();
  for (const file of files) {
    for (const holiday of file.off) for (let day = holiday.from; day <= holiday.to; day = addDays(day, 1)) off.add(day);
  }
  return { years: new Set(files.map((file) => file.year)), off, makeup: new Set(files.flatMap((file) => file.makeup)) };
}

type Parsed<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'refused'; readonly faults: readonly string[] };

function parseWith<T>(schema: z.ZodType<T>, raw: unknown, name: string): Parsed<T> {
  const result = schema.safeParse(raw);
  if (result.success) return { kind: 'ok', value: result.data };
  return { kind: 'refused', faults: result.error.issues.map((issue) => `${name}: ${issue.path.join('.') || '(file)'} ${issue.message}`) };
}

/** One acquirer profile from parsed JSON. */
export function parseProfile(raw: unknown, name = 'profile'): Parsed<Profile> {
  return parseWith<Profile>(profileSchema, raw, name);
}

/**
 * All data from parsed JSON files by path (`holidays/2027.json`, `acquirers/lakala.json`, `contacts.json`, `fees.json`).
 * They are laid over the files that come with the product: the same path replaces, a new path adds. Every fault is listed.
 */
export function loadProfiles(files: Readonly<Record<string, unknown>> = {}): ProfilesResult {
  const faults: string[] = [];
  const unverified: string[] = [];
  const take = <T extends { readonly verifiedAt?: string | null }>(path: string, result: Parsed<T>): T[] => {
    if (result.kind === 'refused') faults.push(...result.faults);
    else if (result.value.verifiedAt === null) unverified.push(path);
    return result.kind === 'ok' ? [result.value] : [];
  };
  const all = Object.entries({ ...BUNDLED, ...files });
  const under = (folder: string) => all.filter(([path]) => path.startsWith(`${folder}/`));
  const holidays = under('holidays').flatMap(([path, raw]) => take(path, parseWith<HolidayFile>(holidaySchema, raw, path)));
  const acquirers = under('acquirers').flatMap(([path, raw]) => take(path, parseProfile(raw, path)));
  const [fees] = take('fees.json', parseWith<Fees>(feesSchema, { ...BUNDLED, ...files }['fees.json'], 'fees.json'));
  const contacts = parseWith(contactsSchema, { ...BUNDLED, ...files }['contacts.json'], 'contacts.json');
  for (const [path] of all) {
    if (!/^(?:holidays|acquirers)\/[^/]+\.json$|^(?:contacts|fees)\.json$/.test(path)) faults.push(`${path}: is not a known data file`);
  }
  for (const id of ['default', ...acquirers.map((profile) => profile.id)]) {
    const count = acquirers.filter((profile) => profile.id === id).length;
    if (count !== 1 && faults.length === 0) faults.push(`acquirers: ${count === 0 ? 'no' : 'more than one'} profile with id ${id}`);
  }
  for (const year of new Set(holidays.map((file) => file.year))) {
    if (holidays.filter((file) => file.year === year).length > 1) faults.push(`holidays: more than one file for ${year}`);
  }
  if (contacts.kind === 'refused') faults.push(...contacts.faults);
  if (faults.length > 0 || fees === undefined || contacts.kind === 'refused') return { kind: 'refused', faults };
  const listed = contacts.value.contacts;
  unverified.push(...listed.filter((entry) => entry.verifiedAt === null).map((entry) => `contacts.json: ${entry.id}`));
  const byId = new Map(acquirers.map((profile) => [profile.id, profile]));
  return { kind: 'ok', profiles: { calendar: createCalendar(holidays), acquirers: byId, contacts: listed, fees, unverified } };
}

/** The profile of a named acquirer (id, name or alias contained in the user's words), else `default`. */
export function profileOf(profiles: Profiles, acquirerName?: string): Profile {
  const fallback = profiles.acquirers.get('default');
  if (!fallback) throw new Error('profiles hold no default: they did not come from loadProfiles');
  if (acquirerName === undefined) return fallback;
  const named = [...profiles.acquirers.values()].find(
    (profile) => profile.id !== 'default' && [profile.id, profile.name, ...profile.aliases].some((word) => acquirerName.includes(word)),
  );
  return named ?? fallback;
}
