import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisTarget } from './redis-url';
import { StoreError } from './store';

/** Connections to one Redis, whatever its topology. */
export interface RedisClient {
  /** Takes commands; on a cluster it finds the node by the key. */
  readonly commands: Redis | Cluster;
  /** A connection for subscriptions only, made at the first call; it subscribes again by itself after a break. */
  subscriber(): Redis | Cluster;
  /** Each master answers a PING. */
  pingAll(): Promise<void>;
  close(): void;
}

/** A command without a reply is given up after this long. */
const COMMAND_TIMEOUT_MS = 700;
/** A connection on which nothing came back for this long is made anew. */
const SOCKET_TIMEOUT_MS = 3000;

const retryDelay = (attempt: number) => Math.min(attempt * 50, 500);

/**
 * Nothing waits for a lost server: a command is refused at once while there is no connection, and never sent twice, since its first sending may
 * have been carried out. Reconnecting goes on in the background without end.
 */
const FAIL_FAST = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  connectTimeout: 2000,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The server was made a replica under a name that stayed: its address now leads elsewhere.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** Connects. Throws RangeError for a bad URL, StoreError when there is no answer in time or the password is refused. */
export async function openRedisClient(url: string, timeoutMs: number): Promise<RedisClient> {
  const target = parseRedisUrl(url);
  const client = target.kind === 'cluster' ? createClusterClient(target) : createServerClient(target);
  let problem: unknown;
  // Every command tells its caller; a connection's own errors matter only until the first connect.
  client.commands.on('error', (error) => {
    problem = error;
  });
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await client.pingAll();
      return client;
    } catch (error) {
      problem ??= error;
      if (Date.now() < deadline && !isRefusal(problem)) {
        await delay(20);
        continue;
      }
      client.close();
      const hosts = target.addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
      throw new StoreError(`Redis at ${hosts} does not answer: check REDIS_URL and that the server runs`, { cause: problem });
    }
  }
}

const isRefusal = (problem: unknown) => problem instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password)/.test(problem.message);

function serverOptions(target: RedisTarget) {
  return {
    ...FAIL_FAST,
    ...(target.username !== undefined && { username: target.username }),
    ...(target.password !== undefined && { password: target.password }),
    ...(target.tls && { tls: {} }),
  } satisfies RedisOptions;
}

function createServerClient(target: RedisTarget): RedisClient {
  const [first] = target.addresses;
  const sentinel = {
    sentinels: target.addresses.map((address) => ({ ...address })),
    name: target.masterName,
    sentinelRetryStrategy: retryDelay,
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    enableTLSForSentinelMode: target.tls,
    ...(target.tls && { sentinelTLS: {} }),
    ...(target.sentinelPassword !== undefined && { sentinelPassword: target.sentinelPassword }),
  };
  const commands = new Redis({
    ...serverOptions(target),
    ...(target.kind === 'sentinel' ? sentinel : { ...first }),
    db: target.db,
    enableOfflineQueue: false,
    retryStrategy: retryDelay,
  });
  let subscriber: Redis | undefined;
  return {
    commands,
    subscriber() {
      subscriber ??= commands.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null }).on('error', () => undefined);
      return subscriber;
    },
    async pingAll() {
      await commands.ping();
    },
    close() {
      commands.disconnect();
      subscriber?.disconnect();
    },
  };
}

function createClusterClient(target: RedisTarget): RedisClient {
  const commands = new Cluster(
    target.addresses.map((address) => ({ ...address })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryDelay,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      // A certificate names the host: keep it.
      ...(target.tls && { dnsLookup: (host: string, found: (error: null, address: string) => void) => found(null, host) }),
      redisOptions: serverOptions(target),
    },
  );
  // A node found later is connected before it is needed; not in the same tick, in which a redirected command may connect it itself.
  commands.on('+node', (node: Redis) => {
    setImmediate(() => {
      if (node.status === 'wait') node.connect().catch(() => undefined);
    });
  });
  return {
    commands,
    // A cluster client keeps a connection for subscriptions on one of the nodes.
    subscriber: () => commands,
    async pingAll() {
      const masters = commands.nodes('master');
      if (commands.status !== 'ready' || masters.length === 0) throw new Error('the cluster is not reached');
      await Promise.all(masters.map((node) => node.ping()));
    },
    close: () => commands.disconnect(),
  };
}
