import type { TurnContext } from 'botbuilder';
import type { Locale } from '../locales';
import type { Attachment, Case, CaseDraft, Diagnosis } from '../src/domain/case';
import type { Rules } from '../src/domain/diagnosis/verdict';
import type { Profiles } from '../src/domain/profile';
import type { Asking, Signal, SlotName } from '../src/domain/slots';
import type { Outlook, QueueRow } from '../src/repositories/cases';
import type { ConversationRecord } from '../src/repositories/conversations';
import type { Partition } from '../src/store/store';
import type { Understanding } from '../src/understanding/recognizer';

/** A choice shown with a question: its label and what choosing it means. */
export interface Choice {
  readonly title: string;
  readonly means: ChoiceMeaning;
}

export type ChoiceMeaning =
  | { readonly kind: 'fact'; readonly slot: SlotName; readonly value: string }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'reply'; readonly reply: 'yes' | 'no' }
  | { readonly kind: 'human' }
  | { readonly kind: 'ask'; readonly text: string };

/**
 * One turn of one conversation: what was understood and what is known. Dialogs read and change it; bot.ts keeps it in the turn's commit.
 * `diagnosis` is what was last concluded and told, `case` the case of this conversation.
 */
export interface Session {
  readonly partition: Partition;
  readonly now: string;
  readonly profiles: Profiles;
  /** The settlement terms of this conversation's acquirer, or the default ones. */
  readonly rules: Rules;
  readonly text: string;
  readonly understanding: Understanding;
  /** Files that came with this message. */
  readonly attachments: readonly Attachment[];
  /** How many of them were over the limit and are not kept. */
  readonly filesTooLarge: number;
  /** Secrets masked in this message. */
  readonly masked: Readonly<Record<string, number>>;
  /** What internal support may look up across conversations. */
  readonly desk: {
    findCase(id: string): Promise<Case | undefined>;
    listQueue(limit: number): Promise<readonly QueueRow[]>;
    outlookOf(joining: Case): Promise<Outlook>;
  };
  /** Writes on Teams with the tenant's identity. */
  readonly staff: boolean;
  /** Of the case that was looked up: the numbers of its sale may be said. */
  shown: CaseDraft | undefined;
  locale: Locale;
  record: ConversationRecord;
  draft: CaseDraft;
  diagnosis: Diagnosis | undefined;
  case: Case | undefined;
  asking: Asking | undefined;
  choices: readonly Choice[];
  /** Slots this message settled, newly or by correction. */
  fresh: readonly SlotName[];
  replaced: readonly SlotName[];
  /** Cues of the matter that this message added. */
  freshSignals: readonly Signal[];
  /** The pending question was answered, be it by 「不知道」. */
  answered: boolean;
  /** Slots whose value was hard to believe and is asked again; the last one waits for its second telling. */
  doubted: readonly SlotName[];
  /** A digression was answered; the pending question is repeated without counting as misunderstood. */
  digressed: boolean;
  /** Questions that led to the conclusion of this turn; 0 when nothing was concluded. */
  questions: number;
  /** The user had everything about this conversation deleted; nothing is kept of this turn. */
  forgotten: boolean;
}

export const SESSION = Symbol('session');

export function sessionOf(context: TurnContext): Session {
  const session: Session | undefined = context.turnState.get(SESSION);
  if (!session) throw new Error('no session in this context: dialogs run only inside bot.ts');
  return session;
}
