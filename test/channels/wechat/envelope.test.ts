import * as oracle from '@wecom/crypto';
import { type Credentials, openCheck, openPush, openSealedCheck, type Refused } from '../../../src/channels/wechat/envelope';
import { parseXml } from '../../../src/channels/wechat/xml';
import { fastest } from '../../fastest';

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const OTHER_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const NOW = 1_772_600_000_000;
const SECONDS = String(NOW / 1000);
const safe: Credentials = { token: 'spamtest', aesKey: KEY, previousKey: undefined, receiver: 'wx2c2769f8efd9abc2' };
const plain: Credentials = { ...safe, aesKey: undefined };

const XML = (text: string) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content><MsgId>7250021412600020992</MsgId></xml>`;

interface Options {
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly token?: string;
  readonly key?: string;
  readonly receiver?: string;
  readonly drop?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
}

function queryOf(options: Options, sealed?: string): URLSearchParams {
  const { timestamp = SECONDS, nonce = '42', token = safe.token } = options;
  const encrypted = sealed && { encrypt_type: 'aes', msg_signature: oracle.getSignature(token, timestamp, nonce, sealed) };
  const signature = oracle.getSignature(token, timestamp, nonce, '');
  const fields = { signature, timestamp, nonce, openid: 'o1', ...encrypted, ...options.set };
  return new URLSearchParams(Object.entries(fields).filter(([name]) => !options.drop?.includes(name)));
}

function sealed(text: string, options: Options = {}, mode: 'safe' | 'compat' = 'safe') {
  const { key = KEY, receiver = safe.receiver } = options;
  const encrypted = oracle.encrypt(key, XML(text), receiver);
  const body =
    mode === 'safe'
      ? `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
      : XML(text).replace('</xml>', `<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`);
  return { query: queryOf(options, encrypted), body };
}

const codeOf = (opened: { kind: string } | Refused) => ('code' in opened ? opened.code : opened.kind);
const contentOf = (opened: ReturnType<typeof openPush>) => (opened.kind === 'push' ? opened.fields.Content : opened.code);

describe('the published request in compat mode', () => {
  const query = new URLSearchParams({
    ...{ timestamp: '1409735669', nonce: '1320562132', encrypt_type: 'aes' },
    msg_signature: '5d197aaffba7e9b25a30732f161a50dee96bd5fa',
  });
  const body =
    '<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName><CreateTime>1409735668</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[abcdteT]]></Content><MsgId>6054768590064713728</MsgId><Encrypt><![CDATA[hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=]]></Encrypt></xml>';

  test('opens at its time', () => {
    const opened = openPush({ query, body }, safe, 1_409_735_669_000);
    expect(opened.kind === 'push' && opened.fields).toMatchObject({ Content: 'abcdteT', MsgId: '6054768590064713728' });
  });

  test('is refused years later', () => {
    expect(openPush({ query, body }, safe, NOW)).toEqual({ kind: 'refused', code: 'WECHAT_STALE' });
  });
});

