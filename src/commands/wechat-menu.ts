import { tokenFetcher } from '../channels/wechat/api';
import { ApiError } from '../channels/wechat/faults';
import { createHttp } from '../channels/wechat/http';
import { menuDefinition } from '../channels/wechat/menu';
import type { WechatAccount } from '../channels/wechat/wechat';
import { formatFaults, readConfig } from '../config';

/** `npm run wechat:menu` puts the menu (自定义菜单) into the account; with `--show` it only prints it. */

const TIMEOUT_MS = 10_000;

/** Puts the menu into the account. Throws ApiError. The token is the one the running bot uses: asking for it again does not kill it. */
export async function putMenu(account: Pick<WechatAccount, 'appId' | 'apiBase'> & { readonly secret: string }): Promise<void> {
  const http = createHttp({ base: account.apiBase, timeoutMs: TIMEOUT_MS });
  const fetched = await tokenFetcher({ http, appId: account.appId, secret: account.secret })(false);
  if (fetched.kind === 'refused') throw new ApiError('configuration', fetched.errcode, `no access token: ${fetched.errcode}`);
  const path = `/cgi-bin/menu/create?access_token=${encodeURIComponent(fetched.token)}`;
  const answer = await http({ method: 'POST', path, body: menuDefinition() });
  const errcode = answer.kind === 'json' ? Number(answer.json.errcode ?? 0) : 0;
  if (errcode !== 0) throw new ApiError('ours', errcode, `the menu was not taken: ${errcode}`);
}

async function main(): Promise<string> {
  if (process.argv.includes('--show')) return JSON.stringify(menuDefinition(), null, 2);
  const result = readConfig();
  if (result.kind === 'refused') throw new Error(formatFaults(result.faults));
  const { wechat } = result.config;
  if (wechat?.secret === undefined) throw new Error('WECHAT_APP_ID and WECHAT_APP_SECRET are needed to change the menu');
  await putMenu({ ...wechat, secret: wechat.secret });
  return 'The menu is in the account; users see it within 24 hours, or at once after following anew.';
}

if (require.main === module) {
  main().then(
    (words) => process.stdout.write(`${words}\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exit(1);
    },
  );
}
