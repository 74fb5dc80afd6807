/**
 * Chat scripts: the SDK's .chat format (`user=`, `bot=`, a blank line, then `user:`/`bot:` turns), with comments that steer and check.
 *
 * Header: `channel=` (default emulator), `locale=` of the user's window, `tenant=` on Teams, one `secret=` for each number that must not
 * be found anywhere afterwards, and `knows=slot words` for what the user answers when asked for that slot.
 *
 * Turns: `user:` is a message; `[image]` or `[file]` in it is an attachment. `also:` is one more message sent before the answer came.
 * `bot:` is a part of what the bot says in that turn, in order.
 *
 * Before a turn: `> now:` sets the clock (ISO), `> advance: 3d2h5m` moves it on, `> locale:` is the window's language from here on,
 * `> desk: accept` or `> desk: close` is what a person at the desk does.
 * Turns without a message: `> joins:` the user opens the chat; `> tick: ISO` the clock moves and what is due runs; `> until: confirm` the
 * user answers what is asked, by `knows=` or with 没有, until that is asked; the lines below are about the last answer.
 * After a turn: the names in CHECKS.
 */

import { addMs } from '../src/domain/calendar';

/** What a message brings along. */
export interface Words {
  readonly text: string;
  readonly files: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly value: string;
}

export interface ChatTurn {
  readonly line: number;
  readonly kind: 'message' | 'joins' | 'tick' | 'until';
  /** What is to be asked after an `until`. */
  readonly until?: string;
  /** ISO; sets the clock. */
  readonly now?: string;
  /** Ms. */
  readonly advance?: number;
  readonly locale?: string;
  readonly desk?: 'accept' | 'close';
  /** One message, or a burst of several. */
  readonly said: readonly Words[];
  readonly bot: readonly string[];
  readonly checks: readonly Check[];
}

