import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = mkdtempSync(path.join(os.tmpdir(), 'setup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LOCK = {
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/mac-only': { version: '1.0.0', optional: true },
  },
};
const INSTALLED = { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } } };

/** A checkout with stand-ins that note how they were called: npm, tsc, and programs on PATH. */
function checkout({ installed, programs = [] }: { installed?: object; programs?: readonly string[] }) {
  const at = mkdtempSync(path.join(root, 'checkout-'));
  const write = (name: string, content: string) => {
    mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    writeFileSync(path.join(at, name), content);
  };
  const note = (name: string) =>
    `require('node:fs').appendFileSync(${JSON.stringify(path.join(at, 'calls'))}, ${JSON.stringify(name)} + ' ' + process.argv.slice(2).join(' ') + '\\n');`;
  mkdirSync(path.join(at, 'src'));
  cpSync(path.join(__dirname, '../src/setup.mjs'), path.join(at, 'src/setup.mjs'));
  for (const folder of ['dialogs', 'locales', 'bin']) mkdirSync(path.join(at, folder));
  write('tsconfig.json', '{}');
  write('package-lock.json', JSON.stringify(LOCK));
  if (installed) write('node_modules/.package-lock.json', JSON.stringify(installed));
  write('npm/npm-cli.js', note('npm'));
  write(
    'node_modules/typescript/bin/tsc',
    `${note('tsc')} require('node:fs').mkdirSync('dist/src', { recursive: true }); require('node:fs').writeFileSync('dist/src/index.js', '');`,
  );
  write(
    'src/web/build.mjs',
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'; appendFileSync('calls', 'web\\n'); mkdirSync('dist/web/chat', { recursive: true }); writeFileSync('dist/web/chat/index.html', '');`,
  );
  for (const program of programs) {
    write(`bin/${program}`, `#!${process.execPath}\n${note(program)}`);
    chmodSync(path.join(at, 'bin', program), 0o755);
  }
  const run = (args: readonly string[], env: Record<string, string> = {}) => {
    const result = spawnSync(process.execPath, ['src/setup.mjs', ...args], {
      cwd: at,
      encoding: 'utf8',
      env: { PATH: path.join(at, 'bin'), npm_execpath: path.join(at, 'npm/npm-cli.js'), ...env },
    });
    const calls = existsSync(path.join(at, 'calls')) ? readFileSync(path.join(at, 'calls'), 'utf8').trim().split('\n') : [];
    return { status: result.status, stderr: result.stderr, calls };
  };
  return { run, write };
}

test('what is installed is not installed again; packages for other platforms may be missing', () => {
  expect(checkout({ installed: INSTALLED }).run([])).toMatchObject({ status: 0, calls: [] });
});

test.each([
  ['nothing is installed', undefined],
  ['another version is installed', { packages: { 'node_modules/a': { version: '0.9.0', integrity: 'x' } } }],
  ['the version is the same and the content another', { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'y' } } }],
  ['a package is missing', { packages: {} }],
])('packages are installed from the lock file when %s', (_, installed) => {
  const { calls } = checkout(installed ? { installed } : {}).run([]);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatch(/^npm ci .*--include=dev .*--ignore-scripts/);
});

test('the build runs when a source has changed, and only then', () => {
  const { run, write } = checkout({ installed: INSTALLED });
  expect(run(['--build']).calls).toEqual(['tsc ', 'web']);
  expect(run(['--build']).calls).toHaveLength(2);
  write('dialogs/main.ts', '');
  expect(run(['--build']).calls).toEqual(['tsc ', 'web', 'tsc']);
  write('locales/zh-CN.json', '{}');
  expect(run(['--build']).calls).toEqual(['tsc ', 'web', 'tsc ', 'tsc ', 'web']);
});

test('a missing test program is installed as root on Debian, else named', () => {
  const isRoot = process.getuid?.() === 0;
  const { status, calls, stderr } = checkout({ installed: INSTALLED, programs: ['apt-get'] }).run(['--tests']);
  if (isRoot)
    expect([status, calls]).toEqual([
      0,
      ['apt-get update -qq', expect.stringMatching(/^apt-get install -y .*redis-server chromium fonts-noto-cjk$/)],
    ]);
  else expect([status, stderr]).toEqual([1, expect.stringContaining('sudo apt-get install redis-server')]);
  const bare = checkout({ installed: INSTALLED }).run(['--tests']);
  expect([bare.status, bare.stderr.trim().split('\n').at(-1)]).toEqual([1, expect.stringContaining('sudo apt-get install redis-server')]);
});

test('a program named in the environment or already on the PATH is enough', () => {
  const env = { TEST_REDIS_URL: 'redis://somewhere', TEST_CHROMIUM: '/opt/chromium' };
  const done = { status: 0, calls: [] };
  expect(checkout({ installed: INSTALLED, programs: ['apt-get'] }).run(['--tests'], env)).toMatchObject(done);
  expect(checkout({ installed: INSTALLED, programs: ['apt-get', 'redis-server', 'chromium'] }).run(['--tests'])).toMatchObject(done);
});

test('without a browser the other tests run, and it is said that some do not', () => {
  const stderr = expect.stringContaining('no chromium');
  expect(checkout({ installed: INSTALLED, programs: ['redis-server'] }).run(['--tests'])).toMatchObject({ status: 0, calls: [], stderr });
});

test('the lock file names no registry', () => {
  expect(readFileSync(path.join(__dirname, '../package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
