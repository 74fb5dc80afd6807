import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import * as oracle from '@wecom/crypto';
import { decrypt, encrypt, isAesKey, isEqual, sign } from '../../../src/channels/wechat/crypto';

/** A key as the console makes it. */
const newKey = () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 43 }, () => alphabet[randomInt(alphabet.length)]).join('');
};

describe('vectors of the platform', () => {
  /** Of the WeCom sample code. */
  const corp = { key: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', id: 'wx5823bf96d3bd56c7', token: 'QDG6eK' };
  const echo = 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==';

  test('an encrypted echostr opens and its signature fits', () => {
    expect(sign(corp.token, '1409659589', '263014780', echo)).toBe('5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3');
    expect(decrypt(corp.key, corp.id, echo)).toBe('1616140317555161061');
  });

  test('the sample of the official account encrypts to the published text', () => {
    const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
    expect(encrypt(key, 'wxb11529c136998cb6', '我是中文abcd123', Buffer.from('aaaabbbbccccdddd'))).toBe(
      'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==',
    );
  });
});

describe('compared with @wecom/crypto', () => {
  const cases = Array.from({ length: 300 }, (_, length) => {
    const message = Array.from({ length }, () => String.fromCodePoint([0x41, 0x4e2d, 0x1f600, 0x3c, 0xa][randomInt(5)] ?? 0)).join('');
    return { key: newKey(), id: `wx${randomBytes(8).toString('hex')}`, message };
  });

  test('what it encrypts is opened, at every length of the padding', () => {
    for (const { key, id, message } of cases) expect(decrypt(key, id, oracle.encrypt(key, message, id))).toBe(message);
  });

  test('what we encrypt it opens, byte for byte the same for the same random part', () => {
    for (const { key, id, message } of cases) {
      const random = randomBytes(16);
      expect(encrypt(key, id, message, random)).toBe(oracle.encrypt(key, message, id, random));
    }
  });

  test('signatures are the same, parts sorted as strings', () => {
    for (const { key, message } of cases) {
      const [timestamp, nonce] = [String(randomInt(2 ** 40)), String(randomInt(2 ** 31))];
      expect(sign(key, timestamp, nonce, message)).toBe(oracle.getSignature(key, timestamp, nonce, message));
    }
  });
});

describe('what does not open', () => {
  const key = newKey();
  const sealed = oracle.encrypt(key, 'hello', 'wx1');

  /** Sealed with the right key, but not as the rules say: another padding byte, another length. */
  function madeWrongly({ padding, length }: { readonly padding?: number; readonly length?: number }): string {
    const head = Buffer.alloc(20);
    head.writeUInt32BE(length ?? 5, 16);
    const plain = Buffer.concat([head, Buffer.from('hellowx1')]);
    const rest = 32 - (plain.length % 32);
    const bytes = Buffer.from(`${key}=`, 'base64');
    const cipher = createCipheriv('aes-256-cbc', bytes, bytes.subarray(0, 16)).setAutoPadding(false);
    return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(rest, padding ?? rest)), cipher.final()]).toString('base64');
  }

  test('sealed by hand as the rules say opens', () => {
    expect(decrypt(key, 'wx1', madeWrongly({}))).toBe('hello');
  });

  test.each([0, 1, 33, 48, 255])('a padding of %i is refused', (padding) => {
    expect(() => decrypt(key, 'wx1', madeWrongly({ padding }))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^WECHAT_/) }),
    );
  });

  test.each([0, 4, 6, 9, 99_999, 2 ** 31, 2 ** 32 - 1])('a length of %i is refused', (length) => {
    expect(() => decrypt(key, 'wx1', madeWrongly({ length }))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^WECHAT_/) }),
    );
  });

  test.each([
    ['another key', () => decrypt(newKey(), 'wx1', sealed), 'WECHAT_CIPHER'],
    ['another receiver', () => decrypt(key, 'wx2', sealed), 'WECHAT_RECEIVER'],
    ['a receiver that only begins the same', () => decrypt(key, 'wx', sealed), 'WECHAT_RECEIVER'],
    ['no receiver', () => decrypt(key, 'wx1', oracle.encrypt(key, 'hello', '')), 'WECHAT_RECEIVER'],
    ['half a block', () => decrypt(key, 'wx1', sealed.slice(0, 22)), 'WECHAT_CIPHER'],
    ['nothing', () => decrypt(key, 'wx1', ''), 'WECHAT_CIPHER'],
    ['no base64', () => decrypt(key, 'wx1', '你好'), 'WECHAT_CIPHER'],
    ['random bytes', () => decrypt(key, 'wx1', randomBytes(64).toString('base64')), 'WECHAT_CIPHER'],
  ])('%s is refused by its code', (_, open, code) => {
    expect(open).toThrow(expect.objectContaining({ code }));
  });
});

test('a key is 43 characters', () => {
  expect(isAesKey(newKey())).toBe(true);
  for (const wrong of ['', newKey().slice(1), `${newKey()}A`, `${newKey().slice(1)}=`, `${newKey().slice(1)} `])
    expect(isAesKey(wrong)).toBe(false);
});

test('equal is what has the same characters', () => {
  expect(isEqual('abc', 'abc')).toBe(true);
  expect(isEqual('abc', 'abd')).toBe(false);
  expect(isEqual('abc', 'abcd')).toBe(false);
  expect(isEqual('', '')).toBe(true);
});
