import { randomBytes } from 'node:crypto';
import { openStore } from '../app';
import { formatFaults, readConfig } from '../config';
import { hashKey } from '../desk/agents';
import { deskRoutes } from '../desk/api';
import type { ApiOptions } from '../desk/api-route';
import { describeApi } from '../desk/openapi';
import { verifyAudit } from '../repositories/audit';
import { readOrMakeKey } from '../seal';

/** `npm run desk -- hash`: a new key with its hash for the agents file. `npm run desk -- verify`: whether the audit log was changed. */

const USAGE =
  'npm run desk -- hash     makes a key and what the agents file holds of it\nnpm run desk -- verify   checks the audit log\nnpm run desk -- openapi  prints docs/desk-openapi.json';

async function hash(): Promise<number> {
  const key = randomBytes(18).toString('base64url');
  process.stdout.write(`key for the agent   ${key}\nfor the file        ${await hashKey(key)}\n`);
  return 0;
}

/** With the embedded store the server must not run meanwhile; on Redis it may. */
async function verify(): Promise<number> {
  const read = readConfig();
  if (read.kind === 'refused') {
    process.stderr.write(`${formatFaults(read.faults)}\n`);
    return 2;
  }
  const { store: settings } = read.config;
  const store = await openStore(settings);
  const { entries, faults } = await verifyAudit(store, settings.dataKey ?? readOrMakeKey(settings.dataDir));
  await store.close();
  for (const { partition, sequence, why } of faults) process.stdout.write(`chain ${partition}, entry ${sequence}: ${why}\n`);
  process.stdout.write(faults.length === 0 ? `the audit log holds: ${entries} entries\n` : `the audit log was tampered with\n`);
  return faults.length === 0 ? 0 : 1;
}

/** The table alone: no route is called. */
async function openapi(): Promise<number> {
  process.stdout.write(`${JSON.stringify(describeApi(deskRoutes({} as ApiOptions)), null, 2)}\n`);
  return 0;
}

const COMMANDS: Readonly<Record<string, () => Promise<number>>> = { hash, verify, openapi };
const command = COMMANDS[process.argv[2] ?? ''];
if (!command) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(2);
}
command().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
