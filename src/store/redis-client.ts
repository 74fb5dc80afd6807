import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisTarget } from './redis-url';

/** Connections to one Redis, whatever its topology. */
export interface RedisClient {
  /** Takes commands; on a cluster it finds the node by the key. Throws while there is no connection, and once closed. */
  commands(): Redis | Cluster;
  /** Why there is no connection, as far as known. */
  problem(): Error | undefined;
  /** A connection for subscriptions only, made at the first call with its listener; it subscribes again by itself after a break. */
  subscriber(listener: (channel: string, message: string) => void): Redis | Cluster;
  close(): void;
  /** `host:port` of what the URL names, for messages. */
  readonly addresses: string;
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
  // Commands for a node that is being connected wait for it, and must not go out after they were given up.
  connectTimeout: COMMAND_TIMEOUT_MS,
  disconnectTimeout: 200,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The server was made a replica under a name that stayed: its address now leads elsewhere.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** Starts to connect. Throws RangeError for a bad URL. */
export function createRedisClient(url: string): RedisClient {
  const target = parseRedisUrl(url);
  const client = target.kind === 'cluster' ? createClusterClient(target) : createServerClient(target);
  let closed = false;
  const whileOpen = () => {
    if (closed) throw new Error('the store is closed');
    return client;
  };
  return {
    ...client,
    commands: () => whileOpen().commands(),
    subscriber: (listener) => whileOpen().subscriber(listener),
    close() {
      closed = true;
      client.close();
    },
  };
}

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
  const redis = new Redis({
    ...serverOptions(target),
    ...(target.kind === 'sentinel' ? sentinel : { ...first }),
    db: target.db,
    retryStrategy: retryDelay,
  });
  let subscriber: Redis | undefined;
  return {
    commands: () => whenReady(redis),
    problem: keepProblem(redis),
    subscriber(listener) {
      subscriber ??= redis
        .duplicate({ maxRetriesPerRequest: null })
        .on('error', () => undefined)
        .on('message', listener);
      return subscriber;
    },
    addresses: addressesOf(target),
    close() {
      redis.disconnect();
      subscriber?.disconnect();
    },
  };
}

function createClusterClient(target: RedisTarget): RedisClient {
  const cluster = new Cluster(
    target.addresses.map((address) => ({ ...address })),
    {
      clusterRetryStrategy: retryDelay,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      // A certificate names the host: keep it.
      ...(target.tls && { dnsLookup: (host: string, found: (error: null, address: string) => void) => found(null, host) }),
      redisOptions: serverOptions(target),
    },
  );
  return {
    commands: () => whenReady(cluster),
    problem: keepProblem(cluster),
    // A cluster client keeps a connection for subscriptions on one of the nodes.
    subscriber: (listener) => (cluster.listeners('message').includes(listener) ? cluster : cluster.on('message', listener)),
    addresses: addressesOf(target),
    close: () => cluster.disconnect(),
  };
}

const addressesOf = ({ addresses }: RedisTarget) => addresses.map(({ host, port }) => `${host}:${port}`).join(', ');

function whenReady<T extends { readonly status: string }>(client: T): T {
  if (client.status !== 'ready') throw new Error(`no connection (${client.status})`);
  return client;
}

/** Every command tells its own caller; the errors of a connection only explain why. */
function keepProblem(client: Redis | Cluster): () => Error | undefined {
  let problem: Error | undefined;
  client.on('error', (error: Error) => {
    problem = error;
  });
  return () => problem;
}
