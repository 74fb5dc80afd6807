import { ActivityHandler, ConversationState, type StatePropertyAccessor, type TurnContext } from 'botbuilder';
import { converse, followUp, leave, welcome } from '../dialogs/conversation';
import { createDialogs } from '../dialogs/main';
import { type Choice, SESSION, type Session } from '../dialogs/services';
import { pickedChoice } from '../dialogs/take-facts';
import { traceOf } from '../dialogs/trace';
import type { Locale } from '../locales';
import { isStaff, plainText, type StaffRule, TEAMS } from './channels/teams/teams';
import { newDraft } from './domain/case';
import { valueIn } from './domain/draft';
import { type Profiles, profileOf } from './domain/profile';
import type { SlotName } from './domain/slots';
import { createBotState } from './repositories/bot-state';
import { findCase, holdCase, listQueue, outlookOf } from './repositories/cases';
import { type ConversationRecord, findConversation, saveConversation } from './repositories/conversations';
import { keepMiss } from './repositories/misses';
import type { Json, Store } from './store/store';
import { type FetchFile, receiveFiles } from './turn/attachments';
import { conversationKey, referenceOf } from './turn/incoming';
import { type TurnServices, turnOf } from './turn/turn';
import { splitMatters } from './understanding/embedded/matters';
import type { Recognizer, Understanding } from './understanding/recognizer';

export interface BotOptions {
  readonly store: Store;
  readonly recognizer: Recognizer;
  readonly profiles: Profiles;
  /** Who on Teams is staff; without it nobody is. */
  readonly staff?: StaffRule;
  /** Gets files that only their channel can get. */
  readonly fetchFile?: FetchFile | undefined;
  /** Told once per turn, after it was judged: for metrics and the log line. */
  readonly observe?: (session: Session) => void;
}

/** The bot of one turn: understands once, runs the dialogs, keeps what it learnt in the turn's commit. */
export function createBot(options: BotOptions): { run(context: TurnContext): Promise<void> } {
  const dialogs = createDialogs(dialogState);
  const handler = new ActivityHandler();
  handler.onMessage((context) => withSession(context, options, (session) => converse(context, dialogs, session)));
  handler.onMembersAdded(async (context) => {
    const { membersAdded = [], recipient } = context.activity;
    if (membersAdded.some(({ id }) => id !== recipient?.id)) await withSession(context, options, () => welcome(context));
  });
  handler.onMembersRemoved(async (context) => {
    const { membersRemoved = [], conversation, from } = context.activity;
    const hasLeft = !conversation.isGroup && membersRemoved.some(({ id }) => id === from.id);
    if (hasLeft) await withSession(context, options, (session) => leave(context, dialogs, session));
  });
  // Teams says so when it is added to a chat; the welcome is said once, whatever else is told of it.
  handler.onInstallationUpdateAdd((context) => withSession(context, options, () => welcome(context)));
  handler.onEvent(async (context) => {
    if (context.activity.name === 'follow-up') await withSession(context, options, () => followUp(context));
  });
  return { run: (context) => handler.run(context) };
}

const STATE = Symbol('state');

/** The dialog stack, kept by the SDK's ConversationState over the turn's partition. */
const dialogState: StatePropertyAccessor = {
  get: (context: TurnContext, initial?: object) => propertyOf(context).get(context, initial ?? {}),
  set: (context, value) => propertyOf(context).set(context, value),
  delete: (context) => propertyOf(context).delete(context),
};

function propertyOf(context: TurnContext) {
  const state: ConversationState = context.turnState.get(STATE);
  return state.createProperty<object>('dialogs');
}

async function withSession(context: TurnContext, options: BotOptions, run: (session: Session) => Promise<void>): Promise<void> {
  const turn = turnOf(context);
  const state = new ConversationState(createBotState(turn.partition));
  context.turnState.set(STATE, state);
  const session = await openSession(context, turn, options);
  context.turnState.set(SESSION, session);
  await run(session);
  for (const draft of [session.draft, ...(session.shown ? [session.shown] : [])]) {
    for (const slot of OWN_NUMBERS) {
      const value = valueIn(draft, slot);
      if (value) turn.own.add(value);
    }
  }
  if (session.forgotten) return state.delete(context);
  await keepUnclear(session, context);
  await state.saveChanges(context);
  await saveConversation(turn.partition, recordOf(session));
  if (context.activity.channelId === 'emulator') await sendTrace(context, session);
  options.observe?.(session);
}

/** What was not understood is kept for a month, masked, so that the corpus can grow from it. */
async function keepUnclear({ partition, now, understanding, text: words }: Session, { activity }: TurnContext): Promise<void> {
  const { decided, intent, confidence } = understanding;
  if (activity.type !== 'message' || words === '' || (decided !== 'clarify' && decided !== 'out_of_scope')) return;
  await keepMiss(partition, { text: words, at: now, confidence, decided, ...(intent && { intent }) });
}

