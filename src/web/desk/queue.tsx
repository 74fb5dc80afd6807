import { Input, Segmented, Tag } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import type { Me, Row } from '../../desk/answers';
import { fill, type Words } from './words';

/** Which cases the list shows; `q` is searched for. */
export interface Filter {
  readonly state: 'open' | 'closed';
  readonly q: string;
}

interface QueueProps {
  readonly words: Words;
  readonly me: Me;
  readonly filter: Filter;
  readonly rows: { readonly total: number; readonly rows: readonly Row[] } | undefined;
  readonly chosen: string | undefined;
  readonly onFilter: (filter: Filter) => void;
  readonly onChoose: (id: string) => void;
}

export const COLORS = { P0: 'red', P1: 'volcano', P2: 'gold', P3: 'blue' } as const;
const MINUTE_MS = 60_000;

/** ¥8,600.00 */
export const yuan = (fen: number): string => `¥${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2 })}`;

/** Cases that wait, are worked on, or are closed: who has them, how long they wait, and whether the promise is kept. */
export function Queue({ words, me, filter, rows, chosen, onFilter, onChoose }: QueueProps): ReactNode {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS / 4);
    return () => clearInterval(timer);
  }, []);
  return (
    <nav className="queue" aria-label={words.cases}>
      <Input.Search
        allowClear
        aria-label={words.search}
        placeholder={words.search}
        defaultValue={filter.q}
        onSearch={(q) => onFilter({ ...filter, q: q.trim() })}
      />
      <Segmented<Filter['state']>
        block
        value={filter.state}
        onChange={(state) => onFilter({ ...filter, state })}
        options={[
          { value: 'open', label: words.open },
          { value: 'closed', label: words.closed },
        ]}
      />
      <p className="total" role="status">
        {rows && fill(words.total, { count: rows.total })}
      </p>
      <ul>
        {rows?.rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              className={row.id === chosen ? 'row row--chosen' : 'row'}
              aria-current={row.id === chosen}
              onClick={() => onChoose(row.id)}
            >
              <span className="row-head">
                <Tag color={COLORS[row.priority]}>{row.priority}</Tag>
                <span className="row-id">{row.id}</span>
                {row.waitingSince && row.agent?.id === me.id && <span className="dot" role="img" aria-label={words.waiting} />}
              </span>
              <span className="row-line">
                {words.queues[row.queue as keyof Words['queues']] ?? row.queue}
                {row.amount !== undefined && ` · ${yuan(row.amount)}`}
                {row.cardLast4 && ` · ${row.cardLast4}`}
              </span>
              <span className="row-line">
                {row.owner === 'agent' ? row.agent?.name : words.owners[row.owner]}
                <Wait {...{ row, now, words }} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Wait({ row, now, words }: { readonly row: Row; readonly now: number; readonly words: Words }): ReactNode {
  const isAnswered = row.owner === 'agent' && row.repliedAt !== undefined;
  const since = row.waitingSince ?? (isAnswered ? undefined : row.createdAt);
  if (since === undefined || row.owner === 'closed' || row.owner === 'bot') return <span className="wait">{stamp(row.createdAt)}</span>;
  const time = timeOf(now - Date.parse(since), words);
  if (isAnswered) return <span className="wait">{fill(words.waits, { time })}</span>;
  const isLate = now > Date.parse(row.replyBy);
  const due = stamp(row.replyBy);
  return <span className={isLate ? 'wait wait--late' : 'wait'}>{fill(isLate ? words.late : words.waited, { time, due })}</span>;
}

const stamp = (iso: string): string => iso.slice(5, 16).replace('T', ' ');
const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

function timeOf(ms: number, words: Words): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  if (minutes < 2 * HOUR_MIN) return fill(words.minutes, { count: minutes });
  if (minutes < 2 * DAY_MIN) return fill(words.hours, { count: Math.floor(minutes / HOUR_MIN) });
  return fill(words.days, { count: Math.floor(minutes / DAY_MIN) });
}
