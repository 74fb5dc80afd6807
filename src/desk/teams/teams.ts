import type { Activity } from 'botbuilder';
import { type TextKey, type TextParams, text } from '../../../locales';
import { QUEUES } from '../../domain/case';
import { findCase } from '../../repositories/cases';
import { entryId } from '../../repositories/ids';
import type { Reference } from '../../repositories/transcripts';
import type { Change, Store } from '../../store/store';
import type { DeskOptions } from '../desk';
import { attach, CARD_TYPE, cardText, caseCard, statusOf, type Verb } from './cards';
import { answerInvoke, submitted, type TeamsAnswer } from './invoke';
import { mayDo, type Sender } from './people';
import {
  deletePlace,
  ensureConversation,
  findPlace,
  listCards,
  listPlaces,
  listThreads,
  notePerson,
  type Place,
  placeKeyOf,
  savePlace,
  threadMessage,
} from './places';
import { queueNames, type Work, type Worked } from './work';

/** What an agent's words ask for; see understanding/embedded/staff.ts. */
export interface SpokenCommand {
  readonly kind: 'receive' | 'stop' | Exclude<Verb, 'brief'>;
  readonly caseId?: string;
  readonly words: string;
}

export interface TeamsDeskOptions {
  readonly store: Store;
  /** Says to agents. */
  readonly say: DeskOptions['say'];
  readonly work: (work: Work) => Promise<Worked>;
  readonly isStaff: (activity: Partial<Activity>) => boolean;
  /** Who he is, when he is staff. */
  readonly senderOf: (activity: Partial<Activity>) => Sender;
  /** The words of a message without mentions. */
  readonly plain: (activity: Partial<Activity>) => string;
  readonly parse: (words: string) => SpokenCommand | undefined;
  /** Written as an internal command: never meant for a customer. */
  readonly isCommand: (words: string) => boolean;
  readonly parseClosing: (words: string) => { readonly outcome: string; readonly note: string };
  readonly referenceOf: (activity: Partial<Activity>) => Reference;
  /** ISO +08:00. */
  readonly now: () => string;
  /** An invoke is answered within this, whatever else is slow. */
  readonly invokeMs: number;
  /** Something changed: cards are looked at soon. */
  readonly hurry: () => void;
}

const NOTHING: TeamsAnswer = { replies: [] };
const SEEN = 'teams-seen';
const SEEN_MS = 86_400_000;

const say = (key: TextKey, params?: TextParams): Partial<Activity> => ({ text: text('zh-CN', key, params) });

