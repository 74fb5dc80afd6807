import { Statistic } from 'antd';
import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Percentiles, Stats } from '../../desk/answers';
import { call } from './api';
import type { Words } from './words';

use([BarChart, GridComponent, TitleComponent, CanvasRenderer]);

const MINUTE_MS = 60_000;

/** 数据: how the desk and the bot are doing. Loaded only when it is looked at. */
export function Figures({ words }: { readonly words: Words }): ReactNode {
  const [stats, setStats] = useState<Stats>();
  useEffect(() => {
    const read = () => void call<Stats>('stats').then(setStats, () => undefined);
    read();
    const timer = setInterval(read, MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  if (!stats) return null;
  const { matters, advised, confirmed, denied } = stats.selfService;
  const share = matters === 0 ? '–' : `${Math.round((100 * advised) / matters)}%`;
  const scores = Object.entries(stats.byScore);
  const rated = scores.reduce((sum, [, count]) => sum + count, 0);
  const mean = rated === 0 ? '–' : (scores.reduce((sum, [score, count]) => sum + Number(score) * count, 0) / rated).toFixed(1);
  const named = (counts: Readonly<Record<string, number>>, names: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(counts).map(([id, count]) => [names[id] ?? id, count]));
  return (
    <main
      className="figures"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
    >
      <div className="numbers">
        <Statistic title={words.stats.conversations} value={stats.conversations} />
        <Statistic title={words.stats.selfService} value={share} />
        <Statistic title={words.stats.confirmed} value={confirmed} />
        <Statistic title={words.stats.denied} value={denied} />
        <Statistic title={words.stats.escalated} value={stats.escalated} />
        <Statistic title={words.stats.open} value={stats.open} />
        <Statistic title={words.stats.firstReply} value={minutes(stats.firstReplyMs)} />
        <Statistic title={words.stats.handling} value={minutes(stats.handlingMs)} />
        <Statistic title={words.stats.satisfaction} value={`${mean} (${rated})`} />
      </div>
      <div className="charts">
        <Bars none={words.noData} title={words.stats.byCause} counts={stats.byCause} />
        <Bars none={words.noData} title={words.stats.byQueue} counts={named(stats.byQueue, words.queues)} />
        <Bars none={words.noData} title={words.stats.byIssue} counts={stats.byIssue} />
        <Bars none={words.noData} title={words.stats.times} counts={timesOf(stats, words)} />
        <Bars none={words.noData} title={words.stats.byScore} counts={stats.byScore} />
        <Bars none={words.noData} title={words.stats.dropOff} counts={stats.dropOff} />
      </div>
    </main>
  );
}

/** First reply and handling as bars, in minutes. */
function timesOf({ firstReplyMs, handlingMs }: Stats, { stats: names }: Words): Readonly<Record<string, number>> {
  const bars = ([name, { p50, p90 }]: readonly [string, Percentiles]) =>
    p50 === undefined || p90 === undefined
      ? []
      : ([
          [`${name} ${names.p50}`, p50],
          [`${name} ${names.p90}`, p90],
        ] as const);
  const all = [[names.firstReplyShort, firstReplyMs] as const, [names.handlingShort, handlingMs] as const].flatMap(bars);
  return Object.fromEntries(all.map(([name, ms]) => [name, Math.round((10 * ms) / MINUTE_MS) / 10]));
}

function minutes({ count, p50, p90 }: Percentiles): string {
  if (count === 0 || p50 === undefined || p90 === undefined) return '–';
  return `${Math.round(p50 / MINUTE_MS)} / ${Math.round(p90 / MINUTE_MS)}`;
}

interface BarsProps {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Said when there is nothing to draw. */
  readonly none: string;
}

function Bars({ title, counts, none }: BarsProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const chart = init(place.current);
    const entries = Object.entries(counts).sort(([, a], [, b]) => a - b);
    chart.setOption({
      title: { text: title, subtext: entries.length === 0 ? none : '', textStyle: { fontSize: 14 } },
      grid: { left: 8, right: 40, top: 40, bottom: 8, containLabel: true },
      xAxis: { type: 'value', minInterval: 1 },
      yAxis: { type: 'category', data: entries.map(([name]) => name) },
      series: [{ type: 'bar', data: entries.map(([, count]) => count), label: { show: true, position: 'right' }, barMaxWidth: 24 }],
    });
    const resize = () => chart.resize();
    addEventListener('resize', resize);
    return () => {
      removeEventListener('resize', resize);
      chart.dispose();
    };
  }, [title, counts, none]);
  return (
    <div
      ref={place}
      className="chart"
      role="img"
      aria-label={`${title}: ${Object.entries(counts)
        .map((pair) => pair.join(' '))
        .join(', ')}`}
    />
  );
}
