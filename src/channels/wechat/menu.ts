import { type TextKey, text } from '../../../locales';

/** The account's own menu (自定义菜单): each entry says a sentence for the user. */

const SAYS = {
  missing: 'wechat.menu.missingSays',
  refund: 'wechat.menu.refundSays',
  fee: 'wechat.menu.feeSays',
  progress: 'wechat.menu.progressSays',
  human: 'wechat.menu.humanSays',
} as const satisfies Record<string, TextKey>;
type Entry = keyof typeof SAYS;

/** What a tap on an entry says; undefined for keys of other menus. */
export function menuText(key: string): string | undefined {
  return Object.hasOwn(SAYS, key) ? text('zh-CN', SAYS[key as Entry]) : undefined;
}

const click = (key: Entry) => ({ type: 'click', name: text('zh-CN', `wechat.menu.${key}`), key });

/** The body of /cgi-bin/menu/create: at most three entries, of five below each. */
export function menuDefinition(): object {
  const title = text('zh-CN', 'wechat.menu.title');
  const below = (['missing', 'refund', 'fee'] as const).map(click);
  return { button: [{ name: title, sub_button: below }, click('progress'), click('human')] };
}
