import { ApiError } from './faults';

/** One call to the platform. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  readonly form?: FormData;
  /** How long it may take, in ms; default: what all calls may. */
  readonly timeoutMs?: number;
  /** Bytes of the answer that are read; default 1 MB. */
  readonly limit?: number;
}

/** What came back: JSON, or the bytes of a file. */
export type Answer =
  | { readonly kind: 'json'; readonly json: Readonly<Record<string, unknown>> }
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly contentType: string }
  | { readonly kind: 'tooLarge' };

/** Sends a call. Throws ApiError `retry` for what may pass: no connection, a timeout, 5xx, 429, an answer that cannot be read. */
export type Http = (call: Call) => Promise<Answer>;

const LIMIT = 1024 * 1024;

/** `base` is https://api.weixin.qq.com or what stands in for it. */
export function createHttp({ base, timeoutMs: usual }: { readonly base: string; readonly timeoutMs: number }): Http {
  return async ({ method, path, body, form, limit = LIMIT, timeoutMs = usual }) => {
    const name = path.replace(/\?.*/, '');
    const content = form ?? (body && JSON.stringify(body));
    const json = body && { 'content-type': 'application/json; charset=utf-8' };
    let response: Response;
    let bytes: Buffer | undefined;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(content !== undefined && { body: content }),
        ...(json && { headers: json }),
      });
      bytes = await readUpTo(response, limit);
    } catch (cause) {
      const isLate = (cause as { readonly name?: unknown }).name === 'TimeoutError';
      throw new ApiError('retry', isLate ? 'TIMEOUT' : 'NETWORK', `${name} could not be reached`, { cause });
    }
    if (response.status >= 500 || response.status === 429) throw new ApiError('retry', 'HTTP', `${name} answered ${response.status}`);
    if (!response.ok) throw new ApiError('ours', 'HTTP', `${name} answered ${response.status}`);
    if (!bytes) return { kind: 'tooLarge' };
    const contentType = response.headers.get('content-type') ?? '';
    // An error of a download has status 200 and is told by its content type alone.
    if (/^(?:image|audio|voice|video|application\/octet-stream)/i.test(contentType)) return { kind: 'file', bytes, contentType };
    return { kind: 'json', json: parse(bytes, name) };
  };
}

function parse(bytes: Buffer, name: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new ApiError('retry', 'HTTP', `${name} answered what is no JSON object`);
}

async function readUpTo(response: Response, limit: number): Promise<Buffer | undefined> {
  if (!response.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
