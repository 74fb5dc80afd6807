import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../src/config';
import { packApp } from './app-package';

/** `npm run teams:package -- HOST [APP_ID]` writes dist/teams/daozhang.zip; the app id is that of the settings when none is given. */

function main([host, appId]: readonly string[]): number {
  const config = readConfig();
  const id = appId ?? (config.kind === 'ok' ? config.config.botFramework.MicrosoftAppId : undefined);
  if (host === undefined || id === undefined) {
    process.stderr.write('Usage: npm run teams:package -- HOST [APP_ID]\nWithout APP_ID the setting MicrosoftAppId is taken.\n');
    return 2;
  }
  const packed = packApp({ appId: id, host });
  if (packed.kind === 'refused') {
    process.stderr.write(`The package cannot be made:\n${packed.faults.map((fault) => `  - ${fault}\n`).join('')}`);
    return 2;
  }
  const folder = path.join('dist', 'teams');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'daozhang.zip');
  writeFileSync(file, packed.zip);
  process.stdout.write(`${file} is ready: upload it in Teams under Apps, Manage your apps.\n`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
