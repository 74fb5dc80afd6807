import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS, stepOf } from '../../dialogs/steps';
import { cell, tableOf } from '../tables';
import type { Played } from './play';

/** What the scripts reach: for each step, question, cause, outcome and queue the names of the scripts. */
export type Coverage = ReadonlyMap<string, readonly string[]>;

/** What no conversation reaches, and why. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {};

/** A case of this priority comes into this queue. */
const QUEUES = [
  ['ESC-P0', 'Q-FRAUD Q-TECH'],
  ['ESC-P1', 'Q-SETTLE Q-DISPUTE Q-RISK Q-FRAUD Q-FEE Q-COMPLAINT'],
  ['ESC-P2', 'Q-SETTLE Q-DISPUTE Q-RISK Q-FEE Q-TECH'],
  ['ESC-P3', 'Q-SETTLE Q-DISPUTE Q-FEE Q-TECH'],
] as const;

function all(): readonly string[] {
  return [
    ...Object.entries(STEPS).flatMap(([step, questions]) => [`step ${step}`, ...questions.map((asking) => `question ${step}.${asking}`)]),
    ...tableOf('2.2').map((row) => `reading ${cell(row, 'reading')}`),
    ...tableOf('3').map((row) => `cause ${cell(row, 'id')}`),
    ...tableOf('4.6').map((row) => `outcome ${cell(row, 'code')}`),
    ...QUEUES.flatMap(([outcome, queues]) => queues.split(' ').map((queue) => `case ${outcome} ${queue}`)),
  ];
}

/** What each of the played conversations reached. */
export function coverageOf(played: readonly Played[]): Coverage {
  const reached = new Map<string, Set<string>>(all().map((item) => [item, new Set()]));
  for (const { script, turns } of played) {
    for (const { before, after } of turns) {
      const { asking, diagnosis, case: open, draft } = after ?? {};
      const items = [
        ...(asking && asking !== before?.asking ? [`step ${stepOf(asking)}`, `question ${stepOf(asking)}.${asking}`] : []),
        ...(draft?.facts.issueType ? [`reading ${draft.facts.issueType.value}`] : []),
        ...(diagnosis?.outcome ? [`outcome ${diagnosis.outcome}`, ...diagnosis.causes.map(({ id }) => `cause ${id}`)] : []),
        ...(draft?.refusals ?? []).map((refusal) => `outcome ${refusal}`),
        ...(open ? [`case ESC-${open.priority} ${open.queue}`] : []),
      ];
      for (const item of items) reached.set(item, (reached.get(item) ?? new Set()).add(script.name));
    }
  }
  return new Map([...reached].map(([item, names]) => [item, [...names]]));
}

/** What nothing reaches although it can be, and what is said to be impossible and is reached. */
export function uncovered(coverage: Coverage): readonly string[] {
  return [...coverage].flatMap(([item, names]) => {
    if (item in IMPOSSIBLE) return names.length > 0 ? [`${item} is reached by ${names[0]}`] : [];
    return names.length === 0 ? [item] : [];
  });
}

const FILE = join(__dirname, '..', 'artifacts', 'dialog-coverage.md');

/** The report as a page. */
export function formatCoverage(coverage: Coverage): string {
  const rows = [...coverage].map(([item, names]) => {
    const by = names.length > 0 ? names.join(', ') : `– ${IMPOSSIBLE[item] ?? '**nothing**'}`;
    return `| ${item} | ${names.length} | ${by} |`;
  });
  return ['| what | scripts | by |', '|---|---|---|', ...rows, ''].join('\n');
}

export function writeCoverage(coverage: Coverage): void {
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, formatCoverage(coverage));
}
