import type { Asking, Fen, Moment, Signal, SlotName, SlotValue } from './slots';

/** Where a fact comes from: said by the user (用户陈述), read from a picture (图片识别), checked by a system (系统核验), inferred from wording. */
export type Source = 'said' | 'picture' | 'checked' | 'inferred';

/** One known fact. `value: 'unknown'` means the user was asked and does not know. */
export interface Fact<T> {
  readonly value: T | 'unknown';
  readonly source: Source;
  /** 约/左右: accepted as approximate. */
  readonly approx?: boolean;
  /** When it was learnt, ISO +08:00. */
  readonly at: string;
}

export type Facts = { readonly [S in SlotName]?: Fact<SlotValue<S>> };

/** One of several sales; at most five are kept. */
export interface Transaction {
  readonly amount?: Fen;
  readonly txTime?: Moment;
}

/** An attachment kept with the case as a reference: never its name, never its bytes in the draft. */
export interface Attachment {
  readonly id: string;
  /** Sniffed from the content, not from the name. */
  readonly contentType: string;
  /** Bytes; 0 when the channel did not let us look. */
  readonly size: number;
  readonly at: string;
  /** Where the channel keeps it. */
  readonly url?: string;
}

/** What is known of one problem, kept outside the dialog stack; every message adds to it. */
export interface CaseDraft {
  readonly facts: Facts;
  /** Present when more than one sale is told; `facts.amount` is then the total. */
  readonly transactions: readonly Transaction[];
  readonly signals: readonly Signal[];
  readonly attachments: readonly Attachment[];
  /** REF-… codes said on the way, beside the matter itself. */
  readonly refusals: readonly string[];
  /** Questions asked so far in this problem, oldest first; the last is pending. 上一步 walks it back. */
  readonly asked: readonly Asking[];
  /** Secrets masked in this conversation: kind → how many. */
  readonly masked: { readonly [kind: string]: number };
  /** Self-service steps told to the user: outcome codes, with the time of telling. */
  readonly advised: readonly { readonly outcome: string; readonly at: string }[];
  readonly openedAt: string;
}

export const PRIORITIES = ['P0', 'P1', 'P2', 'P3'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const QUEUES = ['Q-SETTLE', 'Q-DISPUTE', 'Q-RISK', 'Q-FRAUD', 'Q-FEE', 'Q-TECH', 'Q-COMPLAINT'] as const;
export type Queue = (typeof QUEUES)[number];
export type Owner = 'bot' | 'queue' | 'agent' | 'closed';

/** A possible cause of docs/domain.md §3 with what speaks for and against it (reason codes, worded by locales). */
export interface Cause {
  readonly id: string;
  readonly likelihood: 'high' | 'medium' | 'low';
  readonly reasons?: readonly string[];
}

/** What the facts mean now. Without `outcome` nothing is concluded and `ask` is the next question. */
export interface Diagnosis {
  readonly causes: readonly Cause[];
  readonly ask?: Asking;
  /** SS-…, ESC-P0…ESC-P3 or REF-… (docs/domain.md §4.6). */
  readonly outcome?: string;
  readonly queue?: Queue;
  readonly priority?: Priority;
  /** ISO +08:00: when the money (or the refund) is expected. */
  readonly expectedBy?: string;
  /** ISO +08:00: the earlier of two dates told when the product is unknown. */
  readonly earliest?: string;
  /** ISO +08:00: the concrete time told to the user to look again. */
  readonly recheckAt?: string;
  readonly overdueWorkdays?: number;
  /** No holiday file covers the year. */
  readonly provisional?: boolean;
}

/** A case a person can take. */
export interface Case {
  readonly id: string;
  readonly conversationId: string;
  readonly channel: string;
  readonly locale: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly priority: Priority;
  readonly queue: Queue;
  readonly owner: Owner;
  readonly agent?: { readonly id: string; readonly name: string };
  readonly draft: CaseDraft;
  readonly diagnosis: Diagnosis;
  /** The text of docs/domain.md §7. */
  readonly summary: string;
  /** What the queue needs and still lacks (slot names). */
  readonly missing: readonly SlotName[];
  /** How often the user has come back about it. */
  readonly contacts: number;
  /** The user's phone, sealed; only the desk opens it. */
  readonly contact?: string;
  /** First reply due, ISO +08:00. */
  readonly replyBy: string;
  /** ISO +08:00: when an agent first took it, and first wrote. */
  readonly acceptedAt?: string;
  readonly repliedAt?: string;
  /** ISO +08:00 of the user's first message that the agent has not answered. */
  readonly waitingSince?: string;
  /** What an agent found when he gave the conversation back to the bot; `told` once the bot took it up. */
  readonly finding?: { readonly at: string; readonly by: string; readonly text: string; readonly told?: boolean };
  /** How an agent closed it: outcome and his note (小结). */
  readonly closing?: { readonly at: string; readonly by: string; readonly outcome: ClosingOutcome; readonly note: string };
  /** Satisfaction (满意度) after closing: 1 to 5 and a word. */
  readonly rating?: { readonly at: string; readonly score: number; readonly words?: string };
}

export const CLOSING_OUTCOMES = ['solved', 'arrived', 'passed-on', 'unsolved', 'unreachable', 'mistaken'] as const;
/** What became of a closed case: solved, money arrived, passed on to an institution, not solved, user unreachable, opened by mistake. */
export type ClosingOutcome = (typeof CLOSING_OUTCOMES)[number];

/** An empty draft of a problem that begins at `now`. */
export function newDraft(now: string): CaseDraft {
  return { facts: {}, transactions: [], signals: [], attachments: [], refusals: [], asked: [], masked: {}, advised: [], openedAt: now };
}
