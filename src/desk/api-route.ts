import type { z } from 'zod';
import type { Audit } from '../repositories/audit';
import type { Actor, Role } from './actions';
import type { Act } from './desk';
import type { Door } from './door';
import type { Feed } from './feed';
import type { DeskReply, DeskRequest } from './http';
import type { OidcDoor } from './oidc-door';
import type { createPresence } from './presence';
import type { createQuickReplies } from './quick-replies';
import type { Roster } from './roster';
import { noQuery } from './schemas';
import type { ViewOptions } from './view';

/** One row of the table of routes, from which the server's routes and docs/desk-openapi.json are made. */

/** What the routes stand on. */
export interface ApiOptions extends ViewOptions {
  readonly act: Act;
  readonly door: Door;
  /** The way in by an identity provider; undefined: there is none. */
  readonly oidc: OidcDoor | undefined;
  readonly feed: Feed;
  readonly roster: Roster;
  readonly presence: ReturnType<typeof createPresence>;
  /** Somebody came to the desk: what waits may be for him. */
  readonly arrived: () => void;
  readonly quickReplies: ReturnType<typeof createQuickReplies>;
  readonly audit: Audit;
  /** Seals the audit log. */
  readonly key: Buffer;
  /** The phone of a sealed contact. */
  readonly open: (sealed: string) => string | undefined;
  /** An issue (R1 …), a question or a cause, in words for the figures. */
  readonly nameOf: (kind: 'issue' | 'step' | 'cause', id: string) => string;
  /** Keeps a picture or PDF for the user's channel; undefined when the channel takes none or it is something else. */
  readonly keepFile: (
    conversation: string,
    bytes: Buffer,
  ) => Promise<{ readonly contentType: string; readonly contentUrl: string } | undefined>;
  /** A file the user sent; undefined when there is none. */
  readonly file: (conversation: string, id: string) => Promise<{ readonly contentType: string; readonly bytes: Buffer } | undefined>;
}

/** What a route is given: who asks, the id of the path, and its body and query as the schemas took them. */
export interface Call<B = never, Q = never> {
  readonly actor: Actor;
  readonly id: string;
  readonly body: B;
  readonly query: Q;
  readonly request: DeskRequest;
}

/** One route. `summary` is for the OpenAPI file. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly roles?: readonly Role[];
  readonly body?: z.ZodType;
  readonly query: z.ZodType;
  /** Bytes of the body; 64 KB when absent. */
  readonly limit?: number;
  readonly answer: (call: Call) => Promise<DeskReply>;
}

/** A route that changes something. */
export const post = <B extends z.ZodType>(
  path: string,
  summary: string,
  body: B,
  answer: (call: Call<z.infer<B>>) => Promise<DeskReply>,
): Route => ({
  ...{ method: 'POST', path, summary, body, query: noQuery },
  answer: answer as Route['answer'],
});
/** A route that only reads. */
export const get = <Q extends z.ZodType>(
  path: string,
  summary: string,
  query: Q,
  answer: (call: Call<never, z.infer<Q>>) => Promise<DeskReply>,
): Route => ({
  ...{ method: 'GET', path, summary, query },
  answer: answer as Route['answer'],
});
