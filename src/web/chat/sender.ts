import type { Message } from 'botframework-directlinejs';
import type { Connection } from './connection';
import type { Failure } from './lines';

export interface SenderEvents {
  failed(key: string, failure: Failure): void;
  /** Is being sent again. */
  sending(key: string): void;
}

/** Sends in the order of writing, again and again while the network is away; the server knows by the key what it has already. */
export interface Sender {
  send(key: string, activity: Message): void;
  /** The server has it. */
  echoed(key: string): void;
  /** Tries again what was given up. */
  retry(key: string): void;
  /** The network is there: tries at once. */
  flush(): void;
}

interface Job {
  readonly key: string;
  readonly activity: Message;
  tries: number;
  posted: boolean;
}

const PAUSE_MS = 3000;
/** With the pauses about a minute, and as long as it takes while there is no network. */
const MAX_TRIES = 12;

export function createSender(connection: () => Connection | undefined, events: SenderEvents): Sender {
  let waiting: Job[] = [];
  const givenUp = new Map<string, Job>();
  let timer: number | undefined;

  function drop(key: string): void {
    waiting = waiting.filter((job) => job.key !== key);
  }

  /** The next goes out when the one before is echoed: the order stays, and two lines still reach the bot as one thought. */
  function next(): void {
    const [job] = waiting;
    if (job && !job.posted) void post(job);
  }

  async function post(job: Job): Promise<void> {
    job.posted = true;
    job.tries += 1;
    try {
      await connection()?.post(job.activity);
      drop(job.key);
      next();
    } catch (error) {
      if (!waiting.includes(job)) return;
      job.posted = false;
      const failure = error as Failure;
      if (failure === 'later' && (job.tries < MAX_TRIES || !navigator.onLine)) return later();
      drop(job.key);
      givenUp.set(job.key, job);
      events.failed(job.key, failure);
      next();
    }
  }

  function later(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(next, PAUSE_MS);
  }

  return {
    send(key, activity) {
      waiting.push({ key, activity, tries: 0, posted: false });
      next();
    },
    echoed(key) {
      drop(key);
      givenUp.delete(key);
      next();
    },
    retry(key) {
      const job = givenUp.get(key);
      if (!job) return;
      givenUp.delete(key);
      waiting.push({ ...job, tries: 0, posted: false });
      events.sending(key);
      next();
    },
    flush() {
      window.clearTimeout(timer);
      next();
    },
  };
}
