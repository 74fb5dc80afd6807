import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs a benchmark with a folder of its own that is gone afterwards, and ends the process: sockets of what was measured may still be open. */
export function run(main: (folder: string) => Promise<void>): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'daozhang-bench-'));
  main(folder)
    .finally(() => rmSync(folder, { recursive: true, force: true }))
    .then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
}
