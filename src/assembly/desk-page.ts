import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Reply } from '../server';

/** The desk's page, which offers these `ways` in; what it loads is served beside the chat page's assets, and what it shows is behind the door of its API. */
export function createDeskPage(
  directory: string,
  ways: readonly string[],
): Readonly<Record<'GET /desk', (request: IncomingMessage) => Promise<Reply>>> {
  const file = path.join(directory, 'desk/index.html');
  if (!existsSync(file)) return { 'GET /desk': async () => ({ status: 503, text: 'the page is not built: npm run build' }) };
  const html = readFileSync(file, 'utf8').replace('</head>', () => `<meta name="sign-in" content="${ways.join(' ')}"></head>`);
  return {
    'GET /desk': async () => {
      // antd writes its styles as it goes; the nonce lets these in and no others.
      const nonce = randomBytes(16).toString('base64');
      const bytes = Buffer.from(html.replace('</head>', () => `<meta name="nonce" content="${nonce}"></head>`));
      const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': policy(nonce) };
      return { status: 200, bytes, headers };
    },
  };
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
