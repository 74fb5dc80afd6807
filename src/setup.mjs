// Makes a fresh checkout ready: node src/setup.mjs [--build] [--pages] [--tests]
// Runs before node_modules exists, so it uses nothing but Node. Does only what is missing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => path.join(root, ...parts);
const OLDEST_NODE = 20;

function fail(message) {
  console.error(`daozhang: ${message}`);
  process.exit(1);
}

function run(command, args, env = process.env) {
  const shell = process.platform === 'win32' && command === 'npm';
  const result = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell });
  if (result.error || result.status !== 0) fail(`"${[path.basename(command), ...args].join(' ')}" did not succeed; see the lines above.`);
}

/** npm writes what it installed to a hidden lock file at the very end: equal to ours means complete and current. */
function isInstalled() {
  try {
    const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const wanted = read(at('package-lock.json'));
    const present = read(at('node_modules/.package-lock.json'));
    return Object.entries(wanted).every(([name, one]) => {
      const found = present[name];
      return name === '' || (found ? found.version === one.version && found.integrity === one.integrity : one.optional === true);
    });
  } catch {
    return false;
  }
}

function install() {
  // No package needs its install script, and one of them fails where npm may not answer its own questions.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  console.error('daozhang: installing packages, about half a minute');
  if (npm && path.basename(npm).startsWith('npm')) run(process.execPath, [npm, ...args]);
  else run('npm', args);
}

/** Content, not times: a checkout or a faked clock changes times. */
function sourceHash(tops, folders) {
  const hash = createHash('sha256');
  const add = (file) =>
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  for (const file of tops) add(at(file));
  for (const folder of folders) {
    const entries = readdirSync(at(folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
    for (const file of files.sort()) add(file);
  }
  return hash.digest('hex');
}

/** Runs a program of node_modules unless what it made is of the same sources. */
function buildPart({ stamp, result, tops, folders, script }) {
  const hash = sourceHash(tops, folders);
  if (existsSync(at(result)) && existsSync(at(stamp)) && readFileSync(at(stamp), 'utf8') === hash) return;
  run(process.execPath, [at(script)]);
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(at(stamp), hash);
}

function buildServer() {
  const server = { folders: ['src', 'dialogs', 'locales'], script: 'node_modules/typescript/bin/tsc' };
  buildPart({ ...server, tops: ['tsconfig.json', 'package-lock.json'], stamp: 'dist/.built', result: 'dist/src/index.js' });
}

function buildPages() {
  const pages = { folders: ['src/web', 'locales'], script: 'src/web/build.mjs' };
  buildPart({ ...pages, tops: ['package-lock.json'], stamp: 'dist/.built-web', result: 'dist/web/chat/index.html' });
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Programs the tests start themselves, with their Debian packages. Without an optional one its tests say so and are skipped. */
const TEST_PROGRAMS = [
  { program: 'redis-server', packages: ['redis-server'], instead: 'TEST_REDIS_URL' },
  { program: 'chromium', packages: ['chromium', 'fonts-noto-cjk'], instead: 'TEST_CHROMIUM', optional: true },
];

function provideTestPrograms() {
  const missing = TEST_PROGRAMS.filter(({ program, instead }) => !process.env[instead] && !isOnPath(program));
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    for (const { program, instead } of missing.filter(({ optional }) => optional)) {
      console.error(`daozhang: no ${program} (or ${instead}), so the tests that need it are skipped`);
    }
    const needed = missing.filter(({ optional }) => !optional);
    if (needed.length === 0) return;
    const wishes = needed.map(({ program, instead }) => `${program} (or set ${instead})`).join(', ');
    fail(`the tests need ${wishes}. On Debian or Ubuntu: sudo apt-get install ${needed.flatMap((one) => one.packages).join(' ')}`);
  }
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], env);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing.flatMap((one) => one.packages)], env);
}

const wishes = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) fail(`needs Node ${OLDEST_NODE} or newer; this is ${process.version}.`);
if (!isInstalled()) install();
if (wishes.includes('--build')) buildServer();
if (wishes.includes('--build') || wishes.includes('--pages')) buildPages();
if (wishes.includes('--tests')) provideTestPrograms();
