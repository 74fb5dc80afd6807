import { createRequire } from 'node:module';
import type { Asking } from '../../src/domain/slots';
import { extract } from '../../src/understanding/embedded/extract';
import { CASE_FILES, type Case, readCases, said } from '../../test/understanding/cases';
import { quantile } from '../figures';

/**
 * Sums and times in the sentences of test/fixtures/understanding, found by our rules and by the recognizers that the SDK's prompts use:
 * npm run bench:understanding. The SDK's count as right when any of what they offer is; the sentences were also used to mend our rules.
 */
interface Resolved {
  readonly resolution?: { readonly value?: string; readonly values?: readonly { readonly value?: string }[] };
}
interface SdkRecognizers {
  recognizeNumber(text: string, culture: string): readonly Resolved[];
  recognizeDateTime(text: string, culture: string, options: number, reference: Date): readonly Resolved[];
}
// It comes with botbuilder-dialogs.
const sdk: SdkRecognizers = createRequire(require.resolve('botbuilder-dialogs'))('@microsoft/recognizers-text-suite');
const CULTURE = 'zh-cn';

type Find = (one: Case) => readonly string[];

/** The clock at +08:00 as the recognizers read it: by the fields of a local time. */
function referenceOf(now: string): Date {
  return new Date(now.slice(0, 19));
}

const OURS: Find = ({ text, now, expecting }) => {
  const found = said(extract(text, { now, locale: 'zh-CN', ...(expecting ? { expecting: expecting as Asking } : {}) }));
  return [found.get('amount'), found.get('txTime')].filter((value) => value !== undefined);
};

const SDK: Find = ({ text, now }) => [
  ...sdk.recognizeNumber(text, CULTURE).map(({ resolution }) => String(Math.round(Number(resolution?.value) * 100))),
  ...timesOf(text, now).flatMap(
    ({ resolution }) => resolution?.values?.flatMap(({ value }) => (value ? [value, value.slice(0, 16)] : [])) ?? [],
  ),
];

/** 半小时前 and its like make it throw: nothing found. */
function timesOf(text: string, now: string): readonly Resolved[] {
  try {
    return sdk.recognizeDateTime(text, CULTURE, 0, referenceOf(now));
  } catch {
    return [];
  }
}

/** A part of the day (2026-05-01 afternoon) is right with the day alone. */
function isFound(wanted: string, found: readonly string[]): boolean {
  return found.includes(wanted) || found.includes(wanted.replace(/ [a-z]+$/, ''));
}

function measure(name: string, find: Find, cases: readonly Case[]): Record<string, string | number> {
  const ms: number[] = [];
  const hits = { amount: 0, txTime: 0 };
  for (const one of cases) {
    const begun = performance.now();
    const found = find(one);
    ms.push(performance.now() - begun);
    for (const slot of ['amount', 'txTime'] as const) if (isFound(one.want.get(slot) ?? '-', found)) hits[slot] += 1;
  }
  const share = (slot: 'amount' | 'txTime') => (hits[slot] / cases.filter(({ want }) => isValue(want.get(slot))).length).toFixed(3);
  return {
    rules: name,
    amounts: share('amount'),
    times: share('txTime'),
    p50Ms: quantile(ms, 0.5).toFixed(2),
    p99Ms: quantile(ms, 0.99).toFixed(2),
  };
}

const isValue = (wanted: string | undefined): boolean => wanted !== undefined && wanted !== '-';

/** One table of our rules beside the SDK's. */
export function compareSlots(): void {
  const cases = CASE_FILES.flatMap(readCases).filter(({ want }) => isValue(want.get('amount')) || isValue(want.get('txTime')));
  for (const find of [OURS, SDK]) cases.slice(0, 100).forEach(find);
  console.log(`${cases.length} sentences with a sum or a time`);
  console.table([measure('ours', OURS, cases), measure("the SDK's", SDK, cases)]);
}
