import { App as Antd, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { type ReactNode, useEffect, useState } from 'react';
import type { Me } from '../../desk/answers';
import { call, insist } from './api';
import { Desk } from './desk';
import { SignIn } from './sign-in';
import { keepTag, readTag, type Tag, wordsOf } from './words';

/** Signed in: the desk; otherwise the door. */
export function App({ nonce }: { readonly nonce: string }): ReactNode {
  const [tag, setTag] = useState<Tag>(readTag);
  const [me, setMe] = useState<Me | 'nobody'>();
  const words = wordsOf(tag);

  useEffect(() => {
    const link = /^#link=([\w-]+)$/.exec(location.hash)?.[1];
    // The link opens once; it must not stay in the address.
    if (link) history.replaceState(null, '', location.pathname);
    const known = insist(() => call<Me>('me')).catch(() => (link ? call<Me>('sign-in', { link }) : Promise.reject(new Error('nobody'))));
    known.then(setMe, () => setMe('nobody'));
  }, []);
  useEffect(() => {
    document.documentElement.lang = tag;
    document.title = words.title;
  }, [tag, words]);

  function changeTag(next: Tag): void {
    keepTag(next);
    setTag(next);
  }

  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={tag === 'en-US' ? enUS : zhCN}
      theme={{
        token: {
          colorPrimary: '#0b5cd6',
          colorPrimaryHover: '#084aae',
          colorLinkHover: '#084aae',
          colorTextDescription: '#595959',
          colorTextPlaceholder: '#6b6b6b',
          colorTextTertiary: '#595959',
          colorLink: '#0b5cd6',
          colorTextSecondary: '#595959',
        },
      }}
    >
      <Antd className="app">
        {me === undefined && <Spin className="waiting" />}
        {me === 'nobody' && <SignIn words={words} tag={tag} onTag={changeTag} onDone={setMe} />}
        {me !== undefined && me !== 'nobody' && <Desk me={me} words={words} tag={tag} onTag={changeTag} onOut={() => setMe('nobody')} />}
      </Antd>
    </ConfigProvider>
  );
}
