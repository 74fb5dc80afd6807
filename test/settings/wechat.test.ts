import os from 'node:os';
import { readConfig } from '../../src/config';

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const wechat = { WECHAT_APP_ID: 'wx0123456789abcdef', WECHAT_TOKEN: 'tok3n', WECHAT_AES_KEY: KEY };
const wecom = { WECOM_CORP_ID: 'ww0123456789abcdef', WECOM_SECRET: 's', WECOM_TOKEN: 'tok3n', WECOM_AES_KEY: KEY };
const read = (env: Record<string, string>) => readConfig(env, os.tmpdir());
const faultsOf = (env: Record<string, string>) => {
  const result = read(env);
  return result.kind === 'refused' ? result.faults : [];
};
const configOf = (env: Record<string, string>) => {
  const result = read(env);
  if (result.kind === 'refused') throw new Error(result.faults.join());
  return result.config;
};

test('without settings both channels are off', () => {
  expect(configOf({})).toMatchObject({ wechat: undefined, wecom: undefined });
});

test('an app id, a token and a key are an account in safe mode', () => {
  expect(configOf(wechat).wechat).toEqual({
    ...{ appId: 'wx0123456789abcdef', secret: undefined, token: 'tok3n', aesKey: KEY, previousKey: undefined, kind: 'service' },
    ...{ apiBase: 'https://api.weixin.qq.com', handsOver: false },
    templates: { template: undefined, subscription: undefined, fields: { thing1: 'notice', character_string2: 'case', time3: 'time' } },
  });
});

test('plain mode has no key', () => {
  const { WECHAT_AES_KEY: _, ...plain } = wechat;
  expect(configOf({ ...plain, WECHAT_MODE: 'plain', WECHAT_API_BASE: 'http://127.0.0.1:8080/' }).wechat).toMatchObject({
    ...{ aesKey: undefined, apiBase: 'http://127.0.0.1:8080' },
  });
});

test('an account of WeCom is whole or none', () => {
  expect(configOf(wecom).wecom).toMatchObject({ corpId: 'ww0123456789abcdef', apiBase: 'https://qyapi.weixin.qq.com', handsOver: false });
  expect(faultsOf({ WECOM_CORP_ID: 'ww1' })).toEqual([
    'WECOM_SECRET: is needed because WECOM_CORP_ID is set',
    'WECOM_TOKEN: is needed because WECOM_CORP_ID is set',
    'WECOM_AES_KEY: is needed because WECOM_CORP_ID is set',
  ]);
});

describe('what cannot work is named before the start', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['no token', { WECHAT_APP_ID: 'wx1' }, /^WECHAT_TOKEN: is needed/],
    ['no app id', { WECHAT_TOKEN: 'abc' }, /^WECHAT_APP_ID: is needed/],
    ['no key in safe mode', { WECHAT_APP_ID: 'wx1', WECHAT_TOKEN: 'abc' }, /^WECHAT_AES_KEY: is needed because WECHAT_MODE=safe/],
    ['a key of 42 characters', { ...wechat, WECHAT_AES_KEY: KEY.slice(1) }, /^WECHAT_AES_KEY: .* this one has 42 characters/],
    ['a key with its =', { ...wechat, WECHAT_AES_KEY: `${KEY}=` }, /has 44 characters/],
    ['a key with strange characters', { ...wechat, WECHAT_AES_KEY: `${KEY.slice(1)}!` }, /are no letters or digits/],
    ['plain mode with a key', { ...wechat, WECHAT_MODE: 'plain' }, /^WECHAT_MODE: plain takes no messages while WECHAT_AES_KEY is set/],
    ['an unknown mode', { ...wechat, WECHAT_MODE: 'open' }, /^WECHAT_MODE: must be one of safe, compat, plain/],
    ['an unknown kind', { ...wechat, WECHAT_ACCOUNT: 'x' }, /^WECHAT_ACCOUNT: must be one of/],
    ['an API in the clear', { ...wechat, WECHAT_API_BASE: 'http://api.example.com' }, /^WECHAT_API_BASE: must be an https URL/],
    ['a token of the wrong form', { ...wechat, WECHAT_TOKEN: 'a b' }, /^WECHAT_TOKEN: must be/],
    ['a field of nothing', { ...wechat, WECHAT_NOTICE_FIELDS: 'thing1=name' }, /^WECHAT_NOTICE_FIELDS: must be pairs/],
    ['only the key before', { WECHAT_AES_KEY_PREVIOUS: KEY }, /^WECHAT_APP_ID: is needed/],
  ])('%s', (_, env, fault) => {
    expect(faultsOf(env)).toContainEqual(expect.stringMatching(fault));
    expect(faultsOf(env).join()).not.toContain(KEY);
  });
});
