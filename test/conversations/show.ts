import { sendThrough } from './doors';
import { play } from './play';
import { readScripts } from './scripts';
import { openWorld } from './world';

/** Prints the scripts whose names hold the words given, as the bot plays them now. */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const world = await openWorld();
  const door = await sendThrough('in process', world);
  for (const script of readScripts().filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))) {
    const started = Date.now();
    const { printed, faults } = await play(script, { door, world });
    if (process.env.BRIEF) {
      if (faults.length > 0) console.log(`✗ ${script.name}\n${faults.map((fault) => `    ${fault.split('\n')[0]}`).join('\n')}`);
    } else console.log(`\n=== ${script.name} ${faults.length > 0 ? '✗' : '✓'} ${Date.now() - started} ms\n${printed}`);
  }
  await door.close();
  await world.close();
  await world.remove();
}

main();
