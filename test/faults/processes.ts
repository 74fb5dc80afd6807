import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Activity } from 'botbuilder';
import type { Accepted } from '../../src/turn/turn';

/** A line of a process under test. */
export interface Report {
  readonly started?: boolean;
  readonly holding?: boolean;
  readonly id?: string;
  readonly answer?: Accepted;
  readonly error?: string;
  readonly sent?: string;
  readonly text?: string;
  readonly conversation?: string;
  readonly survived?: string;
  readonly steps?: number;
  /** Of a desk: the case, and which step of its story was answered. */
  readonly case?: string;
  readonly acted?: number;
}

/** A process under test. */
export interface BotProcess {
  readonly reports: readonly Report[];
  tell(command: Readonly<Record<string, unknown>>): void;
  accept(activity: Partial<Activity>): void;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** The first report, past or future, that fits. */
  report(fits: (report: Report) => boolean): Promise<Report>;
  /** Resolves when nothing was reported for so long. */
  quiet(ms: number): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
  /** No more commands: it ends by itself. */
  end(): Promise<void>;
}

/** Starts a process, by default one of a bot, on the store that `env` names. */
export async function startBot(env: Readonly<Record<string, string>>, file = join(__dirname, 'turn-process.ts')): Promise<BotProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reports: Report[] = [];
  const listeners = new Set<() => void>();
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, 'close');
  lines.on('line', (line) => {
    reports.push(JSON.parse(line));
    for (const listener of listeners) listener();
  });
  const bot: BotProcess = {
    reports,
    tell: (command) => void child.stdin.write(`${JSON.stringify(command)}\n`),
    accept: (activity) => bot.tell({ accept: activity }),
    signal: (name) => void child.kill(name),
    async report(fits) {
      for (;;) {
        const found = reports.find(fits);
        if (found) return found;
        await Promise.race([changed(listeners), ended.then(() => Promise.reject(new Error('the bot process ended')))]);
      }
    },
    async quiet(ms) {
      for (let isQuiet = false; !isQuiet; ) {
        let timer: NodeJS.Timeout | undefined;
        const silence = new Promise<true>((resolve) => {
          timer = setTimeout(() => resolve(true), ms);
        });
        isQuiet = (await Promise.race([silence, changed(listeners)])) === true;
        clearTimeout(timer);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
  await bot.report(({ started }) => started === true);
  return bot;
}

function changed(listeners: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const listener = () => {
      listeners.delete(listener);
      resolve();
    };
    listeners.add(listener);
  });
}
