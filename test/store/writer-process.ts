import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A running test/store/writer.ts. */
export interface Writer {
  readonly pid: number;
  /** Kills it with SIGKILL once it has acknowledged this many commits; the result is the last acknowledged step of each lane. */
  killAfter(commits: number): Promise<ReadonlyMap<number, number>>;
}

/** Starts the writer; resolves with its first acknowledged commit. */
export async function startWriter(env: Readonly<Record<string, string>>): Promise<Writer> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'writer.ts')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the writer did not start');
  const acknowledged = new Map<number, number>();
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, 'close');
  let commits = 0;
  let onCommit = () => {};
  lines.on('line', (line) => {
    const [lane, step] = line.split(' ').map(Number);
    if (lane === undefined || step === undefined) return;
    acknowledged.set(lane, step);
    commits += 1;
    onCommit();
  });
  const reached = (target: number) =>
    new Promise<void>((done, fail) => {
      child.once('exit', () => fail(new Error('the writer ended by itself')));
      onCommit = () => {
        if (commits >= target) done();
      };
      onCommit();
    });
  await reached(1);
  return {
    pid,
    async killAfter(target) {
      await reached(target);
      child.kill('SIGKILL');
      await ended;
      return acknowledged;
    },
  };
}
