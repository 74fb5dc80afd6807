import { randomInt } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encrypt, sign } from '../../src/channels/wechat/crypto';
import { writeXml } from '../../src/channels/wechat/xml';
import { linesOf } from '../turn/load';

export const ACCOUNT = {
  appId: 'wxbench0000000000',
  secret: 'bench',
  token: 'benchToken',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};

/** Users, each with the script's lines; `pauseMs` is how long one reads and types, 0: no time at all. */
export interface Plan {
  readonly users: number;
  readonly pauseMs: number;
  readonly seconds: number;
}

/** Ms from a delivery to its passive reply, sorted. */
export interface Load {
  readonly replied: readonly number[];
  /** Answered with `success`: the reply comes by the API. */
  readonly late: number;
  readonly seconds: number;
}

/** The platform's API: a token for who asks, ok for everything else. */
export async function startPlatform(): Promise<{ readonly url: string; stop(): void }> {
  const server = http.createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{"errcode":0,"access_token":"t","expires_in":7200}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

let messages = 24_000_000_000_000_000n;
let people = 0;

/** Plays the plan in safe mode; every request has a connection, nonce and cipher of its own, as the platform's have. */
export async function play(base: string, { users, pauseMs, seconds }: Plan): Promise<Load> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: users });
  const replied: number[] = [];
  let late = 0;
  const begun = performance.now();
  const isOver = () => performance.now() - begun > seconds * 1000;
  async function user(): Promise<void> {
    await delay(pauseMs * Math.random());
    while (!isOver()) {
      people += 1;
      const person = people;
      for (const line of linesOf(person)) {
        if (isOver()) return;
        const { query, body } = seal(`o_bench_${process.pid}_${person}`, line);
        const at = performance.now();
        const answer = await post(`${base}/api/wechat?${query}`, body, agent);
        if (answer === 'success') late += 1;
        else replied.push(performance.now() - at);
        if (pauseMs > 0) await delay(pauseMs * (0.5 + Math.random()));
      }
    }
  }
  await Promise.all(Array.from({ length: users }, user));
  agent.destroy();
  return { replied: replied.sort((a, b) => a - b), late, seconds: (performance.now() - begun) / 1000 };
}

function seal(openid: string, content: string): { readonly query: URLSearchParams; readonly body: string } {
  messages += 1n;
  const fields = { ToUserName: 'gh_bench', FromUserName: openid, CreateTime: Math.floor(Date.now() / 1000), MsgType: 'text' };
  const sealed = encrypt(ACCOUNT.aesKey, ACCOUNT.appId, writeXml({ ...fields, Content: content, MsgId: String(messages) }));
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = String(randomInt(2 ** 31));
  const query = new URLSearchParams({
    timestamp,
    nonce,
    encrypt_type: 'aes',
    msg_signature: sign(ACCOUNT.token, timestamp, nonce, sealed),
  });
  return { query, body: writeXml({ ToUserName: 'gh_bench', Encrypt: sealed }) };
}

function post(url: string, body: string, agent: http.Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
    const call = http.request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200 && text !== '') resolve(text);
        else reject(new Error(`answered ${response.statusCode} ${text}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}
