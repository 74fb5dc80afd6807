/**
 * Chat scripts: the SDK's .chat format (`user=`, `bot=`, a blank line, then `user:`/`bot:` turns), with comments that steer and check.
 * A `bot:` line is a part of what the bot says in that turn, in order. `> now:` sets the clock before the next message; after a message
 * `> asking:`, `> outcome:`, `> cause:`, `> expectedBy:`, `> recheckAt:`, `> draft: slot=value`, `> case: P2 Q-SETTLE`, `> never: words` check it.
 */
export interface ChatTurn {
  readonly line: number;
  readonly now?: string;
  readonly user: string;
  readonly bot: readonly string[];
  readonly checks: readonly { readonly name: string; readonly value: string }[];
}

export interface ChatScript {
  readonly channel: string;
  readonly turns: readonly ChatTurn[];
}

interface Draft {
  line: number;
  now?: string;
  user: string;
  bot: string[];
  checks: { name: string; value: string }[];
}

/** Reads a script. Throws with the line number on a line that is neither header, turn nor comment. */
export function parseChat(source: string): ChatScript {
  const lines = source.split(/\r?\n/);
  const body = lines.indexOf('');
  const channel = lines.slice(0, body).find((line) => line.startsWith('channel='))?.slice(8) ?? 'emulator';
  const turns: Draft[] = [];
  let now: string | undefined;
  lines.forEach((line, index) => {
    if (index <= body || line.trim() === '') return;
    const [, speaker, words = ''] = /^(user|bot|>)[: ]\s?(.*)$/.exec(line) ?? [];
    if (!speaker) throw new Error(`line ${index + 1}: neither user:, bot: nor a comment`);
    const turn = turns.at(-1);
    if (speaker === 'user') {
      turns.push({ line: index + 1, user: words, bot: [], checks: [], ...(now !== undefined ? { now } : {}) });
      now = undefined;
    } else if (speaker === 'bot') turn?.bot.push(words);
    else {
      const [, name = '', value = ''] = /^(\w+):\s*(.*)$/.exec(words) ?? [];
      if (name === 'now') now = value;
      else if (name && CHECKS.has(name)) turn?.checks.push({ name, value });
    }
  });
  return { channel, turns };
}

const CHECKS = new Set(['asking', 'outcome', 'cause', 'expectedBy', 'recheckAt', 'draft', 'case', 'never', 'refusals', 'overdueWorkdays', 'provisional', 'silent']);

type Trace = Record<string, unknown> | undefined;

/** What a turn broke, in words; empty when all holds. Checks of the trace are skipped where a channel has none. */
export function faultsOf(turn: ChatTurn, said: { readonly texts: readonly string[]; readonly trace: Trace }): string[] {
  const words = said.texts.join('\n');
  let from = 0;
  const unsaid = turn.bot.filter((part) => {
    const at = words.indexOf(part, from);
    if (at >= 0) from = at + part.length;
    return at < 0;
  });
  const faults = unsaid.map((part) => `not said: ${part}`);
  for (const check of turn.checks) {
    const fault = check.name === 'never' || check.name === 'silent' ? wordFault(check, words) : traceFault(check, said.trace);
    if (fault) faults.push(fault);
  }
  return faults;
}

function wordFault({ name, value }: { name: string; value: string }, words: string): string | undefined {
  if (name === 'silent') return words === '' ? undefined : `said although silence was due: ${words}`;
  return words.includes(value) ? `said: ${value}` : undefined;
}

function traceFault({ name, value }: { name: string; value: string }, trace: Trace): string | undefined {
  if (!trace) return undefined;
  const found = readTrace(trace, name, value);
  return found.ok ? undefined : `${name} is ${found.is}, not ${value}`;
}

function readTrace(trace: Record<string, unknown>, name: string, value: string): { ok: boolean; is: string } {
  const diagnosis = (trace.diagnosis ?? {}) as Record<string, unknown>;
  const draft = (trace.draft ?? {}) as Record<string, unknown>;
  if (name === 'asking') return { ok: String(trace.asking) === value, is: String(trace.asking) };
  if (name === 'cause') {
    const causes = ((diagnosis.causes ?? []) as { id: string }[]).map(({ id }) => id);
    return { ok: value.split(/[\s,]+/).every((id) => causes.includes(id)), is: causes.join(',') };
  }
  if (name === 'draft') {
    const [slot = '', want] = value.split('=');
    return { ok: String(draft[slot]) === want, is: `${slot}=${String(draft[slot])}` };
  }
  if (name === 'refusals') return { ok: JSON.stringify(draft.refusals ?? []).includes(value), is: JSON.stringify(draft.refusals ?? []) };
  if (name === 'case') {
    const open = trace.case as { priority: string; queue: string; owner: string } | null;
    const is = open ? `${open.priority} ${open.queue} ${open.owner}` : 'none';
    return { ok: is.startsWith(value), is };
  }
  return { ok: String(diagnosis[name]) === value, is: String(diagnosis[name]) };
}
