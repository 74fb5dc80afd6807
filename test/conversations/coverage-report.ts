import { coverageOf, formatCoverage, uncovered, writeCoverage } from './coverage';
import { sendThrough } from './doors';
import { type Played, play } from './play';
import { readScripts } from './scripts';
import { openWorld } from './world';

/** `npm run coverage:dialogs`: plays every script in process and prints what reaches what. Exit code 1 when something is reached by none. */
async function main(): Promise<void> {
  const world = await openWorld();
  const door = await sendThrough('in process', world);
  const played: Played[] = [];
  for (const script of readScripts()) played.push(await play(script, { door, world }));
  await door.close();
  await world.close();
  await world.remove();
  const coverage = coverageOf(played);
  writeCoverage(coverage);
  const missing = uncovered(coverage);
  process.stdout.write(
    `${formatCoverage(coverage)}\n${missing.length === 0 ? 'Everything is reached.' : `Reached by none:\n${missing.join('\n')}`}\n`,
  );
  process.exitCode = missing.length === 0 ? 0 : 1;
}

void main();
