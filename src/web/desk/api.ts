import type { CauseView, Slot } from '../../desk/view';

/** What the page gets from /api/desk, and how it asks. */

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly role: 'agent' | 'lead' | 'admin';
}
export interface Person {
  readonly id: string;
  readonly name: string;
}
export interface Colleague extends Person {
  readonly role: string;
  readonly state: 'online' | 'busy' | 'away';
  readonly capacity: number;
  /** Cases he has. */
  readonly load: number;
}
export interface Row {
  readonly id: string;
  readonly channel: string;
  readonly priority: 'P0' | 'P1' | 'P2' | 'P3';
  readonly queue: string;
  readonly owner: 'bot' | 'queue' | 'agent' | 'closed';
  readonly agent?: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly replyBy: string;
  readonly waitingSince?: string;
  readonly amount?: number;
  readonly issue?: string;
  readonly cardLast4?: string;
  readonly score?: number;
}
export interface Said {
  readonly id?: string;
  readonly type: string;
  readonly text?: string;
  readonly timestamp?: string;
  readonly from?: { readonly id: string; readonly name?: string; readonly role?: string };
  readonly attachments?: readonly { readonly contentType: string }[];
}
export interface CaseEvent {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly by?: Person;
  readonly text?: string;
  readonly activityId?: string;
  readonly to?: Person;
  readonly queue?: string;
}
export interface Clock {
  readonly sale: string;
  readonly cutoff: string;
  readonly rest: readonly string[];
  readonly expectedBy?: string;
  readonly now: string;
}
export interface CaseView extends Row {
  readonly summary: string;
  readonly missing?: readonly string[];
  readonly slots: readonly Slot[];
  readonly causes: readonly CauseView[];
  readonly clock?: Clock;
  readonly events: readonly CaseEvent[];
  readonly files: readonly { readonly id: string; readonly contentType: string }[];
  readonly transcript: readonly Said[];
  readonly hasContact: boolean;
  readonly contacts: number;
  readonly finding?: { readonly text: string };
  readonly closing?: { readonly outcome: string; readonly note: string };
  readonly rating?: { readonly score: number; readonly words?: string };
}
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
