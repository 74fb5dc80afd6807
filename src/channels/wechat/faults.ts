/** What an error code of the platform means for us: docs/operations.md has the table for people. */
export type Fault =
  /** The access token is dead. */
  | 'token'
  /** May pass by itself in seconds. */
  | 'retry'
  /** The user's window is closed or used up: the text waits for the next message. */
  | 'window'
  /** So often no more: this API rests for a minute, or for the day. */
  | 'limit'
  /** The account may not use this API, or not this kind of message. */
  | 'capability'
  /** Something in the console or in our settings is wrong. */
  | 'configuration'
  /** The user is gone. */
  | 'gone'
  /** No consent, or it is used up. */
  | 'consent'
  /** Nobody knows whether the message is out. */
  | 'doubt'
  /** We sent what the platform does not take. */
  | 'ours';

const TABLE: Readonly<Record<Fault, readonly number[]>> = {
  token: [40001, 40014, 42001],
  retry: [-1],
  window: [45047, 45015],
  limit: [45009, 45011],
  capability: [48001, 48004, 48008, 40200],
  configuration: [40164, 40013, 40125, 41004, 40243],
  gone: [40003, 43004, 43019, 48002],
  consent: [43101],
  doubt: [],
  ours: [45002, 45008, 45098, 45099, 40007, 44004, 47001],
};

const BY_CODE = new Map(
  (Object.entries(TABLE) as [Fault, readonly number[]][]).flatMap(([fault, codes]) => codes.map((code) => [code, fault])),
);

/** Unknown codes count as ours: trying again what is not understood helps nobody. */
export function faultOf(errcode: number): Fault {
  return BY_CODE.get(errcode) ?? 'ours';
}

/** The platform did not do what it was asked. The message names the path and the code, never what was sent. */
export class ApiError extends Error {
  /** `WECHAT_45047`; `WECHAT_NETWORK`, `WECHAT_TIMEOUT` and `WECHAT_HTTP` when there was no answer to read. */
  readonly code: string;
  /** Of ours as the platform sees it, when it said so (40164). */
  readonly address: string | undefined;
  constructor(
    readonly fault: Fault,
    readonly errcode: number | 'NETWORK' | 'TIMEOUT' | 'HTTP',
    message: string,
    options?: { readonly cause?: unknown; readonly address?: string | undefined },
  ) {
    super(message, options);
    this.address = options?.address;
    this.name = 'ApiError';
    this.code = `WECHAT_${errcode}`.replace('-', 'MINUS_');
  }
}

/** The address in a message of the platform, such as that of 40164. */
export function addressIn(message: string): string | undefined {
  return /\b(?:\d{1,3}\.){3}\d{1,3}\b|(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}/i.exec(message)?.[0];
}
