import { Button, Input, Space } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import type { CaseView, Me } from '../../desk/answers';
import { once } from './api';
import { QuickReplies } from './quick';
import type { Words } from './words';

interface ComposerProps {
  readonly found: CaseView;
  readonly me: Me;
  readonly words: Words;
  readonly isMine: boolean;
  readonly act: (name: string, body: object, key?: string) => Promise<boolean>;
  readonly fail: (error: unknown) => void;
}

const LONGEST = 2000;
/** Channels on which pictures can be sent, and what each of them takes. */
const PICTURED: ReadonlySet<string> = new Set(['directline', 'wechat', 'wecom']);
const PICTURES = 'image/png,image/jpeg,image/gif';

/** Where an agent writes. What is not sent yet survives a refresh. */
export function Composer({ found, me, words, isMine, act, fail }: ComposerProps): ReactNode {
  const key = `daozhang.desk.draft.${found.id}`;
  const nameKey = `${key}.name`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? '');
  const [busy, setBusy] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  function write(next: string): void {
    setText(next);
    if (next) localStorage.setItem(key, next);
    else localStorage.removeItem(key);
    localStorage.removeItem(nameKey);
  }

  /** Of what stands here, until it is changed: sent again after no answer, also after a refresh, it is said once. */
  function nameOfDraft(): string {
    const name = localStorage.getItem(nameKey) ?? once();
    localStorage.setItem(nameKey, name);
    return name;
  }

  async function send(name: 'reply' | 'note'): Promise<void> {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    if (await act(name, { text: text.trim() }, `${name}-${nameOfDraft()}`)) write('');
    setBusy(false);
  }

  async function sendFile(file: File | undefined): Promise<void> {
    if (!file || busy) return;
    setBusy(true);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(file);
    });
    await act('picture', { data: url.slice(url.indexOf(',') + 1) });
    setBusy(false);
  }

  return (
    <div className="composer">
      <Input.TextArea
        aria-label={words.write}
        placeholder={isMine ? words.write : words.writeNote}
        rows={3}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !isMine) return;
          event.preventDefault();
          void send('reply');
        }}
      />
      <Space wrap className="composer-row">
        <QuickReplies {...{ found, me, words, text, fail }} onPick={(picked) => write(`${text}${picked}`)} />
        {PICTURED.has(found.channel) && (
          <Button disabled={!isMine || busy} onClick={() => picker.current?.click()}>
            {words.sendPicture}
          </Button>
        )}
        <input
          ref={picker}
          hidden
          type="file"
          aria-label={words.sendPicture}
          accept={found.channel === 'directline' ? `${PICTURES},image/webp,application/pdf` : PICTURES}
          onChange={(event) => {
            void sendFile(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
        <Button disabled={text.trim() === '' || busy} onClick={() => void send('note')}>
          {words.addNote}
        </Button>
        <Button type="primary" disabled={!isMine || text.trim() === '' || busy} onClick={() => void send('reply')}>
          {words.send}
        </Button>
      </Space>
    </div>
  );
}
