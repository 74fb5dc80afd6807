import { Button, Descriptions, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CaseView, Me } from '../../desk/answers';
import { call, insist, once } from './api';
import { ClockPicture } from './clock-picture';
import { Composer } from './composer';
import { type Asking, CaseForm } from './forms';
import { COLORS } from './queue';
import { Transcript } from './transcript';
import type { Words } from './words';

export interface PaneProps {
  readonly found: CaseView;
  readonly me: Me;
  readonly words: Words;
  readonly refresh: () => Promise<unknown>;
  readonly fail: (error: unknown) => void;
  readonly onBack: () => void;
}

/** One case: what was said and written on the left, what is known on the right. */
export function CasePane({ found, me, words, refresh, fail, onBack }: PaneProps): ReactNode {
  const [asking, setAsking] = useState<Asking>();
  const [phone, setPhone] = useState<string>();
  const [marked, setMarked] = useState<string>();
  const isMine = found.owner === 'agent' && found.agent?.id === me.id;
  const mayDecide = isMine || (me.role !== 'agent' && found.owner !== 'closed');

  async function act(name: string, body: object, key = once()): Promise<boolean> {
    try {
      await insist(() => call(`cases/${found.id}/${name}`, { ...body, once: key }));
      await refresh();
      return true;
    } catch (error) {
      fail(error);
      await refresh();
      return false;
    }
  }

  return (
    <section className="case" aria-label={found.id}>
      <header className="case-head">
        <Button className="back" onClick={onBack} aria-label={words.back}>
          ←
        </Button>
        <Tag color={COLORS[found.priority]}>{found.priority}</Tag>
        <strong>{found.id}</strong>
        <Tag>{found.owner === 'agent' ? found.agent?.name : words.owners[found.owner]}</Tag>
        <span className="grow" />
        <Space wrap>
          {found.owner === 'queue' && (
            <Button type="primary" onClick={() => void act('accept', {})}>
              {words.accept}
            </Button>
          )}
          {me.role !== 'agent' && found.owner === 'queue' && <Button onClick={() => setAsking('assign')}>{words.assign}</Button>}
          {mayDecide && found.owner === 'agent' && <Button onClick={() => setAsking('transfer')}>{words.transfer}</Button>}
          {isMine && <Button onClick={() => setAsking('return')}>{words.giveBack}</Button>}
          {mayDecide && <Button onClick={() => setAsking('close')}>{words.close}</Button>}
        </Space>
      </header>
      <div className="talk">
        <Transcript {...{ found, words, marked }} />
        <Composer {...{ found, me, words, isMine, act, fail }} />
      </div>
      <aside
        className="facts"
        aria-label={words.facts}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
      >
        {found.clock && <ClockPicture clock={found.clock} words={words} />}
        <h2>{words.summary}</h2>
        <p className="summary">{found.summary}</p>
        <h2>{words.slots}</h2>
        <Descriptions
          size="small"
          column={1}
          items={found.slots.map(({ slot, label, value, source, at }) => ({
            key: slot,
            label,
            children: (
              <>
                {value}{' '}
                <Button size="small" type="link" onClick={() => setMarked(at)}>
                  {words.sources[source as keyof Words['sources']] ?? source}
                </Button>
              </>
            ),
          }))}
        />
        <h2>{words.causes}</h2>
        <ul className="causes">
          {found.causes.map(({ id, likelihood, name, words: told }) => (
            <li key={id}>
              <Tag>{words.likelihoods[likelihood as keyof Words['likelihoods']] ?? likelihood}</Tag>
              {name}
              {told && <p>{told}</p>}
            </li>
          ))}
        </ul>
        {found.files.length > 0 && <h2>{words.files}</h2>}
        <div className="files">
          {found.files.map(({ id, contentType }) => (
            <a key={id} href={`/api/desk/cases/${found.id}/files/${id}`} target="_blank" rel="noreferrer">
              {contentType.startsWith('image/') ? <img src={`/api/desk/cases/${found.id}/files/${id}`} alt={words.picture} /> : 'PDF'}
            </a>
          ))}
        </div>
        {found.hasContact && (
          <p>
            {phone ?? (
              <Button
                size="small"
                onClick={() => void call<{ phone: string }>(`cases/${found.id}/contact`).then((answer) => setPhone(answer.phone), fail)}
              >
                {words.showPhone}
              </Button>
            )}
          </p>
        )}
        {found.closing && (
          <p className="closing">
            {words.outcomes[found.closing.outcome as keyof Words['outcomes']]} · {found.closing.note}
          </p>
        )}
        {found.rating && (
          <p className="closing">
            {words.rating} {found.rating.score}/5 {found.rating.words}
          </p>
        )}
      </aside>
      {asking && <CaseForm {...{ asking, found, me, words, act, fail }} onDone={() => setAsking(undefined)} />}
    </section>
  );
}
