import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseChat } from '../chat';
import type { Script } from './play';

/** All scripts of this folder. */
export function readScripts(): readonly Script[] {
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.chat'));
  return files.sort().map((file) => {
    try {
      return { ...parseChat(readFileSync(join(__dirname, file), 'utf8')), name: file.slice(0, -5) };
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
    }
  });
}
