import { existsSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { createPage } from '../../src/assembly/page';
import { close, createServer, listen } from '../../src/server';
import type { Store } from '../../src/store/store';
import { createTelemetry } from '../../src/telemetry';
import { call } from '../channels/direct-line/world';
import { openServer } from './server';

// Starting the product takes a while on a busy machine.
jest.setTimeout(30_000);

const directory = path.join(__dirname, '../../dist/web');
const built = existsSync(path.join(directory, 'chat/index.html'));
const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(more: Partial<Parameters<typeof createPage>[0]> = {}) {
  const page = createPage({
    directory,
    settings: { brand: '收款通', color: '#123456' },
    origins: ['https://shop.example'],
    connectTo: undefined,
    ...more,
  });
  const server = createServer({ store: {} as Store, telemetry: createTelemetry({ level: 'silent' }), routes: page });
  await listen(server, 0, '127.0.0.1');
  servers.push({ close: () => close(server, 100) });
  const { port } = server.server.address() as AddressInfo;
  return (route: string, encoding?: string) =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; bytes: Buffer }>((resolve, reject) => {
      get({ port, path: route, headers: encoding ? { 'accept-encoding': encoding } : {} }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) });
      }).on('error', reject);
    });
}

const assetsOf = (html: string) => [...html.matchAll(/\/assets\/[\w.-]+/g)].map(([name]) => name);

(built ? describe : describe.skip)('the built page (skipped unless built: node src/setup.mjs --pages)', () => {
  test('comes with its settings, is never stale, and lets nothing in from outside', async () => {
    const fetchPage = await serve();
    const { status, headers, bytes } = await fetchPage('/');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
    expect(bytes.toString()).toContain('<script type="application/json" id="settings">{"brand":"收款通","color":"#123456"}</script>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' blob: /,
    );
    expect(policy).toContain("frame-ancestors 'self' https://shop.example");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  test('a brand cannot end the script element', async () => {
    const fetchPage = await serve({ settings: { brand: '</script><b>' } });
    expect((await fetchPage('/')).bytes.toString()).toContain('{"brand":"\\u003c/script>\\u003cb>"}');
  });

  test('may talk to Azure when it is to use that', async () => {
    const fetchPage = await serve({ connectTo: 'https://directline.botframework.azure.cn' });
    const policy = String((await fetchPage('/')).headers['content-security-policy']);
    expect(policy).toContain('https://directline.botframework.azure.cn wss://directline.botframework.azure.cn');
  });

  test('weighs no more than 250 KB on first load, compressed once and kept for ever', async () => {
    const fetchPage = await serve();
    const page = await fetchPage('/', 'gzip');
    const html = gunzipSync(page.bytes).toString();
    const assets = await Promise.all(assetsOf(html).map((name) => fetchPage(name, 'gzip')));
    expect(assets.length).toBeGreaterThanOrEqual(2);
    for (const { status, headers } of assets) {
      expect([status, headers['content-encoding'], headers['cache-control']]).toEqual([200, 'gzip', 'public, max-age=31536000, immutable']);
    }
    expect([page, ...assets].reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(250_000);
  });

  test('the same content comes as brotli, gzip or plain, as the browser asks', async () => {
    const fetchPage = await serve();
    const [name = ''] = assetsOf((await fetchPage('/')).bytes.toString());
    const [plain, gzip, br] = [await fetchPage(name), await fetchPage(name, 'gzip, deflate'), await fetchPage(name, 'gzip, deflate, br')];
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    expect(brotliDecompressSync(br.bytes)).toEqual(plain.bytes);
    expect(br.headers.vary).toBe('accept-encoding');
  });

  test('nothing else of the folder or the disk can be had', async () => {
    const fetchPage = await serve();
    for (const name of ['/assets/nothing.js', '/assets/..%2fchat%2findex.html', '/assets/%2e%2e%2f.built', '/chat/index.html']) {
      expect((await fetchPage(name)).status).toBe(404);
    }
  });

  test('the script for other sites is served to them', async () => {
    const fetchPage = await serve();
    const { headers, bytes } = await fetchPage('/embed.js');
    expect([headers['cross-origin-resource-policy'], headers['cache-control']]).toEqual(['cross-origin', 'public, max-age=3600']);
    expect(bytes.toString()).not.toMatch(/^\s*(import|export)\b/m);
  });

  test('the product ends within its five seconds also with sockets open, and tells them to come again', async () => {
    const server = await openServer();
    const { token } = (await call(server.origin, 'POST /api/web/token', { body: {} })).body;
    const { streamUrl } = (await call(server.origin, 'POST /conversations', { token, body: {} })).body;
    const socket = new WebSocket(streamUrl);
    await new Promise((resolve) => socket.once('message', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const started = Date.now();
    await server.stop();
    expect([await closed, Date.now() - started < 5000]).toEqual([1012, true]);
    await server.end();
  });
});

test('an unbuilt page says how to build it', async () => {
  const fetchPage = await serve({ directory: '/nowhere' });
  const { status, bytes } = await fetchPage('/');
  expect([status, bytes.toString()]).toEqual([503, 'the page is not built: npm run build']);
});
