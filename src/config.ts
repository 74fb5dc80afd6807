import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { WechatAccount } from './channels/wechat/wechat';
import type { KfAccount } from './channels/wecom/wecom';
import { type Agent, readAgents } from './desk/agents';
import { loadProfiles, type Profiles } from './domain/profile';
import {
  BOT_FRAMEWORK_SETTINGS,
  type BotFrameworkSettings,
  botFrameworkFaults,
  botFrameworkOf,
  OTHER_CLOUD_SETTINGS,
} from './settings/bot-framework';
import { CLU_SETTINGS, type CluConfig, cluFaults, takeClu } from './settings/clu';
import { DESK_SETTINGS, type DeskConfig, deskFaults, takeDesk } from './settings/desk';
import { isSafeUrl, wholeNumber } from './settings/kinds';
import { TEAMS_SETTINGS, type TeamsConfig, takeTeams, teamsFaults } from './settings/teams';
import { typoWarnings } from './settings/typos';
import { takeWeb, WEB_SETTINGS, type WebConfig } from './settings/web';
import { takeWechat, WECHAT_SETTINGS, WECOM_SETTINGS, wechatFaults } from './settings/wechat';
import { parseRedisUrl } from './store/redis-url';

/** Settings from the environment and `.env`, checked once at start. The only reader of process.env. */

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const text = z.string().optional();
const redisUrl = z
  .string()
  .superRefine((value, context) => {
    try {
      parseRedisUrl(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof RangeError ? error.message : 'is not a Redis URL' });
    }
  })
  .optional();

/** Every setting, in the groups and the order of `.env.example`; its comment there is the description here. */
export const SETTINGS = {
  Server: z.object({
    PORT: wholeNumber(0, 65535, 3978).describe('Port to listen on; 0 takes a free one.'),
    HOST: text.describe('Address to listen on; empty listens on every address.'),
    LOG_LEVEL: z
      .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
      .prefault('info')
      .describe(`JSON log on standard output: ${LOG_LEVELS.join(', ')}.`),
  }),
  Store: z.object({
    DATA_DIR: z.string().prefault('./data').describe('Folder of the embedded store; one running process per folder.'),
    REDIS_URL: redisUrl.describe('Redis instead of the embedded store. The forms for Sentinel, Cluster and TLS are in docs/operations.md.'),
    DATA_KEY: z
      .string()
      .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64, as `openssl rand -base64 32` makes them')
      .optional()
      .describe('Key that seals contact phones at rest, the same for every process; empty makes one in DATA_DIR at the first start.'),
  }),
  Conversation: z.object({
    BURST_MS: wholeNumber(0, 10_000, 1200).describe('How long an unfinished message waits for its continuation, in ms; 0 never waits.'),
    PROFILE_DIR: text.describe('Folder whose acquirers/, holidays/, contacts.json and fees.json replace or add to those of the product.'),
  }),
  Web: WEB_SETTINGS,
  Understanding: CLU_SETTINGS,
  Desk: DESK_SETTINGS,
  Teams: TEAMS_SETTINGS,
  WeChat: WECHAT_SETTINGS,
  WeCom: WECOM_SETTINGS,
  'Bot Framework': BOT_FRAMEWORK_SETTINGS,
  'Bot Framework, other clouds': OTHER_CLOUD_SETTINGS,
} as const;

const schema = z.object({
  ...SETTINGS.Server.shape,
  ...SETTINGS.Store.shape,
  ...SETTINGS.Conversation.shape,
  ...SETTINGS.Web.shape,
  ...SETTINGS.Understanding.shape,
  ...SETTINGS.Desk.shape,
  ...SETTINGS.Teams.shape,
  ...SETTINGS.WeChat.shape,
  ...SETTINGS.WeCom.shape,
  ...SETTINGS['Bot Framework'].shape,
  ...SETTINGS['Bot Framework, other clouds'].shape,
});
type Settings = z.infer<typeof schema>;

export interface Config {
  readonly server: { readonly port: number; readonly host: string | undefined; readonly logLevel: (typeof LOG_LEVELS)[number] };
  /** `dataDir` is absolute. */
  readonly store: { readonly dataDir: string; readonly redisUrl: string | undefined; readonly dataKey: Buffer | undefined };
  readonly conversation: { readonly burstMs: number };
  readonly web: WebConfig;
  readonly clu: CluConfig | undefined;
  readonly desk: DeskConfig;
  readonly teams: TeamsConfig;
  /** Undefined: the channel is off. */
  readonly wechat: WechatAccount | undefined;
  readonly wecom: KfAccount | undefined;
  readonly botFramework: BotFrameworkSettings;
  /** Acquirers, holidays, contacts and fees, checked. */
  readonly profiles: Profiles;
}

export type ConfigResult =
  | { readonly kind: 'ok'; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly faults: readonly string[] };

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads `.env` in `cwd` (the environment wins over it) and checks every setting and the profile folder.
 * Faults name settings, never their values: any of them may be a secret put in the wrong place.
 */
