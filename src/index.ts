import path from 'node:path';
import type { Activity } from 'botbuilder';
import pino from 'pino';
import { flattenDraft } from '../dialogs/trace';
import { type App, createApp, openStore } from './app';
import { openDesk } from './assembly/desk';
import { createTeams } from './assembly/teams';
import { openWebChannel } from './assembly/web';
import { openWechatChannels } from './assembly/wechat';
import { createChannels } from './channels';
import { completeSettings, createTokenSource } from './channels/cloud/auth';
import { createCloud } from './channels/cloud/cloud';
import { createConnector } from './channels/connector';
import { DIRECT_LINE } from './channels/direct-line/direct-line';
import { TEAMS } from './channels/teams/teams';
import { createTerminal, TERMINAL } from './channels/terminal';
import { type Config, formatFaults, readConfig } from './config';
import { caseOf } from './repositories/cases';
import { findConversation } from './repositories/conversations';
import { close, createServer, listen } from './server';
import { partitionOf, type Store } from './store/store';
import { captureConsole, createTelemetry, type Telemetry } from './telemetry';

/** `node dist/src/index.js` serves; with the word `chat` it talks in the terminal instead. */

const CONNECTOR_TIMEOUT_MS = 10_000;
/** Running requests have this long, the whole shutdown five seconds, the store of a broken process the last of them. */
const CLOSE_REQUESTS_MS = 3000;
const EXIT_MS = 4000;
const CLOSE_STORE_MS = 500;

/** The start cannot go on for a reason the operator can mend. */
class StartError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = 'StartError';
  }
}

async function serve(): Promise<void> {
  const { config, warnings } = settings();
  const telemetry = createTelemetry({ level: config.server.logLevel });
  captureConsole(telemetry.log);
  const store = await openOrFail(config.store);
  const connector = createConnector({ token: createTokenSource(completeSettings(config.botFramework)), timeoutMs: CONNECTOR_TIMEOUT_MS });
  const accept: App['turns']['accept'] = async (activity) => {
    const accepted = await app.turns.accept(activity);
    desk.hurry();
    return accepted;
  };
  const web = await openWebChannel({ config: config.web, store, telemetry, accept, elsewhere: connector.deliver });
  const wechat = openWechatChannels({ config, store, telemetry, accept, turns: () => app.turns });
  const teams = createTeams({ config, store, connector, log: telemetry.event });
  const channels = createChannels({ connector, own: { [DIRECT_LINE]: web.channel, [TEAMS]: teams.channel, ...wechat.own } });
  const app = createApp({ config, store, telemetry, channels, fetchFile: wechat.fetchFile });
  const team = teams.open(app.turns);
  const desk = await openDesk({ config, store, say: app.turns.say, log: telemetry.event });
  const arrive = async (activity: Activity) => {
    const answer = await team.accept(activity);
    desk.hurry();
    return answer;
  };
  const receive = createCloud({ settings: config.botFramework, accept: arrive, report: telemetry.error });
  const server = createServer({
    store,
    telemetry,
    routes: { ...web.routes, ...desk.routes, ...wechat.routes, 'POST /api/messages': receive },
    status: wechat.status,
  });
  server.server.on('upgrade', (request, socket, head) => web.upgrade(request, socket, head) || socket.destroy());
  const stop = async () => {
    await web.close();
    await desk.close();
    await team.close();
    const requests = close(server, CLOSE_REQUESTS_MS);
    await wechat.close();
    await app.close();
    await requests;
    connector.close();
  };
  onSignal(stop, store, telemetry);
  const port = await listen(server, config.server.port, config.server.host).catch(async (error: NodeJS.ErrnoException) => {
    await app.close();
    const why =
      error.code === 'EADDRINUSE' ? 'is in use by another program; set PORT to another one' : `cannot be listened on (${error.code})`;
    throw new StartError(`port ${config.server.port} ${why}.`, 1);
  });
  telemetry.event({ event: 'ready', port, store: config.store.redisUrl === undefined ? 'lmdb' : 'redis' });
  print(banner(config, port, { warnings, link: desk.link }));
  const { lines } = await wechat.check();
  for (const line of lines) print(`  Note: ${line}.`);
}

