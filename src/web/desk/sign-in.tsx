import { Alert, Button, Form, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Me } from '../../desk/answers';
import { call, Refused } from './api';
import { Language } from './language';
import type { Tag, Words } from './words';

const WAYS = document.querySelector('meta[name="sign-in"]')?.getAttribute('content')?.split(' ') ?? ['key'];

interface SignInProps {
  readonly words: Words;
  readonly tag: Tag;
  readonly onTag: (tag: Tag) => void;
  readonly onDone: (me: Me) => void;
}

/** By key, by an identity provider, or both, as the server offers it. */
export function SignIn({ words, tag, onTag, onDone }: SignInProps): ReactNode {
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function enter(values: { readonly id: string; readonly key: string }): Promise<void> {
    setBusy(true);
    try {
      onDone(await call<Me>('sign-in', values));
    } catch (error) {
      const code = error instanceof Refused ? error.code : '';
      setFault(code === 'TOO_MANY' ? words.tooMany : code === '' ? words.offline : words.signInFailed);
      setBusy(false);
    }
  }

  return (
    <main className="door">
      <h1>{words.title}</h1>
      {WAYS.includes('oidc') && (
        <Button type={WAYS.includes('key') ? 'default' : 'primary'} href="/api/desk/sign-in/oidc" block className="provider">
          {words.oidc}
        </Button>
      )}
      {WAYS.includes('key') && (
        <Form layout="vertical" onFinish={enter} requiredMark={false}>
          <Form.Item name="id" label={words.agentId} rules={[{ required: true, message: words.needed }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="key" label={words.key} rules={[{ required: true, message: words.needed }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {fault && <Alert type="error" title={fault} role="alert" className="fault" />}
          <Button type="primary" htmlType="submit" block loading={busy}>
            {words.signIn}
          </Button>
        </Form>
      )}
      <p>
        <Language {...{ tag, onTag }} />
      </p>
    </main>
  );
}
