import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { originOf } from '../channels/direct-line/http';
import type { Reply } from '../server';

/** How the chat page is served. */
export interface PageOptions {
  /** Folder of the built pages (dist/web). */
  readonly directory: string;
  /** Written into the page for its script. */
  readonly settings: Readonly<Record<string, string>>;
  /** Sites that may show the page inside their own. */
  readonly origins: readonly string[];
  /** Another server the page talks to (Azure's Direct Line); undefined for none. */
  readonly connectTo: string | undefined;
}

type Get = (request: IncomingMessage) => Promise<Reply>;

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The name of an asset holds the hash of its content. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const HOUR = 'public, max-age=3600';

/** Routes of the page `/`, what it loads, and the script that puts it into another site. Everything is read once, at the start. */
export function createPage({ directory, settings, origins, connectTo }: PageOptions): Readonly<Record<`GET /${string}`, Get>> {
  if (!existsSync(path.join(directory, 'chat/index.html'))) {
    const missing: Get = async () => ({ status: 503, text: 'the page is not built: npm run build' });
    return { 'GET /': missing };
  }
  const page = withSettings(readFileSync(path.join(directory, 'chat/index.html'), 'utf8'), settings);
  const embed = readBuilt(path.join(directory, 'embed.js'));
  const assets = new Map(
    readdirSync(path.join(directory, 'assets'))
      .filter((name) => TYPES[path.extname(name)] !== undefined)
      .map((name) => [name, readBuilt(path.join(directory, 'assets', name))]),
  );
  return {
    'GET /': async (request) => {
      const reply = send(request, page, 'no-cache');
      return { ...reply, headers: { ...reply.headers, 'content-security-policy': policy(originOf(request), origins, connectTo) } };
    },
    'GET /assets/:name': async (request) => {
      const { name = '' } = (request as { readonly params?: Readonly<Record<string, string>> }).params ?? {};
      const asset = assets.get(name);
      return asset ? send(request, asset, FOR_EVER) : { status: 404 };
    },
    'GET /embed.js': async (request) => {
      const reply = send(request, embed, HOUR);
      return { ...reply, headers: { ...reply.headers, 'cross-origin-resource-policy': 'cross-origin' } };
    },
  };
}

/** JSON in a script element: `<` must not end it. */
function withSettings(html: string, settings: Readonly<Record<string, string>>): File {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  const bytes = Buffer.from(html.replace('</head>', () => `<script type="application/json" id="settings">${json}</script></head>`));
  return { type: TYPES['.html'] ?? '', bytes, br: brotliCompressSync(bytes), gzip: gzipSync(bytes) };
}

function readBuilt(file: string): File {
  const [bytes, br, gzip] = [file, `${file}.br`, `${file}.gz`].map((one) => readFileSync(one)) as [Buffer, Buffer, Buffer];
  return { type: TYPES[path.extname(file)] ?? '', bytes, br, gzip };
}

function send({ headers }: IncomingMessage, { type, bytes, br, gzip }: File, cache: string): Reply {
  const accepted = String(headers['accept-encoding'] ?? '')
    .split(',')
    .map((one) => one.trim());
  const common = { 'content-type': type, 'cache-control': cache, vary: 'accept-encoding' };
  if (accepted.some((one) => /^br(;|$)/.test(one))) return { status: 200, bytes: br, headers: { ...common, 'content-encoding': 'br' } };
  if (accepted.some((one) => /^gzip(;|$)/.test(one)))
    return { status: 200, bytes: gzip, headers: { ...common, 'content-encoding': 'gzip' } };
  return { status: 200, bytes, headers: common };
}

/** Only what comes from this server runs; older Safari does not count its own sockets as `self`. */
function policy(origin: string | undefined, frames: readonly string[], connectTo: string | undefined): string {
  const others = [origin, connectTo].flatMap((one) => (one === undefined ? [] : [one, one.replace(/^http/, 'ws')]));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self' blob: ${others.join(' ')}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${["'self'", ...frames].join(' ')}`,
  ].join('; ');
}
