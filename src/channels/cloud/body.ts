import type { IncomingMessage } from 'node:http';

export type Body = { readonly kind: 'ok'; readonly value: unknown } | { readonly kind: 'refused'; readonly status: 400 | 413 | 415 };

const MAX_BYTES = 256 * 1024;
/** Nothing a channel sends is nested nearly so deep; what is deeper is meant to exhaust the stack of whatever walks it. */
const MAX_DEPTH = 64;

/**
 * The JSON body of a request, at most 256 KiB. Another content type is refused also because a browser sends `text/plain` to any
 * address without asking, but never JSON.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/([\w.-]+\+)?json$/.test(type) || (request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return refuse(request, 415);
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return refuse(request, 413);
  const bytes = await receive(request);
  if (bytes === 'tooLarge') return refuse(request, 413);
  if (bytes === 'broken') return { kind: 'refused', status: 400 }; // the caller went away; nobody reads the answer
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (depthOf(text) > MAX_DEPTH) return { kind: 'refused', status: 400 };
  try {
    return { kind: 'ok', value: JSON.parse(text) };
  } catch {
    return { kind: 'refused', status: 400 };
  }
}

/** The bytes of a body, by plain listeners: a loop over the stream costs as much as all else that is done with them. */
function receive(request: IncomingMessage): Promise<Buffer | 'tooLarge' | 'broken'> {
  return new Promise((resolve) => {
    if (request.destroyed) resolve('broken');
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) resolve('tooLarge');
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('broken'));
    request.on('close', () => resolve('broken'));
  });
}

/** Lets the rest of the body run away, so that the caller can read the answer. */
function refuse(request: IncomingMessage, status: 413 | 415): Body {
  request.resume();
  return { kind: 'refused', status };
}

const [QUOTE, ESCAPE] = [0x22, 0x5c];
/** What opens and what closes, by character code. */
const STEP: Readonly<Record<number, 1 | -1>> = { 123: 1, 91: 1, 125: -1, 93: -1 };

/** Deepest nesting of brackets outside strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (inString) {
      if (code === ESCAPE) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else {
      depth += STEP[code] ?? 0;
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}
