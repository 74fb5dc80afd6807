import { z } from 'zod';
import { isAesKey } from '../channels/wechat/crypto';
import { NOTICE_FIELDS, type NoticeField } from '../channels/wechat/notices';
import type { WechatAccount } from '../channels/wechat/wechat';
import type { KfAccount } from '../channels/wecom/wecom';
import { isSafeUrl, oneOf } from './kinds';

/** Settings of 微信公众平台 and of 微信客服 (WeCom KF). */

const text = z.string().optional();
const name = z
  .string()
  .regex(/^\S{1,64}$/, 'must be up to 64 characters without spaces')
  .optional();
const token = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be up to 32 letters or digits, as in the console')
  .optional();
const aesKey = z
  .string()
  .superRefine((value, context) => {
    if (isAesKey(value)) return;
    const what = value.length === 43 ? 'has characters that are no letters or digits' : `has ${value.length} characters`;
    context.addIssue({ code: 'custom', message: `must be the EncodingAESKey of 43 letters and digits; this one ${what}` });
  })
  .optional();
const base = (standard: string) =>
  z.string().refine(isSafeUrl, 'must be an https URL (http only on a loopback address)').prefault(standard);

const FIELD = /^(\w{1,40})=(\w+)$/;
const pairs = (value: string) => value.split(',').map((pair) => FIELD.exec(pair.trim()));

export const WECHAT_SETTINGS = z.object({
  WECHAT_APP_ID: name.describe('AppID of the account; empty switches the channel off.'),
  WECHAT_APP_SECRET: text.describe('AppSecret; without it the bot can only answer within five seconds.'),
  WECHAT_TOKEN: token.describe('Token of the message push, as set in the console.'),
  WECHAT_AES_KEY: aesKey.describe('EncodingAESKey of the message push, 43 characters; once set, nothing unencrypted is taken.'),
  WECHAT_AES_KEY_PREVIOUS: aesKey.describe('The key before it, while it is being changed.'),
  WECHAT_MODE: oneOf(['safe', 'compat', 'plain']).describe(
    'How the console sends messages: safe, compat, plain (never on an open network).',
  ),
  WECHAT_ACCOUNT: oneOf(['service', 'subscription', 'miniprogram']).describe(
    'Kind of account: service (服务号), subscription (订阅号), miniprogram (小程序客服).',
  ),
  WECHAT_API_BASE: base('https://api.weixin.qq.com').describe('Address of the API, or of a stand-in.'),
  WECHAT_HANDOFF: oneOf(['desk', 'wechat']).describe("Who takes over from the bot: our desk, or wechat for the platform's own agents."),
  WECHAT_TEMPLATE_ID: text.describe('Template message for users who agreed to be told of news; empty for none.'),
  WECHAT_SUBSCRIBE_TEMPLATE_ID: text.describe('Template of 订阅通知 for users who gave their consent; empty for none.'),
  WECHAT_NOTICE_FIELDS: z
    .string()
    .refine((value) => pairs(value).every((pair) => NOTICE_FIELDS.includes(pair?.[2] as NoticeField)), {
      error: `must be pairs such as thing1=notice, separated by commas, of ${NOTICE_FIELDS.join(', ')}`,
    })
    .prefault('thing1=notice,character_string2=case,time3=time')
    .describe('Fields of these templates and what they hold: case, notice, time.'),
});

export const WECOM_SETTINGS = z.object({
  WECOM_CORP_ID: name.describe('Corp id (企业ID); empty switches 微信客服 off.'),
  WECOM_SECRET: text.describe('Secret of the app that may call the 微信客服 API.'),
  WECOM_TOKEN: token.describe('Token of the callback of 微信客服.'),
  WECOM_AES_KEY: aesKey.describe('EncodingAESKey of that callback, 43 characters.'),
  WECOM_AES_KEY_PREVIOUS: aesKey.describe('The key before it, while it is being changed.'),
  WECOM_API_BASE: base('https://qyapi.weixin.qq.com').describe('Address of the API, or of a stand-in.'),
  WECOM_HANDOFF: oneOf(['desk', 'wecom']).describe('Who takes over from the bot: our desk, or wecom for the people in 企业微信.'),
});

type Settings = z.infer<typeof WECHAT_SETTINGS> & z.infer<typeof WECOM_SETTINGS>;

