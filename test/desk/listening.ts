import { setTimeout as delay } from 'node:timers/promises';

/** A page that listens to the desk's stream as a browser does: it comes again after a break, with the id of the last event. */
export interface Stream {
  /** Ids of the events of a case, as they came, without any that came before. */
  eventsOf(caseId: string): readonly string[];
  isOpen(): boolean;
  /** Times it was opened. */
  openings(): number;
  /** The network breaks. */
  drop(): void;
  close(): void;
}

const AGAIN_MS = 100;

/** Begins to listen at once. */
export function listenTo(origin: string, headers: Readonly<Record<string, string>>): Stream {
  let connection = new AbortController();
  let closed = false;
  const events: { readonly id: string; readonly caseId: string }[] = [];
  let cursor = '';
  let isOpen = false;
  let openings = 0;

  async function read(): Promise<void> {
    connection = new AbortController();
    const response = await fetch(`${origin}/api/desk/events`, {
      headers: { ...headers, ...(cursor && { 'last-event-id': cursor }) },
      signal: connection.signal,
    });
    if (response.status !== 200 || !response.body) throw new Error(`no stream: ${response.status}`);
    openings += 1;
    isOpen = true;
    let rest = '';
    for await (const chunk of response.body) {
      const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(/^data: (.*)$/m.exec(block)?.[1]);
    }
  }

  function take(data: string | undefined): void {
    if (data === undefined) return;
    const event = JSON.parse(data) as { id: string; caseId: string };
    cursor = event.id;
    if (!events.some(({ id }) => id === event.id)) events.push(event);
  }

  async function run(): Promise<void> {
    while (!closed) {
      await read().catch(() => undefined);
      isOpen = false;
      await delay(AGAIN_MS);
    }
  }
  void run();
  return {
    eventsOf: (caseId) => events.filter((event) => event.caseId === caseId).map(({ id }) => id),
    isOpen: () => isOpen,
    openings: () => openings,
    drop: () => connection.abort(),
    close() {
      closed = true;
      connection.abort();
    },
  };
}
