import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Signature and cipher of the message push, the same for 公众号, mini-programs and WeCom: sha1 of the sorted parts; AES-256-CBC of 16 random
 * bytes, the length (4 bytes, big-endian), the message and the receiver's id, padded by PKCS7 to 32.
 * Source: developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md.
 */

/** A ciphertext that does not open, or that was made for somebody else. */
export class CipherError extends Error {
  constructor(
    readonly code: 'WECHAT_CIPHER' | 'WECHAT_RECEIVER',
    message: string,
  ) {
    super(message);
    this.name = 'CipherError';
  }
}

const BLOCK = 32;
const RANDOM_BYTES = 16;
const HEAD_BYTES = RANDOM_BYTES + 4;

/** An EncodingAESKey: 43 characters that are 32 bytes in base64. */
export function isAesKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}$/.test(text);
}

/** Lower-case hex sha1 of the parts, sorted as strings. */
export function sign(...parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');
}

/** Compares in a time that tells nothing of where the two differ. */
export function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Base64. `random` is for tests. */
export function encrypt(aesKey: string, receiver: string, message: string, random: Buffer = randomBytes(RANDOM_BYTES)): string {
  const key = keyOf(aesKey);
  const content = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const plain = Buffer.concat([random, length, content, Buffer.from(receiver)]);
  const padding = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]).toString('base64');
}

/** The message. Throws CipherError when the key is another one, the text was changed, or it was not made for `receiver`. */
export function decrypt(aesKey: string, receiver: string, encrypted: string): string {
  const plain = open(keyOf(aesKey), encrypted);
  const end = HEAD_BYTES + (plain.length < HEAD_BYTES ? 0 : plain.readUInt32BE(RANDOM_BYTES));
  if (plain.length < HEAD_BYTES || end > plain.length) throw new CipherError('WECHAT_CIPHER', 'the message is longer than what came');
  if (!isEqual(plain.subarray(end).toString('utf8'), receiver)) throw new CipherError('WECHAT_RECEIVER', 'the message is for another id');
  return plain.subarray(HEAD_BYTES, end).toString('utf8');
}

function open(key: Buffer, encrypted: string): Buffer {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length === 0 || bytes.length % 16 !== 0) throw new CipherError('WECHAT_CIPHER', 'not a whole number of blocks');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padding = padded[padded.length - 1] ?? 0;
  const tail = padded.subarray(padded.length - padding);
  const isPadded = padding >= 1 && padding <= BLOCK && padding <= padded.length && tail.every((byte) => byte === padding);
  if (!isPadded) throw new CipherError('WECHAT_CIPHER', 'the padding is wrong: another key, or a changed text');
  return padded.subarray(0, padded.length - padding);
}

function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, 'base64');
}
