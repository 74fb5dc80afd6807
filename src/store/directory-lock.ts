import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';
import type { Database } from 'lmdb';

/** Another process already works on this data directory; a mistake at start, not an outage. */
export class DataDirInUseError extends Error {
  readonly code = 'DATA_DIR_IN_USE';
  constructor(directory: string, pid: number) {
    super(`the data directory ${directory} is in use by process ${pid}: stop it first, or set DATA_DIR to another directory`);
    this.name = 'DataDirInUseError';
  }
}

interface Owner {
  readonly socket: string;
  readonly pid: number;
}

/** The system's limit for the path of a socket is 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH = 103;
const OWNER = 'owner';

/**
 * Makes this process the only user of the directory; the result releases it.
 * The owner listens on a socket of its own, named in the database: a socket dies with its process, so neither kill -9 nor a reused pid leaves a
 * stale lock, and containers that share a volume see each other. Of two that find a dead owner, the database's write lock lets one replace it.
 * Throws DataDirInUseError.
 */
export async function lockDirectory(meta: Database<Owner, string>, directory: string): Promise<() => Promise<void>> {
  const socket = `owner-${randomBytes(4).toString('hex')}.sock`;
  const server = await listen(socketPath(directory, socket));
  const mine: Owner = { socket, pid: process.pid };
  for (;;) {
    const seen = meta.get(OWNER);
    if (seen && (await answers(socketPath(directory, seen.socket)))) {
      await close(server);
      throw new DataDirInUseError(directory, seen.pid);
    }
    const won = meta.transactionSync(() => {
      if (meta.get(OWNER)?.socket !== seen?.socket) return false;
      meta.putSync(OWNER, mine);
      return true;
    });
    if (won) return () => close(server);
  }
}

function socketPath(directory: string, name: string): string {
  if (process.platform === 'win32') return join('\\\\.\\pipe', `daozhang-${name}`);
  const absolute = resolve(directory, name);
  const fromHere = relative(process.cwd(), absolute);
  const path = fromHere.length < absolute.length ? fromHere : absolute;
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) throw new Error(`the path of the data directory is too long: ${directory}`);
  return path;
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', fail);
    server.listen(path, () => done(server));
  });
}

/** Only "nobody listens" and "no such file" prove that the owner is gone; any other trouble counts as alive. */
function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}
