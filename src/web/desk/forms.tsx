import { Form, Input, Modal, Select } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { CaseView, ColleagueView, Me } from '../../desk/answers';
import { call, once } from './api';
import type { Words } from './words';

/** Outside the body's end no style is written that the page's policy would refuse. */
export const inPage = (): HTMLElement => document.getElementById('root') ?? document.body;

export type Asking = 'assign' | 'transfer' | 'return' | 'close';

interface FormProps {
  readonly asking: Asking;
  readonly found: CaseView;
  readonly me: Me;
  readonly words: Words;
  readonly act: (name: string, body: object, key: string) => Promise<boolean>;
  readonly fail: (error: unknown) => void;
  readonly onDone: () => void;
}

interface Values {
  readonly to?: string;
  readonly outcome?: string;
  readonly text?: string;
}

/** Assign, transfer, give back or close: what else must be said. */
export function CaseForm({ asking, found, me, words, act, fail, onDone }: FormProps): ReactNode {
  const [form] = Form.useForm<Values>();
  /** Of what is filled in: sent again after no answer, it is done once. */
  const key = useRef(once());
  const [agents, setAgents] = useState<readonly ColleagueView[]>([]);
  useEffect(() => void call<readonly ColleagueView[]>('agents').then(setAgents, fail), [fail]);

  async function finish({ to, outcome, text }: Values): Promise<void> {
    const note = text?.trim() ? { note: text.trim() } : {};
    const target = to?.startsWith('queue:') ? { queue: to.slice(6) } : { agent: to?.slice(6) };
    const bodies = { assign: target, transfer: { ...target, ...note }, return: { finding: text?.trim() }, close: { outcome, ...note } };
    if (await act(asking, bodies[asking], key.current)) onDone();
  }

  const needed = [{ required: true, whitespace: true, message: words.needed }];
  const people = agents
    .filter(({ id }) => asking === 'assign' || id !== me.id)
    .map(({ id, name, state, load, capacity }) => ({
      value: `agent:${id}`,
      label: `${name} (${words.states[state]} ${load}/${capacity})`,
    }));
  const queues = Object.entries(words.queues).map(([id, label]) => ({ value: `queue:${id}`, label }));
  const titles = { assign: words.assign, transfer: words.transfer, return: words.giveBack, close: words.close };
  const textLabels = { transfer: words.note, return: words.finding, close: words.closingNote };
  return (
    <Modal
      getContainer={inPage}
      open
      title={`${titles[asking]} · ${found.id}`}
      onCancel={onDone}
      onOk={() => form.submit()}
      okText={words.confirm}
      cancelText={words.cancel}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={finish}
        onValuesChange={() => {
          key.current = once();
        }}
      >
        {(asking === 'assign' || asking === 'transfer') && (
          <Form.Item
            name="to"
            label={asking === 'assign' ? words.assignTo : words.transferTo}
            rules={[{ required: true, message: words.needed }]}
          >
            <Select
              options={[
                { label: words.agents, options: people },
                ...(asking === 'assign' ? [] : [{ label: words.queue, options: queues }]),
              ]}
            />
          </Form.Item>
        )}
        {asking === 'close' && (
          <Form.Item name="outcome" label={words.outcome} rules={[{ required: true, message: words.needed }]}>
            <Select options={Object.entries(words.outcomes).map(([value, label]) => ({ value, label }))} />
          </Form.Item>
        )}
        {asking !== 'assign' && (
          <Form.Item name="text" label={textLabels[asking]} rules={asking === 'transfer' ? [] : needed}>
            <Input.TextArea rows={3} maxLength={asking === 'return' ? 500 : 1000} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
