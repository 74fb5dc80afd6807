import type { Attachment } from 'botbuilder';
import { isTextKey, type TextKey, type TextParams, text } from '../../../locales';
import { type Case, CLOSING_OUTCOMES, QUEUES } from '../../domain/case';

/**
 * A case as an Adaptive Card for agents in Teams. Colours and sizes are those of the theme, every text wraps and nothing has a width of its own, so
 * that it reads in the dark and on a phone. The desk reads Chinese whatever the user's language.
 */

/** Version of the schema: what Teams asks for with Action.Execute. Source: learn.microsoft.com, "Work with Universal Actions for Adaptive Cards". */
const VERSION = '1.5';
export const CARD_TYPE = 'application/vnd.microsoft.card.adaptive';
/**
 * 28 KB in UTF-16, as Teams counts: what a webhook takes, so a card may go anywhere. Bots have 100 KB, of which 80 are safe. Source: learn.microsoft.com,
 * "Format your bot messages", message size limit.
 */
const MOST_BYTES = 28 * 1024;

/** What a button asks for. */
export const VERBS = ['accept', 'view', 'brief', 'reply', 'note', 'requeue', 'return', 'close'] as const;
export type Verb = (typeof VERBS)[number];

/** A card is an object of the Adaptive Cards schema. */
export type Card = Readonly<Record<string, unknown>>;

export interface CardView {
  /** The whole summary, and the last lines of the conversation. */
  readonly details?: { readonly excerpt: readonly string[] };
  /** One sentence on top: why a button did nothing. */
  readonly notice?: string;
  /** Whose own view it is, an agent's id: who has the case gets its buttons. Absent: what everybody sees. */
  readonly viewer?: string;
  /** Ids in Teams for whom the card refreshes itself, see listSeen; the others ask for it. */
  readonly refreshed?: readonly string[];
}

