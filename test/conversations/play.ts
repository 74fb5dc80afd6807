import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import { moveOwner } from '../../src/domain/owner';
import { caseOf, changeCase } from '../../src/repositories/cases';
import { exportTranscript } from '../../src/repositories/transcripts';
import { partitionOf } from '../../src/store/store';
import { type ChatScript, type ChatTurn, faultsOf } from '../chat';
import { readSaid } from '../talk';
import type { Door, Line } from './doors';
import { invariantFaults } from './invariants';
import { advance, PAUSE_MS, type Seen, type World } from './world';

export interface Script extends ChatScript {
  /** File name without its ending. */
  readonly name: string;
}

/** What one turn was and what came of it. */
export interface PlayedTurn {
  readonly turn: ChatTurn;
  readonly now: string;
  readonly texts: readonly string[];
  readonly choices: readonly string[];
  readonly trace: Readonly<Record<string, unknown>> | undefined;
  readonly activities: readonly Partial<Activity>[];
  /** What the bot knew before and after. */
  readonly before: Seen | undefined;
  readonly after: Seen | undefined;
}

export interface Played {
  readonly script: Script;
  readonly turns: readonly PlayedTurn[];
  /** The conversation as a person would read it, with what is wrong in its place. */
  readonly printed: string;
  readonly faults: readonly string[];
}

/** Plays a script through a door: every turn is checked by its own lines and by what must always hold. */
export async function play(script: Script, { door, world }: { readonly door: Door; readonly world: World }): Promise<Played> {
  const line = await door.begin(script, script.name);
  const turns: PlayedTurn[] = [];
  const printed: string[] = [];
  const faults: string[] = [];
  let locale = script.locale;
  for (const turn of script.turns) {
    if (turn.now) world.clock = turn.now;
    if (turn.advance) advance(world, turn.advance);
    locale = turn.locale ?? locale;
    if (turn.desk) await moveCase(world, line, turn.desk);
    for (const step of stepsOf(script, turn, () => world.seen(line.key)?.asking)) {
      const before = await seenNow(world, line);
      const activities = await runTurn({ ...script, locale }, step, { line, world, index: turns.length });
      const played: PlayedTurn = { turn: step, now: world.clock, ...readSaid(activities), before, after: await seenNow(world, line) };
      turns.push(played);
      const summary = played.after?.case?.summary;
      const wrong = [...faultsOf(step, { ...played, summary }), ...invariantFaults(script, turns)];
      faults.push(...wrong.map((fault) => `line ${turn.line}: ${fault}`));
      printed.push(...print(played), ...wrong.map((fault) => `  ✗ ${fault}`));
      advance(world, PAUSE_MS);
    }
    const last = turns.at(-1);
    if (turn.kind === 'until' && last) {
      const wrong = faultsOf(turn, { ...last, summary: last.after?.case?.summary });
      if (last.after?.asking !== turn.until) wrong.push(`asked is ${last.after?.asking}, not ${turn.until}`);
      faults.push(...wrong.map((fault) => `line ${turn.line}: ${fault}`));
      printed.push(...wrong.map((fault) => `  ✗ ${fault}`));
    }
  }
  await keepTranscript(world, line);
  return { script, turns, printed: printed.join('\n'), faults };
}

/** Of this many answers one should have been enough. */
const MANY = 9;

/** An `until` is as many messages as it takes. */
function* stepsOf({ knows }: Script, turn: ChatTurn, asking: () => string | undefined): Generator<ChatTurn> {
  if (turn.kind !== 'until') return yield turn;
  for (let left = MANY; left > 0; left -= 1) {
    const asked = asking();
    if (!asked || asked === turn.until) return;
    yield { line: turn.line, kind: 'message', said: [{ text: knows[asked] ?? '没有', files: [] }], bot: [], checks: [] };
  }
}

async function runTurn(script: ChatScript, turn: ChatTurn, { line, world, index }: { line: Line; world: World; index: number }) {
  if (turn.kind === 'tick') {
    await world.tick();
    return world.delivered(line.key);
  }
  const id = (part: number) => `${line.key}-${index}-${part}`;
  const here = script.locale ? { locale: script.locale } : {};
  if (turn.kind === 'joins')
    return line.say([{ type: 'conversationUpdate', id: id(0), membersAdded: [{ id: 'user', name: 'User' }], ...here }]);
  const messages = turn.said.map(({ text, files }, part): Partial<Activity> => {
    const attachments = files.map((contentType, n) => ({
      contentType,
      contentUrl: `https://files.example.com/${index}/${n}`,
      name: 'IMG_4417.png',
    }));
    return { type: 'message', id: id(part), text, ...(attachments.length > 0 && { attachments }), ...here };
  });
  return line.say(messages);
}

/** The case is read from the store: the desk may have moved it. */
async function seenNow(world: World, { key }: Line): Promise<Seen | undefined> {
  const seen = world.seen(key);
  return seen && { ...seen, case: await caseOf(world.store.partition(partitionOf(key)), key) };
}

/** What a person at the desk does: takes the case, or closes it. */
async function moveCase({ store, clock }: World, { key }: Line, what: 'accept' | 'close'): Promise<void> {
  const partition = store.partition(partitionOf(key));
  const open = await caseOf(partition, key);
  if (!open) throw new Error('no case for the desk to work on');
  const agent = { id: 'agent-1', name: '小周' };
  const event = what === 'accept' ? ({ kind: 'accept', at: clock, agent } as const) : ({ kind: 'close', at: clock } as const);
  await changeCase(partition, open.id, (before) => {
    const moved = moveOwner(before, event);
    if (moved.kind === 'refused') throw new Error(`the desk cannot ${what}: ${moved.owner}`);
    return moved.case;
  });
}

function print({ turn, now, texts, choices, trace }: PlayedTurn): string[] {
  const said =
    turn.kind === 'message'
      ? turn.said.map(({ text, files }) => `user: ${text}${files.map(() => ' [file]').join('')}`)
      : [`(${turn.kind})`];
  const { asking, diagnosis, case: open, draft, intent } = (trace ?? {}) as Record<string, never>;
  const conclusion = diagnosis as { outcome?: string; causes?: { id: string }[]; expectedBy?: string; recheckAt?: string } | undefined;
  const short =
    conclusion &&
    [conclusion.outcome, conclusion.causes?.map(({ id }) => id).join(), conclusion.expectedBy, conclusion.recheckAt].join(' ');
  return [
    ...said.map((words) => `${now.slice(5, 16)} ${words}`),
    ...texts.map((words) => `            bot: ${words}`),
    ...(choices.length > 0 ? [`                 [${choices.join(' | ')}]`] : []),
    ...(trace ? [`            # ${JSON.stringify({ asking, diagnosis: short, case: open, draft, intent })}`] : []),
  ];
}

const ARTIFACTS = join(__dirname, '..', 'artifacts');

/** A .transcript that the Emulator opens. */
async function keepTranscript({ store }: World, { key }: Line): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  const [, name = 'unnamed'] = key.split('/');
  writeFileSync(join(ARTIFACTS, `${name}.transcript`), await exportTranscript(store.partition(partitionOf(key)), key));
}