describe('messages', () => {
  test.each(['safe', 'compat'] as const)('%s mode opens, and the answer is encrypted for the account with the request nonce', (mode) => {
    const opened = openPush(sealed('你好 007', {}, mode), safe, NOW);
    expect(contentOf(opened)).toBe('你好 007');
    if (opened.kind !== 'push') return;
    const { text, contentType } = opened.wrap({ MsgType: 'text', Content: '好' }, NOW);
    expect(contentType).toMatch(/^text\/xml/);
    const answer = parseXml(text) as Record<string, string>;
    expect(answer).toMatchObject({ Nonce: '42', TimeStamp: SECONDS });
    expect(answer.MsgSignature).toBe(oracle.getSignature(safe.token, SECONDS, '42', answer.Encrypt ?? ''));
    expect(oracle.decrypt(KEY, answer.Encrypt ?? '')).toMatchObject({
      id: safe.receiver,
      message: '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[好]]></Content></xml>',
    });
  });

  test('plain mode opens and answers plainly', () => {
    const opened = openPush({ query: queryOf({}), body: XML('hi') }, plain, NOW);
    expect(contentOf(opened)).toBe('hi');
    expect(opened.kind === 'push' && opened.wrap({ A: 'b' }, NOW).text).toBe('<xml><A><![CDATA[b]]></A></xml>');
  });

  test('words that look like the cipher do not hide it', () => {
    const words = '<Encrypt>AAAA</Encrypt>';
    expect(contentOf(openPush(sealed(words, {}, 'compat'), safe, NOW))).toBe(words);
    expect(contentOf(openPush({ query: queryOf({}), body: XML(words) }, plain, NOW))).toBe(words);
  });

  test('JSON bodies open, with numbers as the text they came as', () => {
    const message =
      '{"FromUserName":"o1","CreateTime":1,"MsgId":7250021412600020992,"Location_X":23.10,"Content":"say \\"12\\" 3","B":true}';
    const encrypted = oracle.encrypt(KEY, message, safe.receiver);
    const body = JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypted });
    const opened = openPush({ query: queryOf({}, encrypted), body }, safe, NOW);
    expect(opened.kind === 'push' && opened.fields).toEqual({
      ...{ FromUserName: 'o1', CreateTime: '1', MsgId: '7250021412600020992', Location_X: '23.10', Content: 'say "12" 3', B: 'true' },
    });
    const answer = opened.kind === 'push' ? JSON.parse(opened.wrap({ A: 'b' }, NOW).text) : {};
    expect(oracle.decrypt(KEY, answer.Encrypt).message).toBe('{"A":"b"}');
  });

  test('the key before the last change still opens, and answers go out in it', () => {
    const rotating = { ...safe, aesKey: OTHER_KEY, previousKey: KEY };
    const opened = openPush(sealed('old'), rotating, NOW);
    expect(contentOf(opened)).toBe('old');
    const answer = opened.kind === 'push' ? (parseXml(opened.wrap({ A: 'b' }, NOW).text) as Record<string, string>) : {};
    expect(oracle.decrypt(KEY, answer.Encrypt ?? '').id).toBe(safe.receiver);
    expect(contentOf(openPush(sealed('new', { key: OTHER_KEY }), rotating, NOW))).toBe('new');
  });
});

describe('what is not proved is refused', () => {
  const withBody = (body: string) => ({ ...sealed('x'), body });
  test.each<[string, { query: URLSearchParams; body: string }, Credentials, string]>([
    ['another token', sealed('x', { token: 'guess' }), safe, 'WECHAT_SIGNATURE'],
    ['no msg_signature', sealed('x', { drop: ['msg_signature'] }), safe, 'WECHAT_DOWNGRADE'],
    [
      'a msg_signature twice',
      { ...sealed('x'), query: new URLSearchParams(`${sealed('x').query}&msg_signature=1`) },
      safe,
      'WECHAT_DOWNGRADE',
    ],
    ['a changed cipher', withBody(sealed('y').body), safe, 'WECHAT_SIGNATURE'],
    ['another nonce', sealed('x', { set: { nonce: '43' } }), safe, 'WECHAT_SIGNATURE'],
    ['a plain body while a key is set', { query: queryOf({}), body: XML('x') }, safe, 'WECHAT_DOWNGRADE'],
    ['a plain body that says raw', { query: queryOf({ set: { encrypt_type: 'raw' } }), body: XML('x') }, safe, 'WECHAT_DOWNGRADE'],
    ['eleven minutes old', sealed('x', { timestamp: String(NOW / 1000 - 660) }), safe, 'WECHAT_STALE'],
    ['eleven minutes ahead', sealed('x', { timestamp: String(NOW / 1000 + 660) }), safe, 'WECHAT_STALE'],
    ['no time', sealed('x', { timestamp: 'now' }), safe, 'WECHAT_STALE'],
    ['another key', sealed('x', { key: OTHER_KEY }), safe, 'WECHAT_CIPHER'],
    ['another app id inside', sealed('x', { receiver: 'wxother' }), safe, 'WECHAT_RECEIVER'],
    ['encrypted although no key is set', sealed('x'), plain, 'WECHAT_KEY_MISSING'],
    ['plain without a signature', { query: queryOf({ drop: ['signature'] }), body: XML('x') }, plain, 'WECHAT_SIGNATURE'],
    ['plain with an old triple', { query: queryOf({ timestamp: '1409735669' }), body: XML('x') }, plain, 'WECHAT_STALE'],
  ])('%s', (_, request, credentials, code) => {
    expect(codeOf(openPush(request, credentials, NOW))).toBe(code);
  });
});

