import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../wechat/faults';
import type { Http } from '../wechat/http';
import type { Fetched } from '../wechat/token';
import { kfFaultOf } from './faults';

const PAUSES_MS = [500, 1000, 2000] as const;

/**
 * Fetches the access token of an app (gettoken). While one lives the platform gives out the same; there is no way to force another.
 * Source: developer.work.weixin.qq.com/document/path/91039.
 */
export function kfTokenFetcher(options: {
  readonly http: Http;
  readonly account: { readonly corpId: string; readonly secret: string };
  readonly onCall?: () => void;
  readonly wait?: (ms: number) => Promise<unknown>;
}): (force: boolean) => Promise<Fetched> {
  const { http, account, onCall, wait = delay } = options;
  const query = `corpid=${encodeURIComponent(account.corpId)}&corpsecret=${encodeURIComponent(account.secret)}`;
  async function once(): Promise<Fetched> {
    onCall?.();
    const answer = await http({ method: 'GET', path: `/cgi-bin/gettoken?${query}` });
    const { access_token: token, expires_in: seconds, errcode = 0, errmsg } = answer.kind === 'json' ? answer.json : {};
    if (typeof token === 'string' && token !== '') return { kind: 'token', token, expiresInMs: (Number(seconds) || 7200) * 1000 };
    if (kfFaultOf(Number(errcode)) === 'retry') throw new ApiError('retry', Number(errcode), 'no access token for the moment');
    return { kind: 'refused', errcode: Number(errcode), message: String(errmsg ?? '') };
  }
  return async () => {
    for (const pause of PAUSES_MS) {
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof ApiError && error.fault === 'retry')) throw error;
        await wait(pause);
      }
    }
    return once();
  };
}
