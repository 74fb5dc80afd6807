import { type ReactNode, useEffect, useRef } from 'react';
import type { CaseView, EventView, Said } from '../../desk/answers';
import { fill, type Words } from './words';

interface Line {
  readonly key: string;
  readonly at: string;
  readonly side: 'user' | 'bot' | 'agent' | 'note' | 'event';
  readonly name: string;
  readonly text: string;
}

/** Everything said, with notes and what happened in between; `marked` is the time of the message that told a fact. */
export function Transcript({
  found,
  words,
  marked,
}: {
  readonly found: CaseView;
  readonly words: Words;
  readonly marked: string | undefined;
}): ReactNode {
  const end = useRef<HTMLDivElement>(null);
  const lines = linesOf(found, words);
  const last = lines[lines.length - 1]?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line moves the view
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [last]);
  useEffect(() => {
    if (marked) document.querySelector(`[data-at="${CSS.escape(marked)}"]`)?.scrollIntoView({ block: 'center' });
  }, [marked]);
  return (
    <div
      className="transcript"
      role="log"
      aria-label={words.transcript}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
    >
      {lines.map(({ key, at, side, name, text }) => (
        <div
          key={key}
          data-at={side === 'user' ? at : undefined}
          className={`line line--${side}${side === 'user' && at === marked ? ' line--marked' : ''}`}
        >
          {side !== 'event' && (
            <span className="who">
              {name} · {at.slice(11, 16)}
            </span>
          )}
          <span className="said">{text}</span>
        </div>
      ))}
      <div ref={end} />
    </div>
  );
}

/** What happened, in its order, stands before the line that told the customer of it; times alone say only seconds. */
function linesOf({ transcript, events }: CaseView, words: Words): readonly Line[] {
  const written = new Map(events.filter(({ kind }) => kind === 'reply').map((event) => [event.activityId, event]));
  const said = transcript.filter(({ type }) => type === 'message');
  const ids = new Set(said.map(({ id }) => id));
  const isTold = ({ activityId }: EventView) => activityId !== undefined && ids.has(activityId);
  let waiting = events.filter(({ kind }) => kind !== 'reply' && kind !== 'message');
  const lines: Line[] = [];
  for (const [index, one] of said.entries()) {
    const own = waiting.findIndex(({ activityId }) => activityId !== undefined && activityId === one.id);
    const later = waiting.findIndex((event) => isTold(event) || event.at >= (one.timestamp ?? ''));
    const before = later >= 0 ? later : waiting.length;
    const count = own >= 0 ? own + 1 : before;
    lines.push(...waiting.slice(0, count).map((event) => eventLine(event, words)));
    lines.push(lineOf(one, written.get(one.id), { index, words }));
    waiting = waiting.slice(count);
  }
  return [...lines, ...waiting.map((event) => eventLine(event, words))];
}

function lineOf(said: Said, written: EventView | undefined, { index, words }: { readonly index: number; readonly words: Words }): Line {
  const isUser = said.from?.role === 'user' || (said.from?.role !== 'bot' && said.from?.id !== 'bot' && !/^bot/i.test(said.from?.id ?? ''));
  const pictures = (said.attachments ?? [])
    .filter(({ contentType }) => !contentType.startsWith('application/vnd.'))
    .map(() => `[${words.picture}]`);
  const text = [written ? written.text : said.text, ...pictures].filter(Boolean).join(' ');
  const side = written ? 'agent' : isUser ? 'user' : 'bot';
  const name = written?.by?.name ?? (isUser ? words.user : words.bot);
  return { key: said.id ?? `${index}`, at: said.timestamp ?? '', side, name, text };
}

function eventLine({ id, kind, at, by, to, text, queue }: EventView, words: Words): Line {
  const isNote = kind === 'note';
  const sentence = words.events[kind as keyof Words['events']] ?? kind;
  const told = fill(sentence, { name: by?.name ?? '', to: to?.name ?? queue ?? '' });
  return {
    key: id,
    at,
    side: isNote ? 'note' : 'event',
    name: isNote ? `${words.note} · ${by?.name ?? ''}` : '',
    text: isNote ? (text ?? '') : `${at.slice(5, 16).replace('T', ' ')} ${told}${text ? `：${text}` : ''}`,
  };
}
