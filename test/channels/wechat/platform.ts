import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the platform was asked. */
export interface Asked {
  readonly path: string;
  readonly token: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

/** How one call is answered: an errcode, a status, a body with a type, late, or not at all. */
export interface Behaviour {
  readonly errcode?: number;
  readonly errmsg?: string;
  readonly status?: number;
  readonly json?: object;
  readonly bytes?: Buffer;
  readonly type?: string;
  readonly delayMs?: number;
  readonly reset?: boolean;
}

/** The smallest stand-in for api.weixin.qq.com: it hands out tokens, takes everything from who has a living one, and does what it is told. */
export interface Platform {
  readonly base: string;
  readonly asked: Asked[];
  /** Tokens that are accepted; the last is what stable_token gives. */
  readonly living: string[];
  /** What the next calls of a path (its end) answer, in order. */
  answer(path: string, ...behaviours: readonly Behaviour[]): void;
  /** What was asked of a path. */
  of(path: string): readonly Asked[];
  stop(): Promise<void>;
}

export async function startPlatform(): Promise<Platform> {
  const asked: Asked[] = [];
  const living: string[] = [];
  const planned: { readonly path: string; readonly behaviour: Behaviour }[] = [];
  let made = 0;
  const newToken = () => {
    made += 1;
    living.push(`token-${made}-${'x'.repeat(500)}`);
  };

  function reply({ path, token, body }: Asked): Behaviour {
    if (path === '/cgi-bin/stable_token') {
      if (living.length === 0 || body.force_refresh === true) newToken();
      return { json: { access_token: living.at(-1), expires_in: 7200 } };
    }
    return living.includes(token ?? '') ? { json: { errcode: 0, errmsg: 'ok' } } : { errcode: 40001 };
  }

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://platform');
    const bytes = Buffer.concat(chunks);
    const isJson = request.headers['content-type']?.startsWith('application/json') === true;
    const call: Asked = {
      path: url.pathname,
      token: url.searchParams.get('access_token'),
      body: isJson ? JSON.parse(bytes.toString('utf8')) : Object.fromEntries(url.searchParams),
      bytes,
    };
    asked.push(call);
    const at = planned.findIndex(({ path }) => url.pathname.endsWith(path));
    const behaviour = at < 0 ? reply(call) : (planned.splice(at, 1)[0]?.behaviour ?? {});
    if (behaviour.delayMs) await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs));
    if (behaviour.reset) {
      request.socket.destroy();
      return;
    }
    const { errcode, errmsg = 'error', json = errcode === undefined ? { errcode: 0 } : { errcode, errmsg } } = behaviour;
    response.statusCode = behaviour.status ?? 200;
    response.setHeader('content-type', behaviour.type ?? 'application/json; encoding=utf-8');
    response.end(behaviour.bytes ?? JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    living,
    answer: (path, ...behaviours) => planned.push(...behaviours.map((behaviour) => ({ path, behaviour }))),
    of: (path) => asked.filter((call) => call.path.endsWith(path)),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
