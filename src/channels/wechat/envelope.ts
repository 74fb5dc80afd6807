import { type CipherError, decrypt, encrypt, isEqual, sign } from './crypto';
import { parseXml, type Writable, writeXml, type XmlElement, XmlError } from './xml';

/** Proof of the sender and the wrapping of a message push, before anything is made of what it says. */

/** How the account is set up in its console. */
export interface Credentials {
  readonly token: string;
  /** Absent in plain mode. With a key nothing unencrypted is taken, whatever a request says of itself. */
  readonly aesKey: string | undefined;
  /** The key before the last change; messages already under way still come in it. */
  readonly previousKey: string | undefined;
  /** Whom messages are encrypted for: app id, corp id. */
  readonly receiver: string;
}

/** A request as far as its proof goes. */
export interface PushRequest {
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Why a request is not taken; the caller never hears it. */
export type Refusal =
  /** The token differs, or somebody guesses. */
  | 'WECHAT_SIGNATURE'
  /** More than ten minutes from our clock. */
  | 'WECHAT_STALE'
  /** Seen before. */
  | 'WECHAT_REPLAY'
  /** A key is set, but the message is not encrypted. */
  | 'WECHAT_DOWNGRADE'
  /** Encrypted, but no key is set. */
  | 'WECHAT_KEY_MISSING'
  /** The proof fits, the key does not: another EncodingAESKey. */
  | 'WECHAT_CIPHER'
  /** Encrypted for another app id. */
  | 'WECHAT_RECEIVER'
  | 'WECHAT_XML'
  | 'WECHAT_TOO_LARGE';

export interface Refused {
  readonly kind: 'refused';
  readonly code: Refusal;
}

/** A message with its proof. */
export interface Push {
  readonly kind: 'push';
  readonly fields: XmlElement;
  /** Wraps an answer as this request asks for it. `at` in ms since 1970. */
  wrap(fields: { readonly [name: string]: Writable | undefined }, at: number): { readonly text: string; readonly contentType: string };
}

/** How far the clocks may differ, and how long a request may be on its way. */
export const MAX_AGE_MS = 10 * 60_000;

const refused = (code: Refusal): Refused => ({ kind: 'refused', code });

/** A parameter that is there once; a repeated one would be read differently by different readers. */
function param(query: URLSearchParams, name: string): string {
  const all = query.getAll(name);
  return all.length === 1 ? (all[0] ?? '') : '';
}

/** Undefined when the parts prove the sender and the time is near `now` (ms since 1970). */
function faultOfProof(query: URLSearchParams, proof: { readonly name: string; readonly parts: readonly string[] }, now: number) {
  const timestamp = param(query, 'timestamp');
  if (!isEqual(param(query, proof.name), sign(timestamp, param(query, 'nonce'), ...proof.parts))) return refused('WECHAT_SIGNATURE');
  const isNear = /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - now) <= MAX_AGE_MS;
  return isNear ? undefined : refused('WECHAT_STALE');
}

/** The answer to the console's check of the address (GET): the text to send back. */
export function openCheck(query: URLSearchParams, { token }: Credentials, now: number): { kind: 'echo'; text: string } | Refused {
  return faultOfProof(query, { name: 'signature', parts: [token] }, now) ?? { kind: 'echo', text: param(query, 'echostr') };
}

/** The same at WeCom, which encrypts the text. */
export function openSealedCheck(query: URLSearchParams, credentials: Credentials, now: number): { kind: 'echo'; text: string } | Refused {
  const sealed = param(query, 'echostr');
  const fault = faultOfProof(query, { name: 'msg_signature', parts: [credentials.token, sealed] }, now);
  if (fault) return fault;
  const opened = unlock(sealed, credentials);
  return opened.kind === 'refused' ? opened : { kind: 'echo', text: opened.text };
}

