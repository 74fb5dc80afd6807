import { addMs, dateOf, MINUTE_MS, timeOf } from '../../domain/calendar';
import type { Moment } from '../../domain/slots';
import { anyOf } from './any-of';
import { firstMatches } from './found';
import { smallNumber } from './numerals';

/** A time said in the text, placed on the calendar. */
export interface TimeMention {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Undefined when a time was meant that cannot be placed (前几天, 周末) or lies ahead (明天). */
  readonly moment: Moment | undefined;
  readonly approx: boolean;
  /** No day was said: the latest past one was taken. */
  readonly dateAssumed: boolean;
  /** 12点 without 中午/半夜. */
  readonly ambiguousHour: boolean;
  readonly future: boolean;
}

const AGO = anyOf(
  /(?<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半|大半)\s?(?<half>个半)?(?:多|来)?个?(?<u>小时|钟头|刻钟|分钟|分)(?<half2>半)?多?钟?(?:之|以)?前/g,
  /\b(?<n2>\d{1,3}|an?|half an|one|two|three|five|ten) (?<u2>hours?|hrs?|minutes?|mins?) ago\b/g,
);
const JUST_NOW = /刚刚?才?(?=[刷扫付收转买消给支结用])|刚才|刚刚|\bjust now\b|\ba moment ago\b/g;
const NOT_A_SALE = /^(?:也|我)?(?:说|讲|问|发|打电话|打错|打的|提|那个|的?问题|写|给你|忘|看|查|聊|手机|掉线|不在)/;
const ENGLISH_COUNT: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, five: 5, ten: 10, 'half an': 0.5 };

function unitMinutes(words: string): number {
  if (/小时|钟头|h/.test(words)) return 60;
  return words === '刻钟' ? 15 : 1;
}

/** 半小时前, 两个小时前, 刚才: an instant, about. */
export function instants(text: string, now: string): TimeMention[] {
  const at = (match: RegExpMatchArray, minutesAgo: number): TimeMention => {
    const start = match.index ?? 0;
    const instant = addMs(now, -Math.round(minutesAgo) * MINUTE_MS);
    const moment = { date: dateOf(instant), time: timeOf(instant).slice(0, 5) };
    return {
      start,
      end: start + match[0].length,
      text: match[0],
      moment,
      approx: true,
      dateAssumed: false,
      ambiguousHour: false,
      future: false,
    };
  };
  const ago = firstMatches(text, AGO).flatMap((match) => {
    const groups = match.groups ?? {};
    const unit = unitMinutes(groups.u ?? groups.u2 ?? '');
    const words = groups.n ?? '';
    const count = groups.n2 ? (ENGLISH_COUNT[groups.n2] ?? Number(groups.n2)) : /半/.test(words) ? 0.5 : smallNumber(words);
    if (count === undefined) return [];
    return [at(match, (count + (groups.half || groups.half2 ? 0.5 : 0)) * unit)];
  });
  const just = firstMatches(text, JUST_NOW)
    .filter(
      (match) => !ago.some(({ start }) => start >= match.index && start - match.index - match[0].length <= 2 && start !== match.index),
    )
    .filter((match) => !NOT_A_SALE.test(text.slice((match.index ?? 0) + match[0].length)))
    .map((match) => at(match, 0));
  return [...ago, ...just];
}