/** Numbers of the sale or the shop: not a person's, and needed to check a recap. */
const OWN_NUMBERS = ['rrn', 'orderNo', 'merchantOrderNo', 'merchantNo', 'merchantNoRaw', 'walletMchId', 'deviceSn'] as const;

async function sendTrace(context: TurnContext, session: Session): Promise<void> {
  await context.sendActivity({ type: 'trace', name: 'daozhang.turn', valueType: 'daozhang.turn', label: 'turn', value: traceOf(session) });
}

async function openSession(context: TurnContext, turn: TurnServices, options: BotOptions): Promise<Session> {
  const { activity } = context;
  const record = await findConversation(turn.partition, conversationKey(activity));
  if (!record) throw new Error('a turn has its record before the bot runs');
  const said = activity.channelId === TEAMS ? plainText(activity) : (activity.text ?? '').trim();
  // Only the first words of a matter are taken apart: an answer is of what was asked.
  const { now: words, later } = record.asking || record.diagnosis ? { now: said } : splitMatters(said);
  const { asking, draft = newDraft(turn.now), diagnosis } = record;
  const { fetchFile } = options;
  const [understanding, files] = await Promise.all([
    understand(options, { words, record, now: turn.now }),
    receiveFiles(activity, turn.now, fetchFile && ((contentUrl) => fetchFile(contentUrl, record.id))),
  ]);
  const choices = (record.extra?.choices ?? []) as unknown as readonly Choice[];
  const locale = localeFor({ words, choices, understanding, record });
  const acquirer = draft.facts.acquirerName?.value;
  const known = { ...record, ...contactOf(context, record) };
  return {
    partition: turn.partition,
    now: turn.now,
    profiles: options.profiles,
    rules: {
      now: turn.now,
      profile: profileOf(options.profiles, acquirer),
      calendar: options.profiles.calendar,
      fees: options.profiles.fees,
    },
    text: words,
    understanding,
    attachments: files.kept,
    filesTooLarge: files.tooLarge,
    masked: turn.masked,
    shown: undefined,
    staff: options.staff !== undefined && isStaff(activity, options.staff),
    desk: {
      findCase: (id) => findCase(options.store, id),
      listQueue: (limit) => listQueue(options.store, limit),
      outlookOf: (joining) => outlookOf(options.store, joining),
    },
    locale,
    record: { ...known, reference: referenceOf(activity), locale, ...(later ? { extra: { ...known.extra, later } } : {}) },
    draft,
    diagnosis,
    case: record.caseId ? await holdCase(turn.partition, record.id) : undefined,
    asking,
    choices,
    fresh: [],
    replaced: [],
    freshSignals: [],
    answered: false,
    doubted: (record.extra?.doubted ?? []) as unknown as readonly SlotName[],
    digressed: false,
    questions: 0,
    forgotten: false,
  };
}

const SILENT: Understanding = { confidence: 0, decided: undefined, ranked: [], slots: [], transactions: [], signals: [], fragment: false };

async function understand(
  { recognizer }: BotOptions,
  { words, record, now }: { words: string; record: ConversationRecord; now: string },
): Promise<Understanding> {
  if (words === '') return SILENT;
  const expecting = record.asking;
  return recognizer.recognize(words, { locale: record.locale as Locale, now, ...(expecting ? { expecting } : {}) });
}

/** The user's phone, sealed at the door; the last one given counts. */
function contactOf({ activity }: TurnContext, { extra }: ConversationRecord): Pick<ConversationRecord, 'extra'> | undefined {
  const contact: unknown = activity.channelData?.contact;
  return typeof contact === 'string' ? { extra: { ...extra, contact } } : undefined;
}

function recordOf(session: Session): ConversationRecord {
  const { asking: _asking, diagnosis: _diagnosis, ...record } = session.record;
  return {
    ...record,
    locale: session.locale,
    draft: session.draft,
    lastAt: session.now,
    ...(session.asking ? { asking: session.asking } : {}),
    ...(session.diagnosis ? { diagnosis: session.diagnosis } : {}),
    extra: { ...record.extra, choices: session.choices as unknown as Json, doubted: session.doubted },
  };
}

/** A shorter message does not change the script of a matter that is under way: a few characters are the same in both. */
const LONG_ENOUGH = 8;

/** The language the user writes; a label that was tapped says nothing of it. */
function localeFor(turn: { words: string; choices: readonly Choice[]; understanding: Understanding; record: ConversationRecord }): Locale {
  const { words, choices, understanding, record } = turn;
  const underWay = Object.keys(record.draft?.facts ?? {}).length > 0;
  const told = pickedChoice({ text: words, choices }) ? undefined : understanding.language;
  const before = record.locale as Locale;
  const sure = !underWay || words.length >= LONG_ENOUGH || before === 'en-US' || told === 'en-US';
  return told !== undefined && sure ? told : before;
}
