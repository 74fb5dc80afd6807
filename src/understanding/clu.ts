import type { ConversationAnalysisClient } from '@azure/ai-language-conversations';
import { z } from 'zod';
import { maskSecrets } from '../domain/privacy';
import { type Breaker, type Clock, createBreaker } from './breaker';
import { INTENTS, type IntentName, type RecognizeOptions, type Recognizer, type Understanding } from './recognizer';

/** When the service is asked: never, only when the embedded recognizer is unsure, or for every text that is no exact command. */
export type CluMode = 'never' | 'unsure' | 'always';

export interface CluSettings {
  readonly mode: CluMode;
  /** https://NAME.cognitiveservices.azure.com */
  readonly endpoint: string;
  /** Key of the Language resource, or a credential of Microsoft Entra ID. */
  readonly credential:
    | { readonly key: string }
    | { getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number } | null> };
  readonly project: string;
  readonly deployment: string;
  /** Longest wait for an answer. */
  readonly timeoutMs?: number;
}

/** How a call ended; `answered` also when the embedded answer stood because the service was not sure either. */
export type CluOutcome = 'answered' | 'unsure' | 'refused' | 'throttled' | 'failed' | 'slow' | 'malformed' | 'skipped';

export interface CluOptions {
  readonly settings: CluSettings;
  readonly embedded: Recognizer;
  /** Milliseconds of a steady clock; the machine's when absent. */
  readonly clock?: Clock;
  /** Told of every call, for metrics; never of its text. */
  readonly onOutcome?: (outcome: CluOutcome, ms: number) => void;
}

/** General availability version of the analysis API; the client's own default is a preview that has ended. */
const API_VERSION = '2023-04-01';
const TIMEOUT_MS = 1500;
/** The service reads at most this much of an utterance. */
const LONGEST = 500;
/** A top intent of the service with a lower score changes nothing. */
const ACCEPT = 0.7;
/** Below it the embedded recognizer is certain that a text is not ours, and nobody else is asked. */
const NOT_OURS = 0.3;
const BREAKER = { failures: 5, openMs: 30_000, perMinute: 1000 } as const;
/** A refused key does not mend itself. */
const REFUSED_MS = 600_000;
/** The class of the service for what is none of the intents. */
export const NONE = 'None';
/** Languages of the service by ours. */
export const CLU_LANGUAGES = { 'zh-CN': 'zh-hans', 'zh-Hant': 'zh-hant', 'en-US': 'en-us' } as const;

const ANSWER = z.object({
  kind: z.literal('ConversationResult'),
  result: z.object({
    prediction: z.object({
      topIntent: z.string(),
      intents: z.array(z.object({ category: z.string(), confidence: z.number().min(0).max(1) })).min(1),
    }),
  }),
});

interface Headers {
  get(name: string): string | undefined;
}
const FAULT = z.object({
  name: z.string().optional(),
  code: z.string().optional(),
  statusCode: z.number().optional(),
  response: z.object({ headers: z.custom<Headers>((value) => typeof value === 'object' && value !== null && 'get' in value) }).optional(),
});

/** Whether the service may help: the words are no exact command or answer, and the embedded recognizer would not act on them. */
function isUnsure({ decided, confidence }: Understanding): boolean {
  return decided === 'clarify' || (decided === 'out_of_scope' && confidence >= NOT_OURS);
}

function mayAsk(mode: CluMode, local: Understanding): boolean {
  if (local.command || local.reply || local.decided === undefined || local.fragment) return false;
  return mode === 'always' || (mode === 'unsure' && isUnsure(local));
}

/** The text as it leaves the machine: secrets masked again, no number of four digits or more, at most 500 characters. */
export function outgoing(text: string, expecting?: RecognizeOptions['expecting']): string {
  return maskSecrets(text.slice(0, LONGEST), expecting).text.replace(/\p{Nd}{4,}/gu, (run) => '*'.repeat(run.length));
}

function nameOf(category: string): IntentName | undefined {
  return category === NONE ? 'out_of_scope' : INTENTS.find((name) => name === category);
}