/** A message (POST), proved and opened. `now` in ms since 1970. */
export function openPush({ query, body }: PushRequest, credentials: Credentials, now: number): Push | Refused {
  const isJson = body.trimStart().startsWith('{');
  if (credentials.aesKey === undefined) return openPlain(query, body, credentials, now);
  const candidates = isJson ? sealedInJson(body) : sealedInXml(body);
  if (candidates.length === 0 || param(query, 'msg_signature') === '') return refused('WECHAT_DOWNGRADE');
  const proofs = candidates.map((sealed) => ({
    sealed,
    fault: faultOfProof(query, { name: 'msg_signature', parts: [credentials.token, sealed] }, now),
  }));
  const proved = proofs.find(({ fault }) => fault === undefined);
  if (!proved) return proofs[0]?.fault ?? refused('WECHAT_SIGNATURE');
  // What was proved must be what a reader finds there.
  const outer = read(body)?.Encrypt;
  if (typeof outer !== 'string' || outer.trim() !== proved.sealed) return refused('WECHAT_XML');
  const opened = unlock(proved.sealed, credentials);
  if (opened.kind === 'refused') return opened;
  const fields = read(opened.text);
  return fields ? { kind: 'push', fields, wrap: sealer(credentials, opened.key, param(query, 'nonce'), isJson) } : refused('WECHAT_XML');
}

function sealer({ token, receiver }: Credentials, key: string, nonce: string, isJson: boolean): Push['wrap'] {
  return (answer, at) => {
    const Encrypt = encrypt(key, receiver, write(answer, isJson));
    const TimeStamp = Math.floor(at / 1000);
    const envelope = { Encrypt, MsgSignature: sign(token, String(TimeStamp), nonce, Encrypt), TimeStamp, Nonce: nonce };
    return { text: write(envelope, isJson), contentType: typeOf(isJson) };
  };
}

function openPlain(query: URLSearchParams, body: string, { token }: Credentials, now: number): Push | Refused {
  const fault = faultOfProof(query, { name: 'signature', parts: [token] }, now);
  if (fault) return fault;
  const fields = read(body);
  if (!fields) return refused('WECHAT_XML');
  if (fields.Encrypt !== undefined && fields.MsgType === undefined) return refused('WECHAT_KEY_MISSING');
  const isJson = body.trimStart().startsWith('{');
  return { kind: 'push', fields, wrap: (answer) => ({ text: write(answer, isJson), contentType: typeOf(isJson) }) };
}

/** Opens with the key, else with the one before it; answers go out in the key that fitted. */
function unlock(sealed: string, { aesKey, previousKey, receiver }: Credentials): { kind: 'ok'; text: string; key: string } | Refused {
  let fault: Refused = refused('WECHAT_KEY_MISSING');
  for (const key of [aesKey, previousKey]) {
    if (key === undefined) continue;
    try {
      return { kind: 'ok', text: decrypt(key, receiver, sealed), key };
    } catch (error) {
      const { code } = error as CipherError;
      if (fault.code !== 'WECHAT_RECEIVER') fault = refused(code);
    }
  }
  return fault;
}

/**
 * Found without a parser: nothing is parsed before its proof. The first and the last, since in compat mode the user's words stand beside it
 * and may read like it.
 */
function sealedInXml(body: string): readonly string[] {
  const starts = [...new Set([body.indexOf('<Encrypt>'), body.lastIndexOf('<Encrypt>')])];
  return starts.flatMap((from) => {
    const end = body.indexOf('</Encrypt>', from);
    if (from < 0 || end < 0) return [];
    const content = body.slice(from + '<Encrypt>'.length, end).trim();
    return (
      /^(?:<!\[CDATA\[([A-Za-z0-9+/=]+)\]\]>|([A-Za-z0-9+/=]+))$/
        .exec(content)
        ?.slice(1)
        .find((text) => text !== undefined) ?? []
    );
  });
}

function sealedInJson(body: string): readonly string[] {
  const sealed = readJson(body)?.Encrypt;
  return typeof sealed === 'string' ? [sealed] : [];
}

function read(text: string): XmlElement | undefined {
  if (text.trimStart().startsWith('{')) return readJson(text);
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** The fields with every number as the text it came as: a MsgId does not fit a JavaScript number. Undefined when it is no JSON object. */
function readJson(text: string): XmlElement | undefined {
  try {
    // Once to know that it is JSON: only then are strings told from numbers by the pattern.
    JSON.parse(text);
    const value: unknown = JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as XmlElement) : undefined;
  } catch {
    return undefined; // no JSON
  }
}

const write = (fields: { readonly [name: string]: Writable | undefined }, isJson: boolean) =>
  isJson ? JSON.stringify(fields) : writeXml(fields);
const typeOf = (isJson: boolean) => (isJson ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8');
