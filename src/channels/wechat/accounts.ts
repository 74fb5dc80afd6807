import type { Allowance } from './inbound';
import quotas from './quotas.json';

/** What kinds of account differ in. One record each; nothing else asks what kind an account is. */
export interface AccountKind {
  /** Answers in the response to a push: texts, or only the hand-over to the platform's own agents. */
  readonly passive: 'text' | 'none';
  /** Takes menus whose entries can be tapped. */
  readonly msgmenu: boolean;
  readonly typingPath: string;
  /** Template messages and 订阅通知. */
  readonly notices: boolean;
  readonly quotas: { readonly [A in Allowance]: { readonly count: number; readonly ms: number } };
}

const OFFICIAL_TYPING = '/cgi-bin/message/custom/typing';

export const ACCOUNT_KINDS = {
  /** 服务号 */
  service: { passive: 'text', msgmenu: true, typingPath: OFFICIAL_TYPING, notices: true, quotas: quotas.official },
  /** 订阅号 */
  subscription: { passive: 'text', msgmenu: false, typingPath: OFFICIAL_TYPING, notices: false, quotas: quotas.official },
  /** 微信客服 (WeCom) */
  kf: { passive: 'none', msgmenu: true, typingPath: '', notices: false, quotas: quotas.kf },
  /** 小程序客服 */
  miniprogram: {
    ...{ passive: 'none', msgmenu: false, typingPath: '/cgi-bin/message/custom/business/typing' },
    ...{ notices: false, quotas: quotas.miniprogram },
  },
} as const satisfies Record<string, AccountKind>;
/** Kinds of accounts of 公众平台. */
export type AccountName = Exclude<keyof typeof ACCOUNT_KINDS, 'kf'>;
