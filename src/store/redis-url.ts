/** One address of a server. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** What a REDIS_URL says. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** Of the server, of the sentinels, or of some nodes of the cluster. */
  readonly addresses: readonly RedisAddress[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database; a cluster has only 0. */
  readonly db: number;
  /** Name of the master; for sentinel only. */
  readonly masterName: string;
  /** For sentinel only. */
  readonly sentinelPassword?: string;
}

const DEFAULT_PORTS = { single: 6379, sentinel: 26379, cluster: 6379 };
const URL_FORM =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^@:/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^@/?]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;
const HOST_FORM = /^(?<host>\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(?<port>\d{1,5}))?$/;

/**
 * Reads a REDIS_URL (`rediss` instead of `redis` is TLS; user and password are percent-encoded):
 * `redis://[user:password@]host[:port][/db]`,
 * `redis+sentinel://[user:password@]host[:port],host[:port]…/masterName[/db][?sentinelPassword=…]`,
 * `redis+cluster://[user:password@]host[:port],host[:port]…`.
 * Throws RangeError with a message that does not repeat the URL, since it may hold a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = URL_FORM.exec(url)?.groups;
  if (!parts?.hosts)
    throw new RangeError('the form is redis://, redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port');
  const kind = parts.kind === 'sentinel' || parts.kind === 'cluster' ? parts.kind : 'single';
  const addresses = parts.hosts.split(',').map((text) => parseAddress(text, DEFAULT_PORTS[kind]));
  if (kind === 'single' && addresses.length > 1)
    throw new RangeError('redis:// takes one host; use redis+sentinel:// or redis+cluster:// for several');

  const path = (parts.path ?? '').split('/').filter((part) => part !== '');
  const masterName = kind === 'sentinel' ? decode(path.shift() ?? '') : '';
  if (kind === 'sentinel' && masterName === '')
    throw new RangeError('redis+sentinel:// needs the name of the master: redis+sentinel://host:port/name');
  const db = Number(path.shift() ?? 0);
  if (!Number.isInteger(db) || path.length > 0 || (kind === 'cluster' && db !== 0))
    throw new RangeError('the database is one number after the host, and a cluster has only 0');

  const query = new URLSearchParams(parts.query);
  const sentinelPassword = kind === 'sentinel' ? query.get('sentinelPassword') : null;
  query.delete(kind === 'sentinel' ? 'sentinelPassword' : '');
  if (query.size > 0) throw new RangeError(`unknown parameters: ${[...query.keys()].join(', ')}`);
  return {
    kind,
    addresses,
    tls: parts.tls === 's',
    db,
    masterName,
    ...(parts.user && { username: decode(parts.user) }),
    ...(parts.password && { password: decode(parts.password) }),
    ...(sentinelPassword && { sentinelPassword }),
  };
}

function parseAddress(text: string, defaultPort: number): RedisAddress {
  const parts = HOST_FORM.exec(text)?.groups;
  const port = Number(parts?.port ?? defaultPort);
  if (!parts?.host || port < 1 || port > 65_535) throw new RangeError('a host is a name or an address, with a port from 1 to 65535');
  return { host: parts.host.replace(/^\[|\]$/g, ''), port };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError('user, password and name must be percent-encoded');
  }
}
