import type { Asking, Fen, Moment, Signal, SlotName, SlotValue } from '../domain/slots';

/** The intents of the product; also the contract of the CLU project. `out_of_scope` is a trained class. */
export const INTENTS = [
  'report_not_received',
  'report_charged_but_failed',
  'report_double_charge',
  'refund_progress',
  'settlement_time_question',
  'fee_deduction_dispute',
  'settlement_account_problem',
  'risk_hold',
  'pos_legitimacy_question',
  'apply_pos',
  'evidence_question',
  'device_fault',
  'privacy_question',
  'prevention_question',
  'check_case_status',
  'talk_to_human',
  'complaint_anger',
  'provide_info',
  'correct_info',
  'affirm',
  'deny',
  'cancel',
  'restart',
  'greet',
  'thanks_bye',
  'out_of_scope',
] as const;
export type IntentName = (typeof INTENTS)[number];

/** Words that steer the conversation; found by exact rules, never by the model alone. */
export type Command = 'human' | 'back' | 'restart' | 'cancel' | 'help' | 'progress' | 'deleteData' | 'endHuman';

export type Locale = 'zh-CN' | 'zh-Hant' | 'en-US';

/** One value found in the text. */
export type SlotMention = {
  [S in SlotName]: {
    readonly slot: S;
    readonly value: SlotValue<S>;
    /** The words it was read from. */
    readonly text: string;
    /** 约/左右/多: not exact. */
    readonly approx?: boolean;
    /** Said as a correction (不对，是…/改成…): replaces what was known even when it differs only in part. */
    readonly correction?: boolean;
    /** Only a clock time or a part of the day was said: `date` is the latest past one, a day known before is the better one. */
    readonly dateAssumed?: boolean;
  };
}[SlotName];

export interface Understanding {
  /** Best in-scope intent, undefined when the text carries none (a bare value, a picture). */
  readonly intent?: IntentName;
  /** 0…1, already lowered by the likelihood of out_of_scope. */
  readonly confidence: number;
  /** What may be done with the intent: act on it, offer 2–3 choices, or treat as not understood / not ours. */
  readonly decided: IntentName | 'clarify' | 'out_of_scope' | undefined;
  readonly ranked: readonly { readonly name: IntentName; readonly confidence: number }[];
  /** At most one per slot (the last explicit wins), in the order of the text. */
  readonly slots: readonly SlotMention[];
  /** Two or more sales told in one message (三笔都是500, 昨天1200今天800); `amount` in slots is then the total. */
  readonly transactions: readonly { readonly amount?: Fen; readonly txTime?: Moment }[];
  /** A range such as 三四千: no amount is taken, the exact figure must be asked. */
  readonly amountRange?: boolean;
  /** 12点 without 中午/半夜: the hour must be asked. */
  readonly ambiguousHour?: boolean;
  readonly signals: readonly Signal[];
  /** Plain answer of the whole message: 是/不是/不知道. */
  readonly reply?: 'yes' | 'no' | 'unknown';
  readonly command?: Command;
  /** Language the user writes in; undefined when the text does not tell (digits, 嗯). */
  readonly language?: Locale;
  /** Best answer of the FAQ, key of docs/domain.md §9 such as T01; `asked` when the text is a general question. */
  readonly faq?: { readonly key: string; readonly confidence: number };
  /** Carries neither intent, nor fact, nor an answer: may be the first part of a burst. */
  readonly fragment: boolean;
}

export interface RecognizeOptions {
  readonly locale: Locale;
  /** ISO +08:00 of the message. */
  readonly now: string;
  /** The pending question; types bare numbers and answers. */
  readonly expecting?: Asking;
}

/** The port. `text` is already masked. Never throws on any text; at most 2,000 characters are considered. */
export interface Recognizer {
  recognize(text: string, options: RecognizeOptions): Promise<Understanding>;
}
