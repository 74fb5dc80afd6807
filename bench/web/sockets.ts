import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Measured } from '../processes';
import { startClient } from './product';

/** Sockets on which nobody writes, held past several rounds of pings. */
export interface SocketFigures {
  readonly asked: number;
  readonly held: number;
  /** KB of resident memory for one. */
  readonly each: number;
}

const AT_ONCE = 50;
/** Until a new process has settled. */
const SETTLE_MS = 5000;

/** Paths of the streams of new conversations, good for five minutes. */
export async function startStreams({ base }: Measured, count: number): Promise<readonly string[]> {
  const paths: string[] = [];
  while (paths.length < count) {
    const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => startClient(base)));
    paths.push(...clients.map(({ streamUrl }) => streamUrl.slice(streamUrl.indexOf('/api'))));
  }
  return paths.slice(0, count);
}

/** In a process that did nothing before, so that what it grows by is the sockets. */
export async function measureSockets(product: Measured, paths: readonly string[], forMs: number): Promise<SocketFigures> {
  await sleep(SETTLE_MS);
  const before = product.memoryMb();
  const sockets: WebSocket[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const opened = paths.slice(at, at + AT_ONCE).map((one) => new WebSocket(product.base.replace('http', 'ws') + one));
    await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once('message', resolve))));
    sockets.push(...opened);
  }
  await sleep(forMs);
  const held = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  const each = ((product.memoryMb() - before) * 1024) / paths.length;
  for (const socket of sockets) socket.terminate();
  return { asked: paths.length, held, each };
}
