import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { QUEUES } from '../domain/case';

/** The people of the desk, from a file of the operator's; keys are kept as hashes only. */

const COST = 16384;
const KEY_BYTES = 32;
const HASH = /^scrypt\$(\d{4,7})\$([A-Za-z0-9_-]{16,64})\$([A-Za-z0-9_-]{43})$/;

/** Cases at once of somebody for whom the file says nothing. */
export const CAPACITY = 8;

const agent = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be letters, digits, - and _'),
    name: z.string().trim().min(1).max(20),
    role: z.enum(['agent', 'lead', 'admin']),
    /** Absent: he signs in by OpenID Connect, or works on Teams. */
    key: z.string().regex(HASH, 'must be a hash made by `npm run desk -- hash`').optional(),
    /** What the identity provider calls him in the claim of DESK_OIDC_CLAIM. */
    account: z.string().trim().toLowerCase().min(1).max(200).optional(),
    /** Queues he works on; absent: all. */
    queues: z.array(z.enum(QUEUES)).optional(),
    /** Cases at once. */
    capacity: z.int().min(1).max(50).default(CAPACITY),
    /** Who he is on Teams: his tenant and his object id in it. What he does there counts as done at the desk. */
    teams: z.strictObject({ tenant: z.guid().toLowerCase(), person: z.guid().toLowerCase() }).optional(),
  })
  .refine(({ key, account, teams }) => key ?? account ?? teams, 'needs a key, an account or a person of Teams');
const isUnique = (list: readonly (string | undefined)[]): boolean => {
  const given = list.filter((one) => one !== undefined);
  return new Set(given).size === given.length;
};
const file = z.strictObject({
  agents: z
    .array(agent)
    .min(1)
    .refine((list) => isUnique(list.map(({ id }) => id)), 'two agents have the same id')
    .refine((list) => isUnique(list.map(({ account }) => account)), 'two agents have the same account')
    .refine((list) => isUnique(list.map(({ teams }) => teams?.person)), 'two agents are the same person of Teams'),
});

export type Agent = Readonly<z.infer<typeof agent>>;

export type ParsedAgents =
  | { readonly kind: 'ok'; readonly agents: readonly Agent[] }
  | { readonly kind: 'refused'; readonly faults: readonly string[] };

/** Reads the agents file. Faults name places, never values. */
function parseAgents(json: string): ParsedAgents {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'refused', faults: ['is not JSON'] };
  }
  const parsed = file.safeParse(value);
  if (parsed.success) return { kind: 'ok', agents: parsed.data.agents };
  return { kind: 'refused', faults: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}

/** The agents of a file; nobody without one. */
export function readAgents(file: string | undefined): ParsedAgents {
  if (file === undefined) return { kind: 'ok', agents: [] };
  try {
    return parseAgents(readFileSync(file, 'utf8'));
  } catch {
    return { kind: 'refused', faults: ['cannot be read'] };
  }
}

/** What the file holds instead of a key: scrypt with a salt of its own. */
export async function hashKey(key: string): Promise<string> {
  const salt = randomBytes(18).toString('base64url');
  return `scrypt$${COST}$${salt}$${(await derive(key, salt, COST)).toString('base64url')}`;
}

/** Takes as long for nobody as for somebody, so the time tells nothing of who exists. */
export async function checkKey(found: Agent | undefined, key: string): Promise<boolean> {
  const [, cost = COST, salt = 'nobody-has-this-salt', hash = ''] = HASH.exec(found?.key ?? '') ?? [];
  const derived = await derive(key, salt, Number(cost));
  const kept = Buffer.from(hash, 'base64url');
  return kept.length === derived.length && timingSafeEqual(kept, derived);
}

function derive(key: string, salt: string, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(key.normalize('NFKC'), salt, KEY_BYTES, { N: cost }, (error, derived) => (error ? reject(error) : resolve(derived)));
  });
}
