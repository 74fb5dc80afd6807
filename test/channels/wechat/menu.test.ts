import { menuDefinition, menuText } from '../../../src/channels/wechat/menu';
import { putMenu } from '../../../src/commands/wechat-menu';
import { startPlatform } from './platform';

interface Button {
  readonly name: string;
  readonly key?: string;
  readonly sub_button?: readonly Button[];
}

test('the menu is within the limits of the platform, and every entry says something', () => {
  const { button } = menuDefinition() as { button: readonly Button[] };
  expect(button.length).toBeLessThanOrEqual(3);
  for (const { name, sub_button = [] } of button) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(16);
    expect(sub_button.length).toBeLessThanOrEqual(5);
    for (const below of sub_button) expect(Buffer.byteLength(below.name)).toBeLessThanOrEqual(60);
  }
  const keys = button.flatMap((one) => one.sub_button ?? one).map(({ key = '' }) => key);
  expect(keys).toEqual(['missing', 'refund', 'fee', 'progress', 'human']);
  for (const key of keys) expect(menuText(key)).toMatch(/./);
  expect(menuText('toString')).toBeUndefined();
});

test('it is put into the account with a token that kills no other', async () => {
  const platform = await startPlatform();
  try {
    await putMenu({ appId: 'wx1', secret: 's', apiBase: platform.base });
    expect(platform.of('menu/create').map(({ body }) => body)).toEqual([menuDefinition()]);
    expect(platform.of('stable_token')[0]?.body.force_refresh).toBe(false);
    platform.answer('menu/create', { errcode: 48001 });
    await expect(putMenu({ appId: 'wx1', secret: 's', apiBase: platform.base })).rejects.toMatchObject({ code: 'WECHAT_48001' });
    platform.answer('stable_token', { errcode: 40125 });
    await expect(putMenu({ appId: 'wx1', secret: 's', apiBase: platform.base })).rejects.toMatchObject({ code: 'WECHAT_40125' });
  } finally {
    await platform.stop();
  }
});