export interface ChatScript {
  readonly channel: string;
  readonly locale: string | undefined;
  readonly tenant: string | undefined;
  readonly secrets: readonly string[];
  /** Slot → the user's words. */
  readonly knows: Readonly<Record<string, string>>;
  readonly turns: readonly ChatTurn[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Omit<Writable<ChatTurn>, 'said' | 'bot' | 'checks'> & { said: Words[]; bot: string[]; checks: Check[] };
type Before = Partial<Pick<Draft, 'now' | 'advance' | 'locale' | 'desk' | 'until'>>;

/** Reads a script. Throws with the line number on a line that is neither header, turn nor comment. */
export function parseChat(source: string): ChatScript {
  const lines = source.split(/\r?\n/);
  const body = lines.indexOf('');
  const header = lines.slice(0, body).map((line) => /^(\w+)=(.*)$/.exec(line) ?? []);
  const valuesOf = (name: string) => header.flatMap(([, key, value]) => (key === name && value !== undefined ? [value] : []));
  const turns: Draft[] = [];
  let before: Before = {};
  const begin = (line: number, kind: Draft['kind'], said: Words[], more: Before = {}) => {
    turns.push({ line, kind, said, bot: [], checks: [], ...before, ...more });
    before = {};
  };
  lines.forEach((text, index) => {
    if (index <= body || text.trim() === '') return;
    const line = index + 1;
    const [, speaker, words = ''] = /^(user:|also:|bot:|>)\s?(.*)$/.exec(text) ?? [];
    const turn = turns.at(-1);
    if (speaker === 'user:') begin(line, 'message', [wordsOf(words)]);
    else if (speaker === 'also:' && turn) turn.said.push(wordsOf(words));
    else if (speaker === 'bot:' && turn) turn.bot.push(words);
    else if (speaker !== '>') throw new Error(`line ${line}: neither user:, also:, bot: nor a comment`);
    else {
      const [, name = '', value = ''] = /^(\w+):\s*(.*)$/.exec(words) ?? [];
      if (name === 'joins') begin(line, 'joins', []);
      else if (name === 'tick') begin(line, 'tick', [], { now: value });
      else if (name === 'until') begin(line, 'until', [], { until: value });
      else if (CHECKS.has(name)) turn?.checks.push({ name, value });
      else before = { ...before, ...steer(name, value, line) };
    }
  });
  const [channel = 'emulator'] = valuesOf('channel');
  const knows = Object.fromEntries(valuesOf('knows').map((words) => [words.replace(/ .*/, ''), words.replace(/^\S+ /, '')]));
  return { channel, locale: valuesOf('locale')[0], tenant: valuesOf('tenant')[0], secrets: valuesOf('secret'), knows, turns };
}

function wordsOf(source: string): Words {
  const files = [...source.matchAll(/\[(image|file)\]/g)].map(([, kind]) => (kind === 'image' ? 'image/png' : 'application/pdf'));
  return { text: source.replace(/\s*\[(?:image|file)\]\s*/g, ''), files };
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

function steer(name: string, value: string, line: number): Before {
  switch (name) {
    case '':
      return {};
    case 'now':
      addMs(value, 0);
      return { now: value };
    case 'advance':
      return { advance: [...value.matchAll(/(\d+)([dhm])/g)].reduce((sum, [, n, unit = '']) => sum + Number(n) * (UNITS[unit] ?? 0), 0) };
    case 'locale':
      return { locale: value };
    case 'desk':
      if (value === 'accept' || value === 'close') return { desk: value };
      break;
    default:
  }
  throw new Error(`line ${line}: no comment is called ${name}: ${value}`);
}

/**
 * asking, outcome, queue, expectedBy, recheckAt, overdueWorkdays, provisional: equal · cause: all of these ids · causeNot: none of them ·
 * draft: slot=value (`slot=` for absent; a list by its length) · case: `P2 Q-SETTLE queue` by its beginning, or none · refusals: has ·
 * choice: a choice with this label · never: not said · silent: nothing said · summary, summaryNot: in the text of the case.
 */
const CHECKS = new Set([
  'asking',
  'outcome',
  'queue',
  'cause',
  'causeNot',
  'expectedBy',
  'recheckAt',
  'overdueWorkdays',
  'provisional',
  'draft',
  'case',
  'refusals',
  'choice',
  'never',
  'silent',
  'summary',
  'summaryNot',
]);

/** What came of a turn. Checks of the trace are skipped where a channel has none. */
export interface TurnResult {
  readonly texts: readonly string[];
  readonly choices: readonly string[];
  readonly trace: Readonly<Record<string, unknown>> | undefined;
  /** Text of the conversation's case, as the desk reads it. */
  readonly summary: string | undefined;
}

/** What a turn broke, in words; empty when all holds. */
export function faultsOf(turn: ChatTurn, result: TurnResult): string[] {
  const words = result.texts.join('\n');
  let from = 0;
  const unsaid = turn.bot.filter((part) => {
    const at = words.indexOf(part, from);
    if (at >= 0) from = at + part.length;
    return at < 0;
  });
  const faults = unsaid.map((part) => `not said: ${part}`);
  return [...faults, ...turn.checks.flatMap((check) => faultOf(check, result, words) ?? [])];
}

/** The place in the queue is told by itself every minute and answers nobody; doors that share a queue hear it. */
const withoutQueue = (words: string): string => words.replace(/^(您前面还有\d+位在等待|您排在第一位|您的案件\S+还在排队).*$/gm, '').trim();

function faultOf(check: Check, { choices, trace, summary }: TurnResult, words: string): string | undefined {
  const { name, value } = check;
  switch (name) {
    case 'silent':
      return withoutQueue(words) === '' ? undefined : `said although silence was due: ${words}`;
    case 'never':
      return words.includes(value) ? `said: ${value}` : undefined;
    case 'choice':
      return choices.includes(value) ? undefined : `not offered: ${value}`;
    case 'summary':
      return summary?.includes(value) ? undefined : `not in the summary: ${value}\n${summary}`;
    case 'summaryNot':
      return summary?.includes(value) ? `in the summary: ${value}` : undefined;
    default: {
      if (!trace) return undefined;
      const found = readTrace(trace, name, value);
      return found.ok ? undefined : `${name} is ${found.is}, not ${value}`;
    }
  }
}

interface Found {
  readonly ok: boolean;
  readonly is: string;
}

function readTrace(trace: Readonly<Record<string, unknown>>, name: string, value: string): Found {
  const diagnosis = (trace.diagnosis ?? {}) as Readonly<Record<string, unknown>>;
  const draft = (trace.draft ?? {}) as Readonly<Record<string, unknown>>;
  switch (name) {
    case 'asking':
      return { ok: String(trace.asking) === value, is: String(trace.asking) };
    case 'cause':
    case 'causeNot': {
      const causes = ((diagnosis.causes ?? []) as { id: string }[]).map(({ id }) => id);
      const wanted = value.split(/[\s,]+/);
      return {
        ok: name === 'cause' ? wanted.every((id) => causes.includes(id)) : !wanted.some((id) => causes.includes(id)),
        is: causes.join(','),
      };
    }
    case 'draft':
      return readDraft(draft, value);
    case 'refusals':
      return { ok: ((draft.refusals ?? []) as string[]).includes(value), is: JSON.stringify(draft.refusals ?? []) };
    case 'case': {
      const open = trace.case as { priority: string; queue: string; owner: string } | null;
      const is = open ? `${open.priority} ${open.queue} ${open.owner}` : 'none';
      return { ok: is.startsWith(value), is };
    }
    default:
      return { ok: String(diagnosis[name]) === value, is: String(diagnosis[name]) };
  }
}

function readDraft(draft: Readonly<Record<string, unknown>>, check: string): Found {
  const [, slot = '', want] = /^(\w+)=(.*)$/.exec(check) ?? [];
  const known = draft[slot];
  const is = Array.isArray(known) ? String(known.length) : String(known ?? '');
  return { ok: is === want, is: `${slot}=${is}` };
}
