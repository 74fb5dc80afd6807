import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';

/** Another process already works on this data directory; a mistake at start, not an outage. */
export class DataDirInUseError extends Error {
  readonly code = 'DATA_DIR_IN_USE';
  constructor(directory: string, pid: number) {
    super(`the data directory ${directory} is in use by process ${pid}: stop it first, or set DATA_DIR to another directory`);
    this.name = 'DataDirInUseError';
  }
}

interface Owner {
  readonly number: number;
  readonly socket: string;
  readonly pid: number;
}

/** The system's limit for the path of a socket is 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH = 103;
const OWNER_FILE = /^owner-(\d+)\.json$/;

/**
 * Makes this process the only user of an existing directory; the result releases it. Throws DataDirInUseError.
 * The owner listens on a socket of its own. A socket dies with its process, so neither kill -9 nor a reused pid leaves a stale lock, and containers
 * that share a volume see each other. The highest `owner-N.json` names the owner; who finds it dead takes N + 1, which only one can make.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const name = randomBytes(4).toString('hex');
  const socket = `owner-${name}.sock`;
  const server = await listen(socketPath(directory, socket));
  const draft = join(directory, `owner-${name}.tmp`);
  try {
    await writeFile(draft, JSON.stringify({ socket, pid: process.pid }));
    await takeOver(directory, draft);
    return () => close(server);
  } catch (error) {
    await close(server);
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Makes the draft the owner's file. The file with the highest number is never deleted, so that no number is used twice. */
async function takeOver(directory: string, draft: string): Promise<void> {
  for (;;) {
    const found = await highestOwner(directory);
    if (found && (await answers(socketPath(directory, found.socket)))) throw new DataDirInUseError(directory, found.pid);
    const mine = (found?.number ?? 0) + 1;
    const isMade = await link(draft, ownerFile(directory, mine)).then(() => true, isTaken);
    if (!isMade) continue;
    // A slow starter may make a number that a later owner had already left behind.
    const numbers = await ownerNumbers(directory);
    const others = numbers.filter((number) => number !== mine);
    if (others.every((number) => number < mine)) {
      await Promise.all(others.map((number) => rm(ownerFile(directory, number), { force: true })));
      if (found) await rm(socketPath(directory, found.socket), { force: true });
      return;
    }
    await rm(ownerFile(directory, mine), { force: true });
  }
}

const ownerFile = (directory: string, number: number) => join(directory, `owner-${number}.json`);

function isTaken(error: NodeJS.ErrnoException): false {
  if (error.code === 'EEXIST') return false;
  throw error;
}

async function ownerNumbers(directory: string): Promise<readonly number[]> {
  return (await readdir(directory)).flatMap((name) => OWNER_FILE.exec(name)?.[1] ?? []).map(Number);
}

async function highestOwner(directory: string): Promise<Owner | undefined> {
  const number = Math.max(0, ...(await ownerNumbers(directory)));
  if (number === 0) return undefined;
  try {
    const { socket, pid } = JSON.parse(await readFile(ownerFile(directory, number), 'utf8'));
    return { number, socket: String(socket), pid: Number(pid) };
  } catch (error) {
    // Left behind this moment, or emptied by a power cut: nobody answers under it. Anything else is trouble.
    if (error instanceof Error && 'code' in error && error.code !== 'ENOENT') throw error;
    return { number, socket: `owner-${number}.none`, pid: 0 };
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