/** The desk's side of Teams: takes what agents do there, and leaves the rest to the bot. Throws StoreError. */
export function createTeamsDesk(options: TeamsDeskOptions): (activity: Partial<Activity>) => Promise<TeamsAnswer | undefined> {
  const { store, now, work } = options;

  /** Says something where the activity came from, once however often it comes. */
  async function respond(activity: Partial<Activity>, ...lines: readonly Partial<Activity>[]): Promise<TeamsAnswer> {
    if (activity.deliveryMode === 'expectReplies') return { replies: lines.map((line) => ({ type: 'message', ...line })) };
    const key = keyOf(activity);
    await ensureConversation(store, { key, reference: options.referenceOf(activity), now: now() });
    const id = entryId(`${key}/${activity.id}`);
    const seen: readonly Change[] = activity.id ? [{ kind: 'put', collection: SEEN, id, value: 1, expect: 0, ttlMs: SEEN_MS }] : [];
    await options.say(key, lines, () => seen);
    return NOTHING;
  }

  async function receiveCases(activity: Partial<Activity>, words: string): Promise<TeamsAnswer> {
    const named = words
      .toUpperCase()
      .split(/[\s,，、]+/)
      .filter(Boolean);
    const queues = QUEUES.filter((one) => named.includes(one));
    if (queues.length !== named.length) return respond(activity, say('teams.badQueue', { queues: queueNames(QUEUES) }));
    const key = placeKeyOf(keyOf(activity));
    const { activityId: _, ...reference } = options.referenceOf(activity);
    const team: unknown = activity.channelData?.team?.id;
    const id = key.slice(key.indexOf('/') + 1);
    const conversation = { ...reference.conversation, id } as NonNullable<Reference['conversation']>;
    const place: Place = {
      key,
      reference: { ...reference, conversation },
      queues,
      since: now(),
      ...(typeof team === 'string' && { team }),
    };
    await savePlace(store, place);
    return respond(activity, say('teams.receiving', { queues: queueNames(queues) }));
  }

  async function stopCases(activity: Partial<Activity>): Promise<TeamsAnswer> {
    const key = placeKeyOf(keyOf(activity));
    if (!(await findPlace(store, key))) return respond(activity, say('teams.notReceiving'));
    await deletePlace(store, key);
    return respond(activity, say('teams.stopped'));
  }

  /** The case of a channel's thread. */
  async function caseOfThread(key: string): Promise<string | undefined> {
    const message = threadMessage(key);
    if (message === undefined) return undefined;
    const [thread] = await listThreads(store, key);
    return thread?.caseId ?? (await listCards(store, placeKeyOf(key))).find(({ messageId }) => messageId === message)?.caseId;
  }

  async function obey(activity: Partial<Activity>, command: SpokenCommand): Promise<TeamsAnswer> {
    const { kind, words } = command;
    const key = keyOf(activity);
    const actor = options.senderOf(activity);
    if (kind === 'receive' || kind === 'stop' ? !actor.takesCases : !mayDo(actor, kind)) return respond(activity, say('teams.notAgent'));
    const user = activity.from?.id;
    if (user) await notePerson(store, placeKeyOf(key), { user, agent: actor.id, at: now() });
    if (kind === 'receive') return receiveCases(activity, words);
    if (kind === 'stop') return stopCases(activity);
    const mine = (await listThreads(store, key)).filter(({ agent }) => agent === actor.id);
    const only = mine.length === 1 ? mine[0]?.caseId : undefined;
    const caseId = command.caseId ?? (await caseOfThread(key)) ?? only;
    if (caseId === undefined) {
      if (kind !== 'accept' && kind !== 'view' && mine.length > 1) return respond(activity, say('teams.which', { count: mine.length }));
      return respond(activity, say('teams.none'), say('teams.caseAsk', { command: WORDS[kind] }));
    }
    return carryOut(activity, { verb: kind, caseId, actor, input: inputOf(kind, words, options) });
  }

  async function carryOut(activity: Partial<Activity>, asked: Pick<Work, 'verb' | 'caseId' | 'actor' | 'input'>): Promise<TeamsAnswer> {
    const key = keyOf(activity);
    const worked = await work({ ...asked, where: key, ...onceOf(activity) });
    options.hurry();
    const isThread = threadMessage(key) !== undefined;
    // Where others read along, the buttons of who has the case are not for them.
    const viewer = activity.conversation?.conversationType === 'personal' ? asked.actor.id : '';
    return respond(activity, ...linesOf(asked.verb, { ...worked, view: { ...worked.view, viewer } }, { caseId: asked.caseId, isThread }));
  }

  /** A button of a card in a client that knows no Action.Execute. */
  async function press(
    activity: Partial<Activity>,
    { verb, caseId }: { readonly verb: Verb; readonly caseId: string },
  ): Promise<TeamsAnswer> {
    const actor = options.senderOf(activity);
    if (!mayDo(actor, verb)) return respond(activity, say('teams.notAgent'));
    return carryOut(activity, { verb, caseId, actor, input: activity.value });
  }

  /** In the thread of a case everything that is no command is for the customer, if it comes from who has the case. */
  async function relay(activity: Partial<Activity>, words: string): Promise<TeamsAnswer | undefined> {
    const key = keyOf(activity);
    const caseId = await caseOfThread(key);
    const found = caseId === undefined ? undefined : await findCase(store, caseId);
    if (!found || words === '' || options.isCommand(words)) return undefined;
    const actor = options.senderOf(activity);
    if (!actor.takesCases) return respond(activity, say('teams.notAgent'));
    const worked = await work({
      ...{ verb: 'reply', caseId: found.id, actor, where: key },
      input: { text: words },
      ...onceOf(activity),
    });
    if (worked.ok) return NOTHING;
    return respond(activity, say('teams.notYours', { id: found.id, status: statusOf(worked.found ?? found) }));
  }

  async function message(activity: Partial<Activity>): Promise<TeamsAnswer | undefined> {
    const words = options.plain(activity);
    const button = words === '' ? submitted.safeParse(activity.value) : undefined;
    if (button?.success) return press(activity, button.data);
    // A card that somebody found and sent speaks for itself.
    if (words === '' && activity.attachments?.some(({ contentType }) => contentType === CARD_TYPE)) return NOTHING;
    const command = options.parse(words);
    return command ? obey(activity, command) : relay(activity, words);
  }

  /** Comings and goings. In a team or a group chat nobody is greeted but the team itself. */
  async function arrival(activity: Partial<Activity>): Promise<TeamsAnswer | undefined> {
    const { type, action, recipient, membersAdded, membersRemoved, conversation } = activity;
    const isBot = ({ id }: { readonly id: string }) => id === recipient?.id;
    const left = type === 'installationUpdate' ? action === 'remove' || action === 'remove-upgrade' : membersRemoved?.some(isBot) === true;
    const came = type === 'installationUpdate' ? action === 'add' || action === 'add-upgrade' : membersAdded?.some(isBot) === true;
    if (left || came) await moveIn(activity, came);
    if (left) return NOTHING;
    if (type === 'installationUpdate' && came && options.isStaff(activity)) return respond(activity, say('teams.hello'));
    if (options.isStaff(activity)) return NOTHING;
    return conversation?.conversationType === 'channel' || conversation?.conversationType === 'groupChat' ? NOTHING : undefined;
  }

  /** The bot came to a place or left it, or the team of places. */
  async function moveIn(activity: Partial<Activity>, came: boolean): Promise<void> {
    const team: unknown = activity.channelData?.team?.id;
    const key = placeKeyOf(keyOf(activity));
    for (const place of await listPlaces(store)) {
      if (place.key !== key && (team === undefined || place.team !== team)) continue;
      const { removedAt, ...here } = place;
      if (came === (removedAt !== undefined)) await savePlace(store, came ? { ...here, since: now() } : { ...here, removedAt: now() });
    }
    options.hurry();
  }

  return async (activity) => {
    const { type } = activity;
    if (type === 'conversationUpdate' || type === 'installationUpdate') return arrival(activity);
    const isEdit = type === 'messageUpdate' || type === 'messageDelete';
    if (!options.isStaff(activity)) return isEdit ? NOTHING : answerInvoke(activity, undefined, options);
    if (isEdit) return (await caseOfThread(keyOf(activity))) === undefined ? NOTHING : respond(activity, say('teams.edited'));
    if (type === 'invoke') return answerInvoke(activity, options.senderOf(activity), options);
    return type === 'message' ? message(activity) : undefined;
  };
}