const say = (key: TextKey, params?: TextParams): string => text('zh-CN', key, params);
/** A user's words are no markup: a link in them must not become one. */
const plain = (words: string): string => words.replace(/[[\]*_`]/g, (sign) => WIDE[sign] ?? sign);
const WIDE: Readonly<Record<string, string>> = { '[': '\uff3b', ']': '\uff3d', '*': '\uff0a', _: '\uff3f', '`': '\uff07' };
/** 11-20 14:00 */
const clock = (iso: string): string => iso.slice(5, 16).replace('T', ' ');

/** The card of a case as it is now, never above MOST_BYTES. */
export function caseCard(found: Case, view: CardView = {}): Card {
  for (const size of SIZES) {
    const card = draw(found, view, size);
    if (sizeOf(card) <= MOST_BYTES) return card;
  }
  const { viewer = '' } = view;
  return draw(found, { viewer }, { lines: 0, letters: 200, people: 0 });
}

/** How much of the conversation and of each line is shown, and for how many it refreshes itself, from the most to the least. */
const SIZES = [
  { lines: 12, letters: 600, people: 60 },
  { lines: 8, letters: 300, people: 60 },
  { lines: 4, letters: 150, people: 60 },
  { lines: 4, letters: 100, people: 20 },
  { lines: 0, letters: 60, people: 5 },
] as const;

/** Bytes as UTF-16. */
export function sizeOf(card: Card): number {
  return Buffer.byteLength(JSON.stringify(card), 'utf16le');
}

export function attach(card: Card): Attachment {
  return { contentType: CARD_TYPE, content: card };
}

/** The card in one line: for the notification, and where a card cannot be shown. */
export function cardText(found: Case): string {
  const { id, priority, queue, replyBy } = found;
  return say('teams.card.text', {
    id,
    priority,
    queue: say(`desk.page.queues.${queue}`),
    status: statusOf(found),
    replyBy: clock(replyBy),
  });
}

/** Who has the case now. */
export function statusOf({ owner, agent }: Pick<Case, 'owner' | 'agent'>): string {
  return owner === 'agent' ? say('teams.card.with', { name: agent?.name ?? '' }) : say(`desk.page.owners.${owner}`);
}

interface Size {
  readonly lines: number;
  readonly letters: number;
  readonly people: number;
}

function draw(found: Case, { details, notice, viewer, refreshed = [] }: CardView, size: Size): Card {
  const { id, priority, summary, agent } = found;
  const [, headline = ''] = summary.split('\n');
  const body = [
    ...(notice ? [block(notice, { weight: 'Bolder', color: 'Attention' })] : []),
    headOf(found),
    block(cut(headline, size.letters)),
    factsOf(found),
    ...(details ? detailsOf(found, details.excerpt, size) : []),
  ];
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: VERSION,
    fallbackText: cardText(found),
    speak: say('teams.card.speak', { id, priority }),
    refresh: { action: execute('brief', id, 'teams.card.refresh'), userIds: refreshed.slice(0, size.people) },
    body,
    actions: actionsOf(found, { isOpen: details !== undefined, isOwn: viewer !== undefined && viewer === agent?.id }),
  };
}

function block(words: string, more: object = {}): Card {
  return { type: 'TextBlock', text: plain(words), wrap: true, ...more };
}

function headOf({ id, priority, queue, owner, agent }: Case): Card {
  const style = ({ P0: 'attention', P1: 'warning', P2: 'emphasis', P3: 'emphasis' } as const)[priority];
  const title = say('teams.card.title', { priority, queue: say(`desk.page.queues.${queue}`), id });
  const items = [
    block(title, { weight: 'Bolder', size: 'Medium' }),
    block(statusOf({ owner, ...(agent && { agent }) }), { spacing: 'Small' }),
  ];
  return { type: 'Container', style, bleed: true, items };
}

function channelName(channel: string): string {
  const key = `summary.channel.${channel}`;
  return isTextKey(key) ? say(key) : channel;
}

function factsOf({ channel, createdAt, replyBy, waitingSince, closing }: Case): Card {
  const facts: (readonly [TextKey, string])[] = [
    ['teams.card.channel', channelName(channel)],
    ['teams.card.created', clock(createdAt)],
    ['teams.card.replyBy', clock(replyBy)],
    ...(waitingSince ? [['teams.card.waiting', clock(waitingSince)] as const] : []),
    ...(closing ? [['desk.page.outcome', say(`desk.page.outcomes.${closing.outcome}`)] as const] : []),
    ...(closing?.note ? [['desk.page.closingNote', plain(cut(closing.note, 200))] as const] : []),
  ];
  return { type: 'FactSet', facts: facts.map(([key, value]) => ({ title: say(key), value })) };
}

/** A summary has fewer. */
const MOST_LINES = 24;

function detailsOf({ summary }: Case, excerpt: readonly string[], { lines, letters }: Size): readonly Card[] {
  const shown = lines === 0 ? [] : excerpt.slice(-lines);
  return [
    ...summary
      .split('\n')
      .slice(2, 2 + MOST_LINES)
      .filter((line) => !line.startsWith(say('summary.line', { name: say('summary.section.excerpt'), value: '' })))
      .map((line) => block(cut(line, letters), { spacing: 'Small' })),
    ...(shown.length > 0 ? [block(say('desk.page.transcript'), { weight: 'Bolder', separator: true })] : []),
    ...shown.map((line) => block(cut(line, letters), { spacing: 'Small' })),
  ];
}

function cut(words: string, letters: number): string {
  const characters = [...words];
  return characters.length <= letters ? words : `${characters.slice(0, letters).join('')}…`;
}

function execute(verb: Verb, caseId: string, title: TextKey, more: object = {}): Card {
  const name = `case.${verb}`;
  // Old clients know Action.Submit alone. Source: learn.microsoft.com, "Work with Universal Actions for Adaptive Cards", backward compatibility.
  const fallback = { type: 'Action.Submit', title: say(title), data: { caseId, verb: name } };
  return { type: 'Action.Execute', title: say(title), verb: name, data: { caseId }, fallback, ...more };
}

function actionsOf({ id, owner, queue }: Case, { isOpen, isOwn }: { readonly isOpen: boolean; readonly isOwn: boolean }): readonly Card[] {
  const view = isOpen ? execute('brief', id, 'teams.card.less') : execute('view', id, 'teams.card.view');
  const move = form('teams.card.requeue', [
    choice(
      'queue',
      QUEUES.filter((one) => one !== queue).map((one) => [one, say(`desk.page.queues.${one}`)]),
    ),
    execute('requeue', id, 'desk.page.confirm'),
  ]);
  if (owner === 'queue') return [execute('accept', id, 'teams.card.accept', { style: 'positive' }), view, move];
  if (owner !== 'agent' || !isOwn) return [view];
  return [
    form('teams.card.reply', [words('text', 'teams.card.replyHint'), execute('reply', id, 'desk.page.send')]),
    view,
    move,
    form('teams.card.return', [words('finding', 'desk.page.finding'), execute('return', id, 'desk.page.confirm')]),
    form('teams.card.close', [
      choice(
        'outcome',
        CLOSING_OUTCOMES.map((one) => [one, say(`desk.page.outcomes.${one}`)]),
      ),
      words('note', 'desk.page.closingNote'),
      execute('close', id, 'desk.page.confirm'),
    ]),
  ];
}

/** A button that opens fields below the card; the last of `parts` sends them. */
function form(title: TextKey, parts: readonly Card[]): Card {
  const card = { type: 'AdaptiveCard', version: VERSION, body: parts.slice(0, -1), actions: parts.slice(-1) };
  return { type: 'Action.ShowCard', title: say(title), card };
}

function words(id: string, hint: TextKey): Card {
  return { type: 'Input.Text', id, placeholder: say(hint), isMultiline: true, maxLength: 1000 };
}

function choice(id: string, choices: readonly (readonly [string, string])[]): Card {
  const [first] = choices;
  return { type: 'Input.ChoiceSet', id, style: 'compact', value: first?.[0], choices: choices.map(([value, title]) => ({ title, value })) };
}
