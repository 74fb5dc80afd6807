import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Config, type ConfigResult, formatFaults, parseEnvFile, readConfig, SETTINGS } from '../src/config';

const empty = mkdtempSync(path.join(os.tmpdir(), 'config-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

const config = (result: ConfigResult): Config => {
  if (result.kind === 'refused') throw new Error(result.faults.join('; '));
  return result.config;
};
const faults = (env: Record<string, string>, cwd = empty): readonly string[] => {
  const result = readConfig(env, cwd);
  return result.kind === 'refused' ? result.faults : [];
};
const folder = (files: Record<string, string>): string => {
  const root = mkdtempSync(path.join(empty, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
};

/** What .env.example must say, written from the schema alone. */
function example(): string {
  const groups = Object.entries(SETTINGS).map(([title, group]) => {
    const defaults: Record<string, unknown> = group.parse({});
    const entries = Object.entries(group.shape).map(([name, setting]) => `# ${setting.description}\n${name}=${defaults[name] ?? ''}`);
    return [`# ---- ${title} ----`, ...entries].join('\n');
  });
  return `# Copy to .env, or set as environment variables, which win over .env. The values here are the defaults.\n\n${groups.join('\n\n')}\n`;
}

describe('settings', () => {
  test('.env.example holds every setting with its default and comment, and nothing else', () => {
    expect(readFileSync(path.join(__dirname, '../.env.example'), 'utf8')).toBe(example());
  });

  test('.env.example itself is a valid .env and changes nothing', () => {
    const root = folder({ '.env': readFileSync(path.join(__dirname, '../.env.example'), 'utf8') });
    const { store: _, ...fromExample } = config(readConfig({}, root));
    const { store: __, ...fromNothing } = config(readConfig({}, empty));
    expect(fromExample).toEqual(fromNothing);
  });

  test.each(['README.md', 'README.zh-CN.md'])('%s names every setting but those of other clouds', (file) => {
    const { 'Bot Framework, other clouds': _, ...told } = SETTINGS;
    const names = Object.values(told).flatMap((group) => Object.keys(group.shape));
    const readme = readFileSync(path.join(__dirname, '..', file), 'utf8');
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  test('without any setting the bot starts on port 3978 with the embedded store in ./data', () => {
    expect(config(readConfig({}, empty))).toMatchObject({
      server: { port: 3978, host: undefined, logLevel: 'info' },
      store: { dataDir: path.join(empty, 'data'), redisUrl: undefined },
      conversation: { burstMs: 1200 },
      desk: { key: undefined },
      botFramework: { ALLOW_ANONYMOUS: false, MicrosoftAppType: 'MultiTenant' },
    });
  });

  test('the config cannot be changed', () => {
    const frozen = config(readConfig({}, empty));
    for (const part of [frozen, frozen.server, frozen.store, frozen.desk, frozen.botFramework]) expect(Object.isFrozen(part)).toBe(true);
  });

  test('every fault is listed at once', () => {
    const all = faults({
      PORT: '80a',
      BURST_MS: '-1',
      LOG_LEVEL: 'loud',
      ALLOW_ANONYMOUS: 'yes',
      REDIS_URL: 'localhost:6379',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppId: 'app',
      OAuthUrl: 'http://token.example.com',
      PROFILE_DIR: 'nowhere',
    });
    expect(all.map((fault) => fault.split(':')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'REDIS_URL',
      'BURST_MS',
      'ALLOW_ANONYMOUS',
      'OAuthUrl',
      'MicrosoftAppTenantId',
      'MicrosoftAppPassword',
      'PROFILE_DIR',
    ]);
    expect(formatFaults(all)).toContain('9 settings are wrong');
  });

  test('a fault never shows the value of a setting', () => {
    const shown = formatFaults(
      faults({ PORT: 'hunter2', REDIS_URL: 'hunter2', MicrosoftAppPassword: 'hunter2', LOG_LEVEL: 'hunter2', OAuthUrl: 'hunter2' }),
    );
    expect(shown).toContain('MicrosoftAppId');
    expect(shown).not.toContain('hunter2');
  });

  test.each([
    ['a secret without an app id would quietly let everyone in', { MicrosoftAppPassword: 'x' }, ['MicrosoftAppId']],
    ['SingleTenant without an app id', { MicrosoftAppType: 'SingleTenant' }, ['MicrosoftAppId']],
    ['MultiTenant without a secret', { MicrosoftAppId: 'a' }, ['MicrosoftAppPassword']],
    ['half a certificate', { MicrosoftAppId: 'a', CertificateThumbprint: 'x' }, ['CertificatePrivateKey']],
    [
      'a managed identity with a secret',
      { MicrosoftAppType: 'userassignedmsi', MicrosoftAppId: 'a', MicrosoftAppTenantId: 't', MicrosoftAppPassword: 'x' },
      ['MicrosoftAppPassword'],
    ],
    ['a managed identity', { MicrosoftAppType: 'UserAssignedMSI', MicrosoftAppId: 'a', MicrosoftAppTenantId: 't' }, []],
    [
      'SingleTenant with all it needs',
      { MicrosoftAppType: 'singletenant', MicrosoftAppId: 'a', MicrosoftAppTenantId: 't', MicrosoftAppPassword: 'x' },
      [],
    ],
    ['MultiTenant with a certificate', { MicrosoftAppId: 'a', CertificateThumbprint: 'x', CertificatePrivateKey: 'k' }, []],
  ])('registration: %s', (_, env, wrong) => {
    expect(faults(env).map((fault) => fault.split(':')[0])).toEqual(wrong);
  });

  test.each([
    ['redis://localhost', 0],
    ['rediss://user:p%40ss@redis.example.com:6380/2', 0],
    ['redis+sentinel://10.0.0.1:26379,10.0.0.2:26379/main', 0],
    ['redis+cluster://10.0.0.1:7000,10.0.0.2:7000', 0],
    ['redis://a,redis://b', 1],
    ['redis+sentinel://10.0.0.1', 1],
    ['localhost:6379', 1],
  ])('REDIS_URL %s has %d faults', (url, count) => {
    expect(faults({ REDIS_URL: url })).toHaveLength(count);
  });

  test('the private key may be written on one line', () => {
    const { botFramework } = config(
      readConfig({ MicrosoftAppId: 'a', CertificateThumbprint: 'x', CertificatePrivateKey: 'one\\ntwo' }, empty),
    );
    expect(botFramework.CertificatePrivateKey).toBe('one\ntwo');
  });

  test('metadata may come over plain http from this machine only', () => {
    expect(faults({ ToBotFromChannelOpenIdMetadataUrl: 'http://127.0.0.1:4000/keys' })).toEqual([]);
    expect(faults({ ToBotFromChannelOpenIdMetadataUrl: 'http://10.0.0.1/keys' })).toHaveLength(1);
  });

  test('the environment wins over .env, and an empty value is no value', () => {
    const root = folder({ '.env': 'PORT=4000\nLOG_LEVEL=debug\n' });
    expect(config(readConfig({ PORT: '5000', LOG_LEVEL: '' }, root)).server).toMatchObject({ port: 5000, logLevel: 'debug' });
  });

  test('.env takes comments, quotes and export, and keeps # inside a value', () => {
    const file = '\uFEFF# c\r\nA=1 # one\nexport B="two # 2"\nC=\'3\'\nD=a#b\nE=\nF= # none\nG =  g h  \nnot a setting\n';
    expect(parseEnvFile(file)).toEqual({ A: '1', B: 'two # 2', C: '3', D: 'a#b', E: '', F: '', G: 'g h' });
  });

  test('what looks like a misspelt setting is warned about', () => {
    const root = folder({ '.env': 'DATADIR=/x\nCOLOUR=blue\n' });
    const result = readConfig({ microsoftappid: 'x', HOME: '/root', PATH: '/bin', LOGNAME: 'me', HOSTNAME: 'h' }, root);
    expect(result.kind === 'ok' && result.warnings).toEqual([
      'DATADIR is not a setting; did you mean DATA_DIR?',
      'COLOUR in .env is not a setting',
      'microsoftappid is not a setting; did you mean MicrosoftAppId?',
    ]);
  });
});

describe('profile folder', () => {
  const standard = readFileSync(path.join(__dirname, '../src/domain/data/acquirers/default.json'), 'utf8');

  test('a profile of the operator replaces the one that comes with the product', () => {
    const own = standard.replace(/"cutoff": *"[^"]+"/, '"cutoff": "21:00"');
    const root = folder({ 'profiles/acquirers/default.json': own });
    expect(config(readConfig({ PROFILE_DIR: 'profiles' }, root)).profiles.acquirers.get('default')?.cutoff).toBe('21:00');
  });

  test('a broken file and an unknown file are both named', () => {
    const root = folder({ 'profiles/acquirers/own.json': '{', 'profiles/other.json': '{}' });
    expect(faults({ PROFILE_DIR: 'profiles' }, root)).toEqual([
      'PROFILE_DIR: acquirers/own.json: is not JSON',
      'PROFILE_DIR: other.json: is not a known data file',
    ]);
  });
});

describe('who is staff on Teams', () => {
  const registration = { MicrosoftAppId: 'app', MicrosoftAppPassword: 'secret', MicrosoftAppTenantId: 'tenant-of-the-registration' };

  test('without a setting everybody of the registration', () => {
    expect(config(readConfig(registration, empty)).teams.staff).toEqual({ tenants: ['tenant-of-the-registration'], allowed: [] });
  });

  test('tenants and people are lists', () => {
    const teams = { TEAMS_TENANTS: 'tenant-one, tenant-two', TEAMS_STAFF: 'person-one,19:team@thread.tacv2' };
    expect(config(readConfig({ ...registration, ...teams }, empty)).teams.staff).toEqual({
      tenants: ['tenant-one', 'tenant-two'],
      allowed: ['person-one', '19:team@thread.tacv2'],
    });
  });

  test('a list without a registration, without a tenant or of something else is a fault', () => {
    expect(faults({ TEAMS_TENANTS: 'tenant-one' })).toEqual(['MicrosoftAppId: is needed because TEAMS_TENANTS is set']);
    const { MicrosoftAppTenantId: _, ...multi } = registration;
    expect(faults({ ...multi, TEAMS_STAFF: 'person-one' })).toEqual(['TEAMS_TENANTS: is needed with TEAMS_STAFF']);
    expect(faults({ ...registration, TEAMS_STAFF: '张三' })).toHaveLength(1);
    expect(faults({ ...registration, TEAMS_AGENTS: 'desk' })).toEqual(['TEAMS_AGENTS: desk needs somebody with "teams" in DESK_AGENTS']);
  });
});