async function chat(): Promise<void> {
  const { config } = settings();
  const telemetry = createTelemetry({ level: 'error', destination: pino.destination(2) });
  captureConsole(telemetry.log);
  // A store of its own, so that a server may run beside it.
  const store = await openOrFail({ ...config.store, dataDir: path.join(config.store.dataDir, TERMINAL) });
  const terminal = createTerminal({
    input: process.stdin,
    output: process.stdout,
    accept: (activity, options) => app.turns.accept(activity, options),
    stateOf: ({ channelId, id }) => stateOf(store, `${channelId}/${id}`),
    clock: Date.now,
  });
  const connector = createConnector({ token: undefined, timeoutMs: CONNECTOR_TIMEOUT_MS });
  const channels = createChannels({ connector, own: { [TERMINAL]: terminal.channel } });
  const app = createApp({ config, store, telemetry, channels });
  onSignal(app.close, store, telemetry);
  await terminal.run();
  await app.close();
}

/** What is known of a conversation, in the words of the trace. */
async function stateOf(store: Store, key: string): Promise<unknown> {
  const partition = store.partition(partitionOf(key));
  const [record, opened] = await Promise.all([findConversation(partition, key), caseOf(partition, key)]);
  const { id, priority, queue, owner, summary } = opened ?? {};
  return {
    asking: record?.asking ?? null,
    draft: record?.draft ? flattenDraft(record.draft) : {},
    diagnosis: record?.diagnosis ?? null,
    case: opened ? { id, priority, queue, owner, summary } : null,
  };
}

function settings(): { readonly config: Config; readonly warnings: readonly string[] } {
  const result = readConfig();
  if (result.kind === 'refused') throw new StartError(formatFaults(result.faults), 2);
  return result;
}

function openOrFail(store: Config['store']): Promise<Store> {
  return openStore(store).catch((error: Error) => {
    throw new StartError(`the store cannot be opened: ${error.message}.`, 1);
  });
}

/**
 * Ends a broken process with status 1. Its store is closed first: `process.exit` waits for a transaction of the embedded store that is under way, and
 * that for this thread, for ever. A store that does not close is left to SIGKILL, which the first process of a container cannot send to itself.
 * Nothing is lost: what was acknowledged is on disk, and the log is written at once.
 */
function endBroken(store: Store): void {
  setTimeout(() => {
    process.kill(process.pid, 'SIGKILL');
    process.exit(1);
  }, CLOSE_STORE_MS);
  store.close().finally(() => process.exit(1));
}

/** Ctrl-C arrives twice, from the terminal and from npm, so only the first signal counts. */
function onSignal(stop: () => Promise<void>, store: Store, telemetry: Telemetry): void {
  let stopping = false;
  const once = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    telemetry.event({ event: 'stopping', signal });
    setTimeout(() => endBroken(store), EXIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        telemetry.error('stopping', error);
        endBroken(store);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, once);
  // A turn is all or nothing in the store, so a stray failure harms no conversation; its message may quote one.
  process.on('unhandledRejection', (error) => telemetry.error('unhandled', error));
  process.on('uncaughtException', (error) => {
    telemetry.error('crash', error);
    endBroken(store);
  });
}

function banner(
  { store, botFramework, desk, wechat, wecom }: Config,
  port: number,
  { warnings, link }: { warnings: readonly string[]; link: string | undefined },
): string {
  const open = 'authentication is off and ALLOW_ANONYMOUS lets everyone in: never on an open network';
  const local = 'without MicrosoftAppId only callers on this machine are let in';
  const anonymous = botFramework.MicrosoftAppId === undefined ? [botFramework.ALLOW_ANONYMOUS ? open : local] : [];
  const weak = desk.key !== undefined && desk.key.length < 16 ? ['DESK_KEY is short; use 16 characters or more'] : [];
  return [
    'Daozhang 到账助手 is ready.',
    `  Chat page                                     http://localhost:${port}/`,
    `  Bot Framework (Emulator, Teams, Direct Line)  http://localhost:${port}/api/messages`,
    ...(wechat ? [`  WeChat                                        http://localhost:${port}/api/wechat`] : []),
    ...(wecom ? [`  WeCom                                         http://localhost:${port}/api/wecom`] : []),
    '  In the terminal                               npm run chat',
    `  Desk of the people who help                   http://localhost:${port}/desk${link === undefined ? '' : `#link=${link}  (opens once; set DESK_AGENTS)`}`,
    `  Store                                         ${store.redisUrl === undefined ? store.dataDir : 'Redis'}`,
    ...[...anonymous, ...weak, ...warnings].map((warning) => `  Note: ${warning}.`),
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const command = process.argv[2] === 'chat' ? chat : serve;
command().then(
  () => {
    if (command === chat) process.exit(0);
  },
  (error: unknown) => {
    const known =
      error instanceof StartError
        ? error.message
        : `the start failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    process.stderr.write(known.startsWith('Daozhang') ? `${known}\n` : `Daozhang cannot start: ${known}\n`);
    process.exit(error instanceof StartError ? error.exitCode : 1);
  },
);