/** Takes the settings of both channels out of all settings; undefined: the channel is off. */
export function takeWechat<T extends Settings>(settings: T) {
  const {
    WECHAT_APP_ID,
    WECHAT_APP_SECRET,
    WECHAT_TOKEN,
    WECHAT_AES_KEY,
    WECHAT_AES_KEY_PREVIOUS,
    WECHAT_MODE,
    WECHAT_ACCOUNT,
    ...others
  } = settings;
  const { WECHAT_API_BASE, WECHAT_HANDOFF, WECHAT_TEMPLATE_ID, WECHAT_SUBSCRIBE_TEMPLATE_ID, WECHAT_NOTICE_FIELDS, ...corp } = others;
  const { WECOM_CORP_ID, WECOM_SECRET, WECOM_TOKEN, WECOM_AES_KEY, WECOM_AES_KEY_PREVIOUS, WECOM_API_BASE, WECOM_HANDOFF, ...rest } = corp;
  const isPlain = WECHAT_MODE === 'plain';
  const fields = Object.fromEntries(pairs(WECHAT_NOTICE_FIELDS).map((pair) => [pair?.[1] ?? '', pair?.[2] as NoticeField]));
  const wechat: WechatAccount | undefined =
    WECHAT_APP_ID === undefined || WECHAT_TOKEN === undefined
      ? undefined
      : Object.freeze({
          ...{ appId: WECHAT_APP_ID, secret: WECHAT_APP_SECRET, token: WECHAT_TOKEN, kind: WECHAT_ACCOUNT },
          aesKey: isPlain ? undefined : WECHAT_AES_KEY,
          previousKey: isPlain ? undefined : WECHAT_AES_KEY_PREVIOUS,
          apiBase: new URL(WECHAT_API_BASE).href.replace(/\/+$/, ''),
          handsOver: WECHAT_HANDOFF === 'wechat',
          templates: Object.freeze({ template: WECHAT_TEMPLATE_ID, subscription: WECHAT_SUBSCRIBE_TEMPLATE_ID, fields }),
        });
  const wecom: KfAccount | undefined =
    WECOM_CORP_ID === undefined || WECOM_TOKEN === undefined || WECOM_AES_KEY === undefined || WECOM_SECRET === undefined
      ? undefined
      : Object.freeze({
          ...{
            corpId: WECOM_CORP_ID,
            secret: WECOM_SECRET,
            token: WECOM_TOKEN,
            aesKey: WECOM_AES_KEY,
            previousKey: WECOM_AES_KEY_PREVIOUS,
          },
          apiBase: new URL(WECOM_API_BASE).href.replace(/\/+$/, ''),
          handsOver: WECOM_HANDOFF === 'wecom',
        });
  return { wechat, wecom, rest };
}

type Env = Readonly<Record<string, string | undefined>>;

/** What is set but cannot work as it is. */
export function wechatFaults(values: Env): readonly string[] {
  const given = (settings: typeof WECHAT_SETTINGS | typeof WECOM_SETTINGS) => {
    const standard: Readonly<Record<string, unknown>> = settings.parse({});
    // A setting with a default says nothing of whether the channel is wanted.
    return Object.keys(settings.shape).find((one) => values[one] !== undefined && standard[one] === undefined);
  };
  const needs = (why: string | undefined, ...names: readonly string[]) =>
    why === undefined ? [] : names.filter((one) => values[one] === undefined).map((one) => `${one}: is needed because ${why} is set`);
  const wechat = given(WECHAT_SETTINGS);
  const wecom = given(WECOM_SETTINGS);
  const isPlain = values.WECHAT_MODE === 'plain';
  const isLeft = isPlain && values.WECHAT_AES_KEY !== undefined;
  return [
    ...needs(wechat, 'WECHAT_APP_ID', 'WECHAT_TOKEN'),
    ...(isPlain ? [] : needs(wechat && `WECHAT_MODE=${values.WECHAT_MODE ?? 'safe'}, and ${wechat}`, 'WECHAT_AES_KEY')),
    ...(isLeft ? ['WECHAT_MODE: plain takes no messages while WECHAT_AES_KEY is set; take the key away or use safe'] : []),
    ...needs(values.WECHAT_AES_KEY_PREVIOUS && 'WECHAT_AES_KEY_PREVIOUS', 'WECHAT_AES_KEY'),
    ...needs(wecom, 'WECOM_CORP_ID', 'WECOM_SECRET', 'WECOM_TOKEN', 'WECOM_AES_KEY'),
  ];
}
