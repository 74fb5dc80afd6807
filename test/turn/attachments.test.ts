import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_FILE_BYTES, receiveFiles, sniffType } from '../../src/turn/attachments';

const NOW = '2026-03-04T10:00:00+08:00';
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

async function withFiles<T>(work: (origin: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    if (request.url === '/big') response.end(Buffer.alloc(MAX_FILE_BYTES + 1));
    else if (request.url === '/away') response.writeHead(302, { location: '/slip' }).end();
    else response.end(PNG);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const message = (contentUrl: string, serviceUrl: string) => ({
  id: 'm1',
  serviceUrl,
  attachments: [{ contentType: 'text/html', name: '张三 6222.html', contentUrl }],
});

test.each([
  ['image/png', PNG],
  ['image/jpeg', Buffer.from('ffd8ffe0', 'hex')],
  ['application/pdf', Buffer.from('%PDF-1.7')],
  ['application/octet-stream', Buffer.from('<script>alert(1)</script>')],
])('%s is known by its first bytes', (type, content) => {
  expect(sniffType(content)).toBe(type);
});

test('a file of the channel is typed by its content, whatever its name and declared type', () =>
  withFiles(async (origin) => {
    const { kept } = await receiveFiles(message(`${origin}/slip`, origin), NOW);
    expect(kept).toEqual([{ id: expect.any(String), contentType: 'image/png', size: PNG.length, at: NOW, url: `${origin}/slip` }]);
    expect(JSON.stringify(kept)).not.toContain('张三');
  }));

test('a file over 10 MB is not kept', () =>
  withFiles(async (origin) => {
    expect(await receiveFiles(message(`${origin}/big`, origin), NOW)).toEqual({ kept: [], tooLarge: 1 });
  }));

test('an address that is not the channel’s is never asked, nor a redirect followed', () =>
  withFiles(async (origin) => {
    const foreign = await receiveFiles(message(`${origin}/slip`, 'https://channel.example'), NOW);
    const away = await receiveFiles(message(`${origin}/away`, origin), NOW);
    for (const { kept } of [foreign, away]) expect(kept).toMatchObject([{ contentType: 'application/octet-stream', size: 0 }]);
  }));

test('an inline picture is typed without any request', async () => {
  const { kept } = await receiveFiles(message(`data:text/html;base64,${PNG.toString('base64')}`, ''), NOW);
  expect(kept).toEqual([{ id: expect.any(String), contentType: 'image/png', size: PNG.length, at: NOW }]);
});

test('cards are no files', async () => {
  const card = { attachments: [{ contentType: 'application/vnd.microsoft.card.hero', content: {} }] };
  expect(await receiveFiles(card, NOW)).toEqual({ kept: [], tooLarge: 0 });
});
