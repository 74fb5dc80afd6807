import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { close, createServer, type Handler, listen } from '../src/server';
import { type Store, StoreError } from '../src/store/store';
import { createTelemetry } from '../src/telemetry';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of closers.splice(0)) await stop();
});

async function start(routes: Record<`${'GET' | 'POST'} /${string}`, Handler> = {}, ping: Store['ping'] = async () => undefined) {
  const lines: string[] = [];
  const telemetry = createTelemetry({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
  const server = createServer({ store: { ping } as Store, telemetry, routes });
  const port = await listen(server, 0, '127.0.0.1');
  closers.push(() => close(server, 100));
  return { server, lines, base: `http://127.0.0.1:${port}` };
}
const seen = async (response: Response) => [response.status, await response.text()];

test('health needs no store; readiness does', async () => {
  let up = true;
  const { base } = await start({}, () => (up ? Promise.resolve() : Promise.reject(new StoreError('redis 10.0.0.7 is down'))));
  expect(await seen(await fetch(`${base}/readyz`))).toEqual([200, 'ready']);
  up = false;
  expect(await seen(await fetch(`${base}/readyz`))).toEqual([503, 'store unavailable']);
  expect(await seen(await fetch(`${base}/healthz`))).toEqual([200, 'ok']);
});

test('metrics are Prometheus text', async () => {
  const { base } = await start();
  const response = await fetch(`${base}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await response.text()).toContain('# TYPE daozhang_turns_total counter');
});

test.each([
  ['an unknown path', 'GET', '/nothing', 404],
  ['a wrong method', 'DELETE', '/healthz', 405],
  ['a path that cannot be decoded', 'GET', '/%E0%A4%A', 404],
])('%s gets a bare status', async (_, method, path, status) => {
  const { base } = await start();
  expect(await seen(await fetch(base + path, { method }))).toEqual([status, '']);
});

test('an error of a handler never leaks its message, and is logged by its code', async () => {
  const { base, lines } = await start({ 'GET /fails': () => Promise.reject(new TypeError('card 6222021234567890')) });
  expect(await seen(await fetch(`${base}/fails`))).toEqual([500, '']);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', event: 'request', code: 'UNEXPECTED', route: 'GET /fails' });
  expect(lines.join('')).not.toContain('6222021234567890');
});

test('without a store a handler answers 503 and asks to come again', async () => {
  const { base } = await start({ 'GET /needs-store': () => Promise.reject(new StoreError('down')) });
  const response = await fetch(`${base}/needs-store`);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await seen(response)).toEqual([503, '']);
});

test('JSON, text, status and headers arrive as given, with the security headers and no server name', async () => {
  const { base } = await start({ 'GET /cases/:id': async (request) => ({ status: 201, body: { id: request.params.id, text: '到账' } }) });
  const response = await fetch(`${base}/cases/a%2Fb`);
  expect([response.status, await response.json()]).toEqual([201, { id: 'a/b', text: '到账' }]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  });
  expect(response.headers.has('server')).toBe(false);
});

test('an idle connection outlives the 60 s of a balancer in front', async () => {
  const { base } = await start();
  expect((await fetch(`${base}/healthz`)).headers.get('keep-alive')).toBe('timeout=65');
});

test('a port in use is reported as such', async () => {
  const { base, server } = await start();
  await expect(
    listen(
      createServer({ store: {} as Store, telemetry: createTelemetry({ level: 'silent' }), routes: {} }),
      Number(new URL(base).port),
      '127.0.0.1',
    ),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(server.server.listening).toBe(true);
});

test('closing answers what is running, also over a kept connection, and refuses what is new', async () => {
  let release = () => {};
  let entered = () => {};
  const running = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const { base, server } = await start({
    'POST /slow': async () => {
      entered();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { status: 200, text: 'done' };
    },
  });
  const answer = fetch(`${base}/slow`, { method: 'POST' });
  await running;
  const closed = close(server, 60_000);
  await expect(fetch(`${base}/healthz`)).rejects.toThrow();
  release();
  expect(await seen(await answer)).toEqual([200, 'done']);
  await closed;
});

test('closing cuts what hangs', async () => {
  const { base, server } = await start({ 'POST /hangs': () => new Promise(() => undefined) });
  const answer = fetch(`${base}/hangs`, { method: 'POST' }).catch(() => 'cut');
  await fetch(`${base}/healthz`);
  await close(server, 20);
  expect(await answer).toBe('cut');
});

test("Node's own servers keep working beside restify", async () => {
  const own = http.createServer((_, response) => {
    response.writeHead(201, { 'x-own': '1' }).end('chained');
  });
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(own.address() as AddressInfo).port}`);
  expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([201, '1', 'chained']);
  own.close();
  own.closeAllConnections();
});
