import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connectionOf } from '../../../src/channels/wechat/request';

const requestOn = (socket: EventEmitter & { destroyed: boolean }) => ({ socket }) as unknown as IncomingMessage;
const newSocket = () => Object.assign(new EventEmitter(), { destroyed: false });

test('a connection that goes away is told to the request that waits', async () => {
  const socket = newSocket();
  const connection = connectionOf(requestOn(socket));
  expect(connection.isOpen()).toBe(true);
  socket.destroyed = true;
  socket.emit('close');
  await connection.closed;
  expect(connection.isOpen()).toBe(false);
});

test('a connection that is gone already keeps nobody waiting', async () => {
  await connectionOf(requestOn(Object.assign(newSocket(), { destroyed: true }))).closed;
});

test('a connection that brings many requests remembers none of those that left', () => {
  const socket = newSocket();
  for (let n = 0; n < 100; n += 1) connectionOf(requestOn(socket)).leave();
  expect(socket.listenerCount('close')).toBe(0);
});