const keyOf = ({ channelId, conversation }: Partial<Activity>): string => `${channelId}/${conversation?.id}`;
const onceOf = ({ id }: Partial<Activity>) => (id ? { once: id } : {});

const WORDS: Readonly<Record<Exclude<SpokenCommand['kind'], 'receive' | 'stop'>, string>> = {
  accept: text('zh-CN', 'teams.card.accept'),
  view: text('zh-CN', 'teams.card.view'),
  reply: text('zh-CN', 'teams.word.reply'),
  note: text('zh-CN', 'teams.word.note'),
  requeue: text('zh-CN', 'teams.card.requeue'),
  return: text('zh-CN', 'teams.word.return'),
  close: text('zh-CN', 'teams.card.close'),
};

function inputOf(kind: SpokenCommand['kind'], words: string, { parseClosing }: TeamsDeskOptions): Work['input'] {
  if (kind === 'close') return parseClosing(words);
  return { text: words, finding: words, queue: words };
}

/** What the agent hears. */
function linesOf(
  kind: Verb,
  { found, view, ok }: Worked,
  { caseId: id, isThread }: { caseId: string; isThread: boolean },
): readonly Partial<Activity>[] {
  if (!found) return [say('teams.missing')];
  if (view.notice !== undefined) return [{ text: view.notice }];
  if (kind === 'view') return [{ summary: cardText(found), attachments: [attach(caseCard(found, view))] }];
  if (!ok) return [say('teams.failed')];
  if (kind === 'accept') return [say(isThread ? 'teams.accepted' : 'teams.acceptedChat', { id })];
  return kind === 'reply' || kind === 'note' || kind === 'requeue' || kind === 'return' || kind === 'close'
    ? [say(`teams.done.${kind}`, { id })]
    : [];
}
