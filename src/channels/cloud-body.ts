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
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) return refuse(request, 413);
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'refused', status: 400 }; // the caller went away; nobody reads the answer
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (depthOf(text) > MAX_DEPTH) return { kind: 'refused', status: 400 };
  try {
    return { kind: 'ok', value: JSON.parse(text) };
  } catch {
    return { kind: 'refused', status: 400 };
  }
}

/** Lets the rest of the body run away, so that the caller can read the answer. */
function refuse(request: IncomingMessage, status: 413 | 415): Body {
  request.resume();
  return { kind: 'refused', status };
}

/** Deepest nesting of brackets outside strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}
