import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Measured } from '../turn/processes';
import { startClient } from './product';

/** Sockets on which nobody writes, held past several rounds of pings. */
export interface SocketFigures {
  readonly asked: number;
  readonly held: number;
  /** KB of resident memory for one. */
  readonly each: number;
}

const AT_ONCE = 50;

export async function measureSockets(product: Measured, count: number, forMs: number): Promise<SocketFigures> {
  const urls: string[] = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const clients = await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, () => startClient(product.base)));
    urls.push(...clients.map(({ streamUrl }) => streamUrl));
  }
  await sleep(3000);
  const before = product.memoryMb();
  const sockets: WebSocket[] = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const opened = urls.slice(at, at + AT_ONCE).map((url) => new WebSocket(url));
    await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once('message', resolve))));
    sockets.push(...opened);
  }
  await sleep(forMs);
  const held = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  const each = ((product.memoryMb() - before) * 1024) / count;
  for (const socket of sockets) socket.terminate();
  return { asked: count, held, each };
}
