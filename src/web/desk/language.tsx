import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { Tag } from './words';

/** Goes over to the other language, which it names in itself. */
export function Language({ tag, onTag }: { readonly tag: Tag; readonly onTag: (tag: Tag) => void }): ReactNode {
  const other = tag === 'zh-CN' ? 'en-US' : 'zh-CN';
  return <Button onClick={() => onTag(other)}>{new Intl.DisplayNames([other], { type: 'language' }).of(other.slice(0, 2))}</Button>;
}
