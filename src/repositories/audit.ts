import { createHmac } from 'node:crypto';
import { type Change, PARTITIONS, type Partition, type Store } from '../store/store';
import { asJson, sortable } from './ids';

/**
 * Who read or did what at the desk: append-only, one chain in each partition, so that an action and its entry are one commit. Each entry holds
 * the seal of the one before it; the seal needs the installation's key, so whoever can only write to the store cannot make a chain that fits.
 */
export interface AuditEntry {
  readonly sequence: number;
  /** ISO +08:00. */
  readonly at: string;
  readonly actor: string;
  /** Such as `read`, `accept`, `sign-in`. */
  readonly action: string;
  readonly caseId?: string;
  /** Never message text, never a number of the user's. */
  readonly detail?: string;
  readonly previous: string;
  readonly seal: string;
}

/** What somebody did. */
export type AuditFact = Omit<AuditEntry, 'sequence' | 'previous' | 'seal'>;

/** A chain that does not fit: where, and why. */
export interface AuditFault {
  readonly partition: number;
  readonly sequence: number;
  readonly why: 'changed' | 'missing' | 'cut';
}

const COLLECTION = 'audit';
const HEADS = 'audit-heads';
const HEAD = 'head';

interface Head {
  readonly sequence: number;
  readonly seal: string;
}
const BEGINNING: Head = { sequence: 0, seal: '' };

/** The changes that add entries; the commit is refused when another entry came in between. */
export async function auditChanges(partition: Partition, key: Buffer, ...facts: readonly AuditFact[]): Promise<readonly Change[]> {
  const entry = await partition.get(HEADS, HEAD);
  let head = (entry?.value as unknown as Head | undefined) ?? BEGINNING;
  const entries = facts.map((fact): Change => {
    const bare = { ...fact, sequence: head.sequence + 1, previous: head.seal };
    const sealed: AuditEntry = { ...bare, seal: sealOf(bare, key) };
    head = { sequence: sealed.sequence, seal: sealed.seal };
    return { kind: 'put', collection: COLLECTION, id: sortable(sealed.sequence), value: asJson(sealed), expect: 0 };
  });
  return [...entries, { kind: 'put', collection: HEADS, id: HEAD, value: asJson(head), expect: entry?.version ?? 0 }];
}

/**
 * Adds an entry by itself to the chain of a partition: a reading, a sign-in. Throws StoreError, and when the chain is too busy: then what was asked
 * for is not to be shown.
 */
export type Audit = (partition: number, fact: AuditFact) => Promise<void>;

interface Waiting {
  readonly fact: AuditFact;
  done(written: Promise<void>): void;
}

const ATTEMPTS = 50;

/** Entries of a chain that come while one is written are the next commit together: however many read at once, they do not drive each other out. */
export function createAudit(store: Store, key: Buffer): Audit {
  /** By partition, while its chain is written. */
  const lines = new Map<number, Waiting[]>();

  async function add(partition: Partition, facts: readonly AuditFact[]): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if ((await partition.commit(...(await auditChanges(partition, key, ...facts)))) !== undefined) return;
    }
    throw new Error('the audit log could not be written');
  }

  async function write(partition: Partition, line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      const together = line.splice(0);
      const facts = together.map(({ fact }) => fact);
      const written = add(partition, facts);
      for (const { done } of together) done(written);
      await written.catch(() => undefined);
    }
    lines.delete(partition.number);
  }

  return (number, fact) =>
    new Promise((done) => {
      const waiting = { fact, done };
      const line = lines.get(number);
      if (line) return void line.push(waiting);
      const started = [waiting];
      lines.set(number, started);
      void write(store.partition(number), started);
    });
}

/** Walks every chain. An empty list of faults: nothing was changed, taken out or cut off. */
export async function verifyAudit(
  store: Store,
  key: Buffer,
): Promise<{ readonly entries: number; readonly faults: readonly AuditFault[] }> {
  const chains = await Promise.all(Array.from({ length: PARTITIONS }, (_, number) => verifyChain(store.partition(number), key)));
  return { entries: chains.reduce((sum, { entries }) => sum + entries, 0), faults: chains.flatMap(({ faults }) => faults) };
}

async function verifyChain(partition: Partition, key: Buffer): Promise<{ entries: number; faults: AuditFault[] }> {
  const [entries, headEntry] = await Promise.all([partition.list(COLLECTION), partition.get(HEADS, HEAD)]);
  const faults: AuditFault[] = [];
  let before = BEGINNING;
  for (const { value } of entries) {
    const { seal, ...bare } = value as unknown as AuditEntry;
    const at = { partition: partition.number, sequence: bare.sequence };
    if (bare.sequence !== before.sequence + 1) faults.push({ ...at, why: 'missing' });
    else if (bare.previous !== before.seal || sealOf(bare, key) !== seal) faults.push({ ...at, why: 'changed' });
    before = { sequence: bare.sequence, seal };
  }
  const head = (headEntry?.value as unknown as Head | undefined) ?? BEGINNING;
  if (head.sequence !== before.sequence || head.seal !== before.seal)
    faults.push({ partition: partition.number, sequence: before.sequence, why: 'cut' });
  return { entries: entries.length, faults };
}

/** The last entries of all chains, newest first. */
export async function listAudit(store: Store, limit: number): Promise<readonly AuditEntry[]> {
  const chains = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, number) => store.partition(number).list(COLLECTION, { limit, reverse: true })),
  );
  const entries = chains.flat().map(({ value }) => value as unknown as AuditEntry);
  return entries.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit);
}

/** Over the fields in a fixed order: a store may give them back in another. */
function sealOf({ sequence, at, actor, action, caseId = '', detail = '', previous }: Omit<AuditEntry, 'seal'>, key: Buffer): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([sequence, at, actor, action, caseId, detail, previous]))
    .digest('base64url');
}
