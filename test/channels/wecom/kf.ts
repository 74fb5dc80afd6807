import { randomInt } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oracle from '@wecom/crypto';

/**
 * A stand-in for the servers of 微信客服. What it plays is read from the documentation and from two open-source clients; nobody has compared it
 * with a real account. Assumptions, to be checked with the first deployment: a bell rings for each message and may ring for several at once;
 * `has_more` may come with an empty list; a msgid used before is answered with ok and not shown again; the codes 95001 (five are out), 95002
 * (48 hours are over), 95018 (the session is not the bot's) and 95015 (no such change of state); a message of the user opens a closed session
 * as new; a welcome_code is good once, for 20 s, as is the msg_code of the end of a session, that of the pool for 48 h.
 */
export interface Kf {
  readonly base: string;
  readonly calls: { readonly path: string; readonly body: Readonly<Record<string, unknown>>; readonly token: string | null }[];
  webhook: string;
  /** What the users see. */
  readonly screen: {
    readonly user: string;
    readonly by: 'bot' | 'welcome' | 'pool' | 'end';
    readonly text: string;
    readonly menu?: readonly { id: string; content: string }[];
  }[];
  state(user: string): number;
  /** The next calls of a path answer this. */
  answer(path: string, ...codes: readonly number[]): void;
  /** A message or event of a user; rings the bell unless told not to. Resolves with the status of the callback. */
  push(message: Readonly<Record<string, unknown>>, ring?: boolean): Promise<number>;
  say(user: string, text: string, menuId?: string): Promise<number>;
  /** A picture, by the id of its content. */
  picture(user: string, bytes: Buffer): Promise<number>;
  event(fields: Readonly<Record<string, unknown>>): Promise<number>;
  ring(): Promise<number>;
  /** A person of 企业微信 takes the session, or ends it. */
  accept(user: string, servicer: string): Promise<number>;
  end(user: string, servicer: string): Promise<number>;
  /** Tokens die. */
  revoke(): void;
  /** Pages of this size, each second one empty. */
  page: number;
  advance(ms: number): void;
  stop(): Promise<void>;
}