export function readConfig(env: Env = process.env, cwd: string = process.cwd()): ConfigResult {
  const file = path.join(cwd, '.env');
  const fromFile = existsSync(file) ? parseEnvFile(readFileSync(file, 'utf8')) : {};
  const values = withoutEmpty({ ...fromFile, ...withoutEmpty(env) });
  const parsed = schema.safeParse(values);
  const profiles = readProfiles(values.PROFILE_DIR === undefined ? undefined : path.resolve(cwd, values.PROFILE_DIR));
  const agents = readAgents(values.DESK_AGENTS === undefined ? undefined : path.resolve(cwd, values.DESK_AGENTS));
  const faults = [
    ...(agents.kind === 'ok' ? [] : agents.faults.map((fault) => `DESK_AGENTS: ${fault}`)),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    ...botFrameworkFaults(values),
    ...cluFaults(values, isSafeUrl),
    ...deskFaults(values),
    ...teamsFaults(values, agents.kind === 'ok' ? linkedOf(agents.agents) : []),
    ...wechatFaults(values),
    ...(profiles.kind === 'ok' ? [] : profiles.faults.map((fault) => `PROFILE_DIR: ${fault}`)),
  ];
  if (!parsed.success || profiles.kind === 'refused' || agents.kind === 'refused' || faults.length > 0) return { kind: 'refused', faults };
  return {
    kind: 'ok',
    config: group(parsed.data, { profiles: profiles.profiles, agents: agents.agents, cwd }),
    warnings: [
      ...typoWarnings(Object.keys(schema.shape), { inFile: Object.keys(fromFile), inEnv: Object.keys(env) }),
      ...keyWarnings(values),
    ],
  };
}

const linkedOf = (agents: readonly Agent[]) => agents.flatMap(({ teams }) => teams ?? []);

/** Processes on one Redis open each other's seals only with one key. */
function keyWarnings({ REDIS_URL, DATA_KEY }: Env): readonly string[] {
  if (REDIS_URL === undefined || DATA_KEY !== undefined) return [];
  return [
    'DATA_KEY is not set: other processes on this Redis cannot read the phones sealed by this one, nor take its sign-ins and audit log as true.',
  ];
}

/** The message for the operator: what is wrong and where settings come from. */
export function formatFaults(faults: readonly string[]): string {
  const head = faults.length === 1 ? '1 setting is wrong' : `${faults.length} settings are wrong`;
  const list = faults.map((fault) => `  - ${fault}`).join('\n');
  return `Daozhang cannot start: ${head}.\n${list}\nSettings come from the environment or from .env; .env.example explains each.`;
}

function group(
  settings: Settings,
  { profiles, agents, cwd }: Pick<Config, 'profiles'> & { agents: readonly Agent[]; cwd: string },
): Config {
  const { PORT, HOST, LOG_LEVEL, DATA_DIR, REDIS_URL, DATA_KEY, BURST_MS, PROFILE_DIR: _, ...others } = settings;
  const { web, rest: unweb } = takeWeb(others);
  const { clu, rest: unclu } = takeClu(unweb);
  const { teams, rest: unteams } = takeTeams(unclu, linkedOf(agents));
  const { wechat, wecom, rest: unwechat } = takeWechat(unteams);
  const { desk, rest: botFramework } = takeDesk(unwechat, agents);
  return Object.freeze({
    server: Object.freeze({ port: PORT, host: HOST, logLevel: LOG_LEVEL }),
    store: Object.freeze({
      dataDir: path.resolve(cwd, DATA_DIR),
      redisUrl: REDIS_URL,
      dataKey: DATA_KEY === undefined ? undefined : Buffer.from(DATA_KEY, 'base64'),
    }),
    conversation: Object.freeze({ burstMs: BURST_MS }),
    web,
    clu,
    teams,
    wechat,
    wecom,
    desk,
    botFramework: botFrameworkOf(botFramework),
    profiles,
  });
}

function readProfiles(folder: string | undefined): ReturnType<typeof loadProfiles> {
  if (folder === undefined) return loadProfiles();
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return { kind: 'refused', faults: ['is not a folder'] };
  const faults: string[] = [];
  const files: Record<string, unknown> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue;
    const key = name.split(path.sep).join('/');
    try {
      files[key] = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    } catch (error) {
      faults.push(`${key}: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}`);
    }
  }
  const result = loadProfiles(files);
  if (faults.length === 0) return result;
  return { kind: 'refused', faults: [...faults, ...(result.kind === 'refused' ? result.faults : [])] };
}

/** `KEY=value` lines: comments, `export`, single and double quotes. Node's own reader needs 20.12. */
export function parseEnvFile(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of content.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))(?:\s+#.*|\s*)$/.exec(line);
    if (match?.[1] !== undefined) values[match[1]] = match[2] ?? match[3] ?? match[4]?.replace(/^#.*/, '') ?? '';
  }
  return values;
}

function withoutEmpty(env: Env): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])));
}