/** The embedded understanding with the intent of the service; its slots, signals and replies stay. */
function merged(local: Understanding, intents: readonly { category: string; confidence: number }[]): Understanding | undefined {
  const named = intents.flatMap(({ category, confidence }) => {
    const name = nameOf(category);
    return name ? [{ name, confidence }] : [];
  });
  const ranked = [...named].sort((a, b) => b.confidence - a.confidence);
  const [top] = ranked;
  if (!top || top.confidence < ACCEPT) return undefined;
  const inScope = ranked.filter(({ name }) => name !== 'out_of_scope');
  if (top.name === 'out_of_scope') return { ...local, confidence: 1 - top.confidence, decided: 'out_of_scope', ranked: inScope };
  return { ...local, intent: top.name, confidence: top.confidence, decided: top.name, ranked: inScope, fragment: false };
}

/** What went wrong, and how long the service is to be left alone for it. */
function faultOf(error: unknown): { outcome: CluOutcome; restMs?: number } {
  const fault = FAULT.safeParse(error).data ?? {};
  if (fault.name === 'AbortError' || fault.name === 'TimeoutError') return { outcome: 'slow' };
  if (error instanceof z.ZodError || error instanceof SyntaxError || fault.code === 'PARSE_ERROR') return { outcome: 'malformed' };
  if (fault.statusCode === 401 || fault.statusCode === 403) return { outcome: 'refused', restMs: REFUSED_MS };
  if (fault.statusCode !== 429) return { outcome: fault.statusCode === 200 ? 'malformed' : 'failed' };
  const seconds = Number(fault.response?.headers.get('retry-after') ?? '');
  return { outcome: 'throttled', restMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : BREAKER.openMs };
}

type Ask = (text: string, language: string) => Promise<z.infer<typeof ANSWER>>;

/** A function that asks the deployment. The client is loaded here, not with this file: who never asks never pays for it. */
function createAsk({ endpoint, credential, project, deployment, timeoutMs = TIMEOUT_MS }: CluSettings): Ask {
  let client: Promise<ConversationAnalysisClient> | undefined;
  const open = async (): Promise<ConversationAnalysisClient> => {
    const sdk = await import('@azure/ai-language-conversations');
    const loopback = /^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(endpoint);
    return new sdk.ConversationAnalysisClient(endpoint, 'key' in credential ? new sdk.AzureKeyCredential(credential.key) : credential, {
      apiVersion: API_VERSION,
      retryOptions: { maxRetries: 0 },
      allowInsecureConnection: loopback,
    });
  };
  return async (text, language) => {
    client ??= open();
    const conversationItem = { id: '1', participantId: 'user', modality: 'text', language, text };
    const parameters = { projectName: project, deploymentName: deployment, verbose: true, isLoggingEnabled: false };
    const task = { kind: 'Conversation' as const, analysisInput: { conversationItem }, parameters };
    return ANSWER.parse(await (await client).analyzeConversation(task, { abortSignal: AbortSignal.timeout(timeoutMs) }));
  };
}

async function askOnce(
  ask: () => ReturnType<Ask>,
  local: Understanding,
  breaker: Breaker,
): Promise<{ outcome: CluOutcome; understanding: Understanding }> {
  if (!breaker.enter()) return { outcome: 'skipped', understanding: local };
  try {
    const { result } = await ask();
    breaker.succeed();
    const understanding = merged(local, result.prediction.intents);
    return understanding ? { outcome: 'answered', understanding } : { outcome: 'unsure', understanding: local };
  } catch (error) {
    const { outcome, restMs } = faultOf(error);
    breaker.fail(restMs);
    return { outcome, understanding: local };
  }
}

/**
 * Azure Conversational Language Understanding beside the embedded recognizer: asked by `mode`, for the intent alone, with masked text.
 * On any fault, or an unsure answer, the embedded answer stands; never throws where the embedded recognizer does not.
 */
export function createCluRecognizer({ settings, embedded, clock = () => performance.now(), onOutcome }: CluOptions): Recognizer {
  const breaker = createBreaker(BREAKER, clock);
  const ask = createAsk(settings);
  return {
    recognize: async (text, options) => {
      const local = await embedded.recognize(text, options);
      if (!mayAsk(settings.mode, local)) return local;
      const started = clock();
      const language = CLU_LANGUAGES[local.language ?? options.locale];
      const { outcome, understanding } = await askOnce(() => ask(outgoing(text, options.expecting), language), local, breaker);
      onOutcome?.(outcome, clock() - started);
      return understanding;
    },
  };
}
