import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Measured, startServer } from '../processes';

export const SECRET = 'the-secret-of-the-benchmark';

/** Runs the built product in a process of its own, with a store of its own; with several measures in a new process each, on the same store. */
export async function withProduct(
  env: Readonly<Record<string, string>>,
  ...measures: readonly ((product: Measured) => Promise<void>)[]
): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'daozhang-bench-'));
  const settings = { HOST: '127.0.0.1', DATA_DIR: directory, LOG_LEVEL: 'error', DIRECTLINE_SECRET: SECRET, ...env };
  for (const measure of measures) {
    const product = await startServer([path.join(__dirname, '../../dist/src/index.js')], settings);
    await measure(product).finally(() => product.stop());
  }
  rmSync(directory, { recursive: true, force: true });
}

/** A started conversation. */
export interface Client {
  readonly id: string;
  readonly token: string;
  readonly streamUrl: string;
}

export async function startClient(origin: string): Promise<Client> {
  const base = `${origin}/api/direct-line/v3/directline`;
  const generated = await post(`${base}/tokens/generate`, SECRET);
  const { conversationId: id, streamUrl } = await post(`${base}/conversations`, generated.token);
  return { id, token: generated.token, streamUrl };
}

interface Answer {
  readonly conversationId: string;
  readonly token: string;
  readonly streamUrl: string;
}

export async function post(url: string, token: string, body: object = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Answer;
}
