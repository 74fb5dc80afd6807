/** A corporation's 微信客服. */
export interface KfAccount {
  readonly corpId: string;
  readonly secret: string;
  readonly token: string;
  readonly aesKey: string;
  readonly previousKey: string | undefined;
  /** https://qyapi.weixin.qq.com, or what stands in for it. */
  readonly apiBase: string;
  /** Cases go to the people in 企业微信. */
  readonly handsOver: boolean;
}
