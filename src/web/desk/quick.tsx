import { Button, Checkbox, Input, Modal, Select, Space } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import type { CaseView, Me, QuickReply } from '../../desk/answers';
import { call } from './api';
import { inPage } from './forms';
import { yuan } from './queue';
import type { Words } from './words';

interface QuickProps {
  readonly found: CaseView;
  readonly me: Me;
  readonly words: Words;
  /** What stands in the composer. */
  readonly text: string;
  readonly onPick: (text: string) => void;
  readonly fail: (error: unknown) => void;
}

/** 快捷回复: picks one with its variables filled in; keeps what stands there as a new one; takes old ones away. */
export function QuickReplies({ found, me, words, text, onPick, fail }: QuickProps): ReactNode {
  const [replies, setReplies] = useState<readonly QuickReply[]>([]);
  const [isOpen, setOpen] = useState(false);
  const [title, setTitle] = useState('');
  const [shared, setShared] = useState(false);
  const isLead = me.role !== 'agent';
  useEffect(() => void call<readonly QuickReply[]>('replies').then(setReplies, fail), [fail]);

  async function keep(): Promise<void> {
    try {
      const added = await call<QuickReply>('replies', { title: title.trim(), text: text.trim(), shared });
      setReplies([...replies, added]);
      setTitle('');
      setOpen(false);
    } catch (error) {
      fail(error);
    }
  }

  async function remove(id: string): Promise<void> {
    try {
      await call('replies/remove', { id });
      setReplies(replies.filter((one) => one.id !== id));
    } catch (error) {
      fail(error);
    }
  }

  const { amount } = found.draft;
  const variables: Readonly<Record<string, string>> = {
    [words.variables.id]: found.id,
    [words.variables.name]: me.name,
    [words.variables.amount]: typeof amount === 'number' ? yuan(amount) : '',
  };
  const fillIn = (template: string) => template.replace(/\{([^{}]+)\}/g, (whole, name: string) => variables[name] ?? whole);
  const labelOf = ({ owner, title: name }: QuickReply) => (owner === me.id ? name : `${name} (${words.shared})`);
  const removable = replies.filter(({ owner }) => owner === me.id || isLead);

  return (
    <Space wrap>
      <Select
        className="quick"
        aria-label={words.quick}
        placeholder={words.quick}
        value={null}
        onChange={(id: string | null) => onPick(fillIn(replies.find((one) => one.id === id)?.text ?? ''))}
        options={replies.map((one) => ({ value: one.id, label: labelOf(one) }))}
      />
      <Button onClick={() => setOpen(true)}>{words.manageQuick}</Button>
      <Modal
        getContainer={inPage}
        open={isOpen}
        title={words.quick}
        onCancel={() => setOpen(false)}
        onOk={() => void keep()}
        okText={words.keepQuick}
        cancelText={words.cancel}
        okButtonProps={{ disabled: title.trim() === '' || text.trim() === '' }}
      >
        <p>{text.trim() === '' ? words.writeQuick : text.trim()}</p>
        <p>{words.variableHint}</p>
        <Input
          aria-label={words.quickTitle}
          placeholder={words.quickTitle}
          maxLength={40}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        {isLead && (
          <Checkbox checked={shared} onChange={(event) => setShared(event.target.checked)}>
            {words.forAll}
          </Checkbox>
        )}
        <ul className="replies">
          {removable.map((one) => (
            <li key={one.id}>
              <span title={one.text}>{labelOf(one)}</span>
              <Button size="small" aria-label={`${words.remove} ${one.title}`} onClick={() => void remove(one.id)}>
                {words.remove}
              </Button>
            </li>
          ))}
        </ul>
      </Modal>
    </Space>
  );
}