describe('proved requests with hostile content are refused within 200 ms', () => {
  const NESTED = 100_000;
  const RUNS = 5;
  const bodies: readonly [string, string][] = [
    ['another root', '<foo/>'],
    ['nothing', ''],
    ['nested tags', `${'<a>'.repeat(NESTED)}${'</a>'.repeat(NESTED)}`],
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>'],
    ['cut short', XML('x').slice(0, 80)],
    ['bytes', '\u0000\u0001\ufffd<\u0002>'],
    ['nested JSON', `{"a":${'['.repeat(NESTED)}`],
    ['quotes without an end', `{${'\\"'.repeat(NESTED)}`],
    ['a list', '[1]'],
  ];
  test.each(bodies)('%s in plain mode', async (_, body) => {
    const open = () => expect(codeOf(openPush({ query: queryOf({}), body }, plain, NOW))).toBe('WECHAT_XML');
    expect(await fastest(199, open, RUNS)).toBeLessThan(200);
  });

  test.each(bodies)('%s inside the cipher', async (_, content) => {
    const encrypted = oracle.encrypt(KEY, content, safe.receiver);
    const body = `<xml><Encrypt>${encrypted}</Encrypt></xml>`;
    const query = queryOf({}, encrypted);
    const open = () => expect(codeOf(openPush({ query, body }, safe, NOW))).toBe('WECHAT_XML');
    expect(await fastest(199, open, RUNS)).toBeLessThan(200);
  });

  test.each(bodies)('%s instead of a cipher', (_, body) => {
    expect(codeOf(openPush({ query: queryOf({}, 'x'), body }, safe, NOW))).toBe('WECHAT_DOWNGRADE');
  });

  test('a proved cipher in a broken envelope', () => {
    const encrypted = oracle.encrypt(KEY, XML('x'), safe.receiver);
    for (const body of [
      `<foo><Encrypt>${encrypted}</Encrypt></foo>`,
      `<xml><Encrypt>${encrypted}</Encrypt>`,
      `<Encrypt>${encrypted}</Encrypt>`,
    ])
      expect(codeOf(openPush({ query: queryOf({}, encrypted), body }, safe, NOW))).toBe('WECHAT_XML');
  });

  test('control characters in the words are dropped and the rest is read', () => {
    expect(contentOf(openPush(sealed('a\u0000\u000bb'), safe, NOW))).toBe('ab');
  });
});

describe('the check of the address', () => {
  test('gives back the echostr only when proved', () => {
    const check = (options: Options) => openCheck(queryOf({ ...options, set: { echostr: '123<b>', ...options.set } }), safe, NOW);
    expect(check({})).toEqual({ kind: 'echo', text: '123<b>' });
    expect(codeOf(check({ token: 'guess' }))).toBe('WECHAT_SIGNATURE');
    expect(codeOf(check({ drop: ['signature'] }))).toBe('WECHAT_SIGNATURE');
    expect(codeOf(check({ timestamp: '1' }))).toBe('WECHAT_STALE');
  });

  test('of WeCom is opened first (published vector)', () => {
    const corp = { token: 'QDG6eK', aesKey: OTHER_KEY, previousKey: undefined, receiver: 'wx5823bf96d3bd56c7' };
    const echostr = 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==';
    const query = (signature: string) =>
      new URLSearchParams({ msg_signature: signature, timestamp: '1409659589', nonce: '263014780', echostr });
    const at = 1_409_659_589_000;
    expect(openSealedCheck(query('5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3'), corp, at)).toEqual({
      kind: 'echo',
      text: '1616140317555161061',
    });
    expect(codeOf(openSealedCheck(query('00'), corp, at))).toBe('WECHAT_SIGNATURE');
    expect(codeOf(openSealedCheck(query('5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3'), { ...corp, receiver: 'other' }, at))).toBe(
      'WECHAT_RECEIVER',
    );
  });
});
