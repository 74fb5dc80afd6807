import { type Api, CAPABILITIES } from './api';
import type { Refusal as PushRefusal } from './envelope';
import type { Refusal as TokenRefusal, Tokens } from './token';

/** What an operator should know: docs/operations.md says what to do about each line. */
export interface Status {
  /** False while something is set up wrongly. */
  readonly isReady: boolean;
  readonly lines: readonly string[];
}

/** Error code → what is wrong. */
export type Causes = Readonly<Record<number, string>>;

const TOKEN_CAUSES: Causes = {
  40013: 'the app id is not one the platform knows',
  40125: 'the app secret is wrong',
  40164: 'the address of this server is not on the IP allow-list',
  40243: 'the app secret is frozen in the console',
  41004: 'the app secret is missing',
};

const MISSING_CAUSES: Causes = {
  40200: 'accounts of this kind do not have it',
  45009: 'its calls of the day are used up',
  45011: 'too many calls in this minute',
  48001: 'the account has no permission for it',
  48002: 'the app has no permission for it',
  48004: 'the platform has blocked it for this account',
  48008: 'the account has no permission for this kind of message',
};

const PUSH_CAUSES: Readonly<Record<PushRefusal, string>> = {
  WECHAT_SIGNATURE: 'the token differs from the one in the console, or somebody guesses',
  WECHAT_STALE: 'the clock of this server is off by more than 10 minutes, or somebody repeats an old request',
  WECHAT_REPLAY: 'somebody repeats a request',
  WECHAT_DOWNGRADE: 'the console is set to plain messages although a key is set here, or somebody tries unencrypted ones',
  WECHAT_KEY_MISSING: 'the console encrypts messages, but no key is set here',
  WECHAT_CIPHER: 'the EncodingAESKey differs from the one in the console',
  WECHAT_RECEIVER: 'the app id differs from the account that sends',
  WECHAT_XML: 'a message that is no XML of the platform',
  WECHAT_TOO_LARGE: 'a message over 64 KiB',
};

/** What the platform says about the token, in words. */
function tokenLine(name: string, { errcode, address }: TokenRefusal, causes: Causes = TOKEN_CAUSES): string {
  const cause = causes[errcode] ?? 'the platform gives no access token';
  return `${name}: ${errcode}, ${cause}${address === undefined ? '' : ` (${address})`}`;
}

/** Requests not taken, so that their cause shows. */
export interface Refusals {
  add(code: PushRefusal): void;
  /** Of the last hour, most frequent first. */
  lines(name: string): readonly string[];
}

const HOUR_MS = 3_600_000;

export function createRefusals(now: () => number): Refusals {
  const seen = new Map<PushRefusal, { count: number; last: number }>();
  return {
    add(code) {
      const before = seen.get(code);
      const isOld = !before || now() - before.last > HOUR_MS;
      seen.set(code, { count: isOld ? 1 : before.count + 1, last: now() });
    },
    lines(name) {
      const recent = [...seen].filter(([, { last }]) => now() - last <= HOUR_MS).sort(([, a], [, b]) => b.count - a.count);
      return recent.map(([code, { count }]) => `${name}: ${count} refused, ${PUSH_CAUSES[code]} (${code})`);
    },
  };
}

/** Where an account stands. */
export function statusOf(
  name: string,
  { tokens, api, refusals, causes }: { tokens: Tokens | undefined; api: Api; refusals: Refusals; causes?: Causes },
): Status {
  const refusal = tokens?.refusal() ?? api.refusal();
  const missing = CAPABILITIES.flatMap((capability) => api.missing(capability) ?? []);
  return {
    isReady: refusal === undefined,
    lines: [
      ...(tokens ? [] : [`${name}: no app secret, so only passive replies`]),
      ...(refusal ? [tokenLine(name, refusal, causes)] : []),
      ...missing.map(
        ({ capability, errcode }) =>
          `${name}: ${capability} is not to be had (${[errcode, MISSING_CAUSES[errcode] ?? []].flat().join(', ')})`,
      ),
      ...refusals.lines(name),
    ],
  };
}
