import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { transformSync } from '@swc/core';

/** What happened to one delivery of the platform. */
export interface Attempt {
  readonly ms: number;
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly timeout?: boolean;
  readonly error?: string;
}
export interface Delivered {
  readonly attempts: readonly Attempt[];
  readonly notice?: boolean;
  readonly ok?: boolean;
  readonly toHuman?: boolean;
}
/** A line on the user's screen. */
export interface Shown {
  readonly from: 'user' | 'bot' | 'human' | 'system';
  readonly via?: 'reply' | 'send' | 'template' | 'subscribe';
  readonly text?: string;
  readonly msgmenu?: { readonly head_content: string; readonly list: readonly { readonly id: string; readonly content: string }[] };
  readonly data?: Readonly<Record<string, { readonly value: string }>>;
}
export interface ApiCall {
  readonly path: string;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, string>>;
  readonly text: string;
  readonly answer?: unknown;
}

/** The stand-in for WeChat's servers that lies beside this repository; see its file for all it does. */
export interface Simulator {
  readonly apiBase: string;
  readonly token: string;
  readonly appid: string;
  readonly secret: string;
  readonly ghId: string;
  webhook: string;
  mode: string;
  account: string;
  ipAllowed: boolean;
  timeoutMs: number;
  attempts: number;
  readonly encodingAESKey: string;
  readonly calls: ApiCall[];
  readonly problems: readonly unknown[];
  readonly credits: Map<string, number>;
  readonly kfAccounts: unknown[];
  offset: number;
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  advance(ms: number): void;
  screen(openid: string): readonly Shown[];
  user(openid: string): { left: number; until: number; subscribed: boolean };
  say(openid: string, text: string, extra?: object): Promise<Delivered>;
  tapMenu(openid: string, id: string, label: string): Promise<Delivered>;
  image(openid: string, bytes?: Buffer, type?: string): Promise<Delivered>;
  voice(openid: string, recognition?: string): Promise<Delivered>;
  video(openid: string, short?: boolean): Promise<Delivered>;
  location(openid: string, x: number, y: number, label: string): Promise<Delivered>;
  link(openid: string, title: string, url: string): Promise<Delivered>;
  event(openid: string, name: string, more?: object): Promise<Delivered>;
  message(openid: string, fields: object): Promise<Delivered>;
  verify(overrides?: object): Promise<{ readonly ok: boolean; readonly status?: number; readonly body?: string }>;
  sign(xml: string, openid?: string): { readonly query: URLSearchParams; readonly body: string };
  send(method: string, query: URLSearchParams, body: string | null): Promise<Attempt>;
  fault(path: string, fault: object): void;
  expireToken(): void;
  stealToken(): void;
  humanSays(openid: string, text: string): void;
  closeHuman(openid: string): Promise<Delivered>;
}

const FILE = process.env.WECHAT_SIM ?? path.join(__dirname, '../../../../shared/wechat-sim/wechat-sim.mjs');

/** Why tests with the stand-in cannot run here; undefined when they can. */
export const withoutSimulator = existsSync(FILE) ? undefined : `no stand-in for WeChat at ${FILE}; set WECHAT_SIM to its file`;

/** `describe` for tests with the stand-in: skipped, with the reason in the name, where it is absent. */
export const describeWithSimulator: (name: string, body: () => void) => void =
  withoutSimulator === undefined ? describe : (name, body) => describe.skip(`${name} (${withoutSimulator})`, body);

/** Makes one. It is an ES module that finds its package from here, so it is loaded by hand. */
export function newSimulator(options: object = {}): Simulator {
  const source = readFileSync(FILE, 'utf8').replace(/\nif \(process\.argv\[1\][^\n]*\n?$/, '\n');
  const { code } = transformSync(source, {
    jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
    module: { type: 'commonjs', importInterop: 'node' },
  });
  const module: { exports: { WeChatSim?: new (options: object) => Simulator } } = { exports: {} };
  new Function('require', 'exports', 'module', code)(createRequire(__filename), module.exports, module);
  const { WeChatSim } = module.exports;
  if (!WeChatSim) throw new Error('the stand-in exports no WeChatSim');
  return new WeChatSim(options);
}
