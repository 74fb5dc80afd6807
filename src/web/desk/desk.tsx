import { App as Antd, Badge, Button, Select, Tabs } from 'antd';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { CaseView, Me, Row } from '../../desk/answers';
import { call, isPassing, Refused } from './api';
import { CasePane } from './case-pane';
import { Language } from './language';
import { type Filter, Queue } from './queue';
import { type News, ring, useLive } from './use-live';
import { fill, type Tag, type Words } from './words';

const Figures = lazy(() => import('./figures').then(({ Figures: component }) => ({ default: component })));

interface DeskProps {
  readonly me: Me;
  readonly words: Words;
  readonly tag: Tag;
  readonly onTag: (tag: Tag) => void;
  readonly onOut: () => void;
}

const PRESENCE_MS = 30_000;
const RETRY_MS = 2000;
/** News of other cases come together. */
const GATHER_MS = 120;

/** How long it says that a case is one's own now. */
const TOLD_S = 10;
/** News for everybody who is there. */
const CALLS: ReadonlySet<string> = new Set(['opened', 'reopened', 'message']);
const PRESENCE = 'daozhang.desk.presence';
const STATES = ['online', 'busy', 'away'] as const;
type Presence = (typeof STATES)[number];

/** As it was before the page was loaded again: who is busy is given no case because of that. */
const readPresence = (): Presence => STATES.find((one) => one === sessionStorage.getItem(PRESENCE)) ?? 'online';

/** The lists on the left, the case on the right; everything live. */
export function Desk({ me, words, tag, onTag, onOut }: DeskProps): ReactNode {
  const { message } = Antd.useApp();
  const [filter, setFilter] = useState<Filter>({ state: 'open', q: '' });
  const [rows, setRows] = useState<{ readonly total: number; readonly rows: readonly Row[] }>();
  const [chosen, setChosen] = useState(() => new URLSearchParams(location.search).get('case') ?? undefined);
  const [found, setFound] = useState<CaseView>();
  const [presence, setPresence] = useState<Presence>(readPresence);
  const [tab, setTab] = useState('cases');
  const [unseen, setUnseen] = useState(0);
  const [tries, setTries] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const fail = useCallback(
    (error: unknown) => {
      if (error instanceof Refused && error.status === 401) return onOut();
      if (error instanceof Refused && error.code === 'WRONG_OWNER') {
        void message.warning(`${words.wrongOwner} ${error.facts.agent?.name ?? ''}`);
        return;
      }
      void message.error(error instanceof Refused ? `${words.refused} (${error.code})` : words.offline);
    },
    [message, onOut, words],
  );
  const readRows = useCallback(async () => {
    const query = new URLSearchParams({ state: filter.state, ...(filter.q && { q: filter.q }) });
    setRows(await call(`rows?${query}`));
  }, [filter]);
  const wanted = useRef(chosen);
  wanted.current = chosen;
  const readCase = useCallback(async () => {
    if (!chosen) return setFound(undefined);
    try {
      const read = await call<CaseView>(`cases/${encodeURIComponent(chosen)}`);
      // Another may have been chosen while this one was read.
      if (wanted.current === chosen) setFound(read);
    } catch (error) {
      if (!isPassing(error) && wanted.current === chosen) {
        setFound(undefined);
        setChosen(undefined);
      }
      throw error;
    }
  }, [chosen]);

  useEffect(() => history.replaceState(null, '', chosen ? `?case=${chosen}` : location.pathname), [chosen]);

  const isReading = useRef(false);
  const isStale = useRef(false);
  /** Reads everything anew, and again until it got through: after sleep, after a lost network. */
  const catchUp = useCallback(async () => {
    isStale.current = true;
    if (isReading.current) return;
    isReading.current = true;
    isStale.current = false;
    let pause = 0;
    try {
      await Promise.all([readRows(), readCase()]);
    } catch (error) {
      if (isPassing(error)) {
        isStale.current = true;
        pause = RETRY_MS;
      } else fail(error);
    }
    isReading.current = false;
    // The next try runs with the filter and the case of then.
    if (isStale.current) setTimeout(() => setTries((tries) => tries + 1), pause);
  }, [readRows, readCase, fail]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each failed try starts the next
  useEffect(() => {
    void catchUp();
    const look = () => !document.hidden && void catchUp();
    addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [catchUp, tries]);

  const newest = useRef(catchUp);
  newest.current = catchUp;
  const isLive = useLive((news: News | undefined) => {
    clearTimeout(timer.current);
    // By then another case may be chosen.
    timer.current = setTimeout(() => void newest.current(), news?.caseId === chosen ? 0 : GATHER_MS);
    if (!news) return;
    const isMine = news.to?.id === me.id && news.by?.id !== me.id;
    if (isMine && (news.kind === 'assigned' || news.kind === 'transferred')) {
      void message.info(fill(news.kind === 'assigned' ? words.assignedToYou : words.transferredToYou, { id: news.caseId }), TOLD_S);
    } else if (!CALLS.has(news.kind) || presence === 'away') return;
    ring();
    if (document.hidden) setUnseen((count) => count + 1);
  });
  useEffect(() => {
    document.title = unseen > 0 ? `(${unseen}) ${words.title}` : words.title;
    const look = () => !document.hidden && setUnseen(0);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [unseen, words]);
  useEffect(() => {
    const tell = () => void call('presence', { state: presence }).catch(() => undefined);
    sessionStorage.setItem(PRESENCE, presence);
    tell();
    const every = setInterval(tell, PRESENCE_MS);
    return () => clearInterval(every);
  }, [presence]);

  const refresh = useCallback(() => Promise.all([readRows(), readCase()]).catch(fail), [readRows, readCase, fail]);

  /** Nobody is given a case after he has left. */
  async function leave(): Promise<void> {
    sessionStorage.removeItem(PRESENCE);
    await call('presence', { state: 'away' });
    await call('sign-out', {});
    onOut();
  }

  return (
    <div className="desk">
      <header className="top">
        <h1>{words.title}</h1>
        <Badge status={isLive ? 'success' : 'error'} text={isLive ? words.live : words.offline} />
        <span className="grow" />
        <span>
          {me.name} · {words.roles[me.role]}
        </span>
        <Select
          aria-label={words.presence}
          value={presence}
          onChange={setPresence}
          options={STATES.map((value) => ({ value, label: words.states[value] }))}
        />
        <Language {...{ tag, onTag }} />
        <Button onClick={() => void leave().catch(fail)}>{words.signOut}</Button>
      </header>
      {me.role !== 'agent' && (
        <Tabs
          className="tabs"
          activeKey={tab}
          onChange={setTab}
          items={[
            { key: 'cases', label: words.cases },
            { key: 'figures', label: words.figures },
          ]}
        />
      )}
      {tab === 'figures' ? (
        <Suspense fallback={null}>
          <Figures words={words} />
        </Suspense>
      ) : (
        <main className={chosen ? 'panes panes--case' : 'panes'}>
          <Queue {...{ words, filter, rows, chosen, me }} onFilter={setFilter} onChoose={setChosen} />
          {/* Until another case is there, nobody writes into the one before. */}
          {found && found.id === chosen ? (
            <CasePane key={found.id} {...{ found, me, words, refresh, fail }} onBack={() => setChosen(undefined)} />
          ) : (
            <section className="nothing">{chosen ? '' : words.nothing}</section>
          )}
        </main>
      )}
    </div>
  );
}
