import type { Person } from '../../desk/answers';

/** How the page asks /api/desk; what it gets is in src/desk/answers.ts. */

/** A refusal of the server: its status, stable code, and further facts. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts: { readonly owner?: string; readonly agent?: Person },
  ) {
    super(code);
  }
}

/** Throws Refused, or TypeError when the server cannot be reached. */
export async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`/api/desk/${path}`, {
    credentials: 'same-origin',
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === '' ? {} : JSON.parse(text);
  if (!response.ok) throw new Refused(response.status, json.error?.code ?? String(response.status), json.error ?? {});
  return json;
}

/** Whether the same may work in a moment: no network, or a server that cannot now. */
export const isPassing = (error: unknown): boolean => !(error instanceof Refused) || error.status >= 500;

const PAUSES_MS = [500, 1500, 3000];

/** Does it again when it failed for a moment. What it sends must be harmless when it comes twice. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return work();
}

/** A name for an action, so that it can be sent again and is done once. */
export const once = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