export const CORP = {
  corpId: 'ww0123456789abcdef',
  secret: 'kf-secret',
  token: 'kfToken',
  aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
export const ACCOUNT = 'wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q';
const HOURS_48 = 48 * 3_600_000;

interface Session {
  state: number;
  left: number;
  until: number;
}

export async function startKf(): Promise<Kf> {
  const log: Record<string, unknown>[] = [];
  const sessions = new Map<string, Session>();
  const sent = new Set<string>();
  const media = new Map<string, Buffer>();
  const planned: { readonly path: string; readonly code: number }[] = [];
  let tokens = 1;
  let dead = 0;
  let offset = 0;
  let number = 0;
  let pages = 0;
  const now = () => Date.now() + offset;
  const sessionOf = (user: string): Session => {
    const found = sessions.get(user) ?? { state: 4, left: 0, until: 0 };
    sessions.set(user, found);
    return found;
  };

  /** A message of the user opens the session and the window. */
  function opened(user: string): void {
    const session = sessionOf(user);
    if (session.state === 4) session.state = 0;
    session.left = 5;
    session.until = now() + HOURS_48;
  }

  function sendMsg(body: Readonly<Record<string, unknown>>): object {
    const session = sessionOf(String(body.touser));
    if (sent.has(String(body.msgid))) return { errcode: 0, msgid: body.msgid };
    if (!/^[0-9a-zA-Z_-]{1,32}$/.test(String(body.msgid))) return { errcode: 40058 };
    if (body.open_kfid !== ACCOUNT) return { errcode: 95000 };
    if (session.state > 1) return { errcode: 95018 };
    if (now() > session.until) return { errcode: 95002 };
    if (session.left < 1) return { errcode: 95001 };
    const text = (body.text as { content?: string } | undefined)?.content;
    const menu = body.msgmenu as
      | { head_content: string; list: { click: { id: string; content: string } }[]; tail_content: string }
      | undefined;
    if (Buffer.byteLength(text ?? '') > 2048 || Buffer.byteLength(menu?.head_content ?? '') > 1024) return { errcode: 40058 };
    const image = (body.image as { media_id?: string } | undefined)?.media_id;
    if (image !== undefined && !media.has(image)) return { errcode: 40007 };
    session.left -= 1;
    sent.add(String(body.msgid));
    const entries = menu?.list.map(({ click }) => click);
    kf.screen.push({
      user: String(body.touser),
      by: 'bot',
      text: text ?? menu?.head_content ?? `[${image}]`,
      ...(entries && { menu: entries }),
    });
    return { errcode: 0, msgid: body.msgid };
  }

  function sendOnEvent(code: string, text: string): object {
    const [, by, user = ''] = /^(welcome|pool|end)-(.*)/.exec(code) ?? [];
    if (by === undefined || sent.has(code)) return { errcode: 95014 };
    sent.add(code);
    kf.screen.push({ user, by: by as 'welcome', text });
    return { errcode: 0 };
  }

  function route(path: string, body: Readonly<Record<string, unknown>>, query: URLSearchParams): object {
    if (path === '/cgi-bin/gettoken') {
      const right = query.get('corpid') === CORP.corpId && query.get('corpsecret') === CORP.secret;
      return right
        ? { errcode: 0, access_token: `kf-token-${tokens}`, expires_in: 7200 }
        : { errcode: 40001, errmsg: 'invalid credential' };
    }
    if (Number(/kf-token-(\d+)/.exec(query.get('access_token') ?? '')?.[1] ?? 0) <= dead) return { errcode: 40014 };
    switch (path) {
      case '/cgi-bin/kf/sync_msg': {
        pages += 1;
        const from = Number(body.cursor ?? 0);
        const page = kf.page < 100 && pages % 2 === 0 ? [] : log.slice(from, from + kf.page);
        const next = from + page.length;
        return { errcode: 0, next_cursor: String(next), has_more: next < log.length ? 1 : 0, msg_list: page };
      }
      case '/cgi-bin/kf/send_msg':
        return sendMsg(body);
      case '/cgi-bin/kf/send_msg_on_event':
        return sendOnEvent(String(body.code), (body.text as { content: string }).content);
      case '/cgi-bin/kf/service_state/trans': {
        const session = sessionOf(String(body.external_userid));
        if (session.state > 1 && body.service_state === 2) return { errcode: 95015 };
        session.state = Number(body.service_state);
        return { errcode: 0, msg_code: `pool-${body.external_userid}` };
      }
      case '/cgi-bin/media/upload':
        media.set(`up-${media.size}`, Buffer.alloc(0));
        return { errcode: 0, media_id: `up-${media.size - 1}` };
      case '/cgi-bin/media/get':
        return { errcode: 40007 };
      default:
        return { errcode: 60011 };
    }
  }

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://kf');
    const isForm = request.headers['content-type']?.startsWith('multipart/') === true;
    const body = chunks.length > 0 && !isForm ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {};
    kf.calls.push({ path: url.pathname, body, token: url.searchParams.get('access_token') });
    const at = planned.findIndex(({ path }) => url.pathname.endsWith(path));
    const code = at < 0 ? undefined : planned.splice(at, 1)[0]?.code;
    const answer = code === undefined ? route(url.pathname, body, url.searchParams) : { errcode: code };
    const file = media.get(url.searchParams.get('media_id') ?? '');
    if (url.pathname.endsWith('media/get') && file) {
      response.setHeader('content-type', 'image/jpeg');
      response.end(file);
      return;
    }
    response.setHeader('content-type', 'application/json; charset=UTF-8');
    response.end(JSON.stringify({ errmsg: 'ok', ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const kf: Kf = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ calls: [], webhook: '', screen: [], page: 100 },
    state: (user) => sessionOf(user).state,
    answer: (path, ...codes) => planned.push(...codes.map((code) => ({ path, code }))),
    async push(message, ring = true) {
      number += 1;
      const fresh = {
        msgid: `4Kd8-inbound-message-id-longer-than-32-characters-${number}`,
        send_time: Math.floor(now() / 1000),
        origin: 3,
      };
      log.push({ ...fresh, ...message });
      return ring ? kf.ring() : 0;
    },
    say(user, text, menuId) {
      opened(user);
      return kf.push({
        open_kfid: ACCOUNT,
        external_userid: user,
        msgtype: 'text',
        text: { content: text, ...(menuId && { menu_id: menuId }) },
      });
    },
    picture(user, bytes) {
      opened(user);
      const id = `in-${media.size}`;
      media.set(id, bytes);
      return kf.push({ open_kfid: ACCOUNT, external_userid: user, msgtype: 'image', image: { media_id: id } });
    },
    event: (fields) => kf.push({ origin: 4, msgtype: 'event', event: { open_kfid: ACCOUNT, ...fields } }),
    async ring() {
      const timestamp = String(Math.floor(now() / 1000));
      const nonce = String(randomInt(1e9));
      const xml = `<xml><ToUserName><![CDATA[${CORP.corpId}]]></ToUserName><CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[bell-${number}]]></Token><OpenKfId><![CDATA[${ACCOUNT}]]></OpenKfId></xml>`;
      const sealed = oracle.encrypt(CORP.aesKey, xml, CORP.corpId);
      const query = new URLSearchParams({ msg_signature: oracle.getSignature(CORP.token, timestamp, nonce, sealed), timestamp, nonce });
      const body = `<xml><ToUserName><![CDATA[${CORP.corpId}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt><AgentID></AgentID></xml>`;
      return (await fetch(`${kf.webhook}?${query}`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body })).status;
    },
    accept(user, servicer) {
      sessionOf(user).state = 3;
      return kf.event({ event_type: 'session_status_change', external_userid: user, change_type: 1, new_servicer_userid: servicer });
    },
    end(user, servicer) {
      sessionOf(user).state = 4;
      return kf.event({
        event_type: 'session_status_change',
        external_userid: user,
        change_type: 3,
        old_servicer_userid: servicer,
        msg_code: `end-${user}`,
      });
    },
    revoke() {
      dead = tokens;
      tokens += 1;
    },
    advance(ms) {
      offset += ms;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return kf;
}
