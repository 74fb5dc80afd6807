import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Audit } from '../repositories/audit';
import type { Actor, Role } from './actions';
import { type Agent, checkKey } from './agents';
import type { Attempts } from './attempts';
import { cookieHeader, cookieOf, type DeskReply, type DeskRequest, isCrossSite, readJson, refuse } from './http';
import type { Roster } from './roster';
import { SESSION_MS, type Sessions } from './sessions';

/** Who may come in. Everything of the desk is behind `guard`. */
export interface Door {
  /** The handler behind the door: 401 without a session or the key (404 for a key when none is set), 403 for a wrong role or when another site sent it. */
  guard(
    answer: (request: DeskRequest, actor: Actor) => Promise<DeskReply>,
    roles?: readonly Role[],
  ): (request: DeskRequest) => Promise<DeskReply>;
  signIn(request: DeskRequest): Promise<DeskReply>;
  /** Opens a session for somebody who has proved who he is; returns the header that gives it to the browser. */
  enter(request: DeskRequest, actor: Actor): Promise<{ readonly 'set-cookie': string }>;
  signOut(request: DeskRequest): Promise<DeskReply>;
  /** Whose session it still is: for a stream that stays open. */
  whoIs(request: DeskRequest): Promise<Actor | undefined>;
}

export interface DoorOptions {
  readonly agents: readonly Agent[];
  readonly roster: Roster;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  /** What a machine sends as `Authorization: Bearer …`; undefined: none may. */
  readonly bearer: string | undefined;
  /** Opens the desk once, as this administrator, while there is no other way in. */
  readonly first: { readonly link: string; readonly administrator: Actor } | undefined;
  readonly audit: Audit;
  /** ISO +08:00. */
  readonly now: () => string;
  readonly addressOf: (request: DeskRequest) => string;
  readonly isSecure: (request: DeskRequest) => boolean;
}

const MACHINE: Actor = { id: 'machine', name: 'API', role: 'admin' };
const signInBody = z.union([
  z.strictObject({ id: z.string().max(32), key: z.string().min(1).max(200) }),
  z.strictObject({ link: z.string().min(1).max(100) }),
]);

/** See Door. */
export function createDoor(options: DoorOptions): Door {
  const { agents, roster, sessions, attempts, first } = options;
  let link = first?.link;

  async function whoIs(request: DeskRequest): Promise<Actor | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined)
      return options.bearer !== undefined && isSame(authorization, `Bearer ${options.bearer}`) ? MACHINE : undefined;
    const cookie = cookieOf(request);
    const id = cookie === undefined ? undefined : await sessions.find(cookie);
    if (id === undefined) return undefined;
    // Only the roster counts: whoever was taken out of it is out at once.
    const found = await roster.find(id);
    if (found) return { id, name: found.name, role: found.role };
    return id === first?.administrator.id ? first.administrator : undefined;
  }

  /** Without DESK_KEY there is no API for machines. */
  const isMachineWithoutKey = ({ headers }: DeskRequest) => headers.authorization !== undefined && options.bearer === undefined;

  async function prove(body: z.infer<typeof signInBody>, address: string): Promise<Actor | DeskReply> {
    if ('link' in body) {
      const wait = await attempts.take(`address/${address}`);
      if (wait > 0) return tooMany(wait);
      if (!first || link === undefined || !isSame(body.link, link)) return refuse('SIGN_IN_FAILED');
      link = undefined;
      return first.administrator;
    }
    const waits = await Promise.all([attempts.take(`agent/${body.id}`), attempts.take(`address/${address}`)]);
    const wait = Math.max(...waits);
    if (wait > 0) return tooMany(wait);
    const agent = agents.find(({ id }) => id === body.id);
    if (!(await checkKey(agent, body.key)) || !agent) return refuse('SIGN_IN_FAILED');
    await attempts.clear(`agent/${body.id}`);
    return { id: agent.id, name: agent.name, role: agent.role };
  }

  const note = (actor: string, action: string) => options.audit(0, { at: options.now(), actor, action });

  async function enter(request: DeskRequest, actor: Actor): Promise<{ readonly 'set-cookie': string }> {
    await attempts.clear(`address/${options.addressOf(request)}`);
    await note(actor.id, 'sign-in');
    // Whatever the browser sent before is not taken over: a session always begins under a new id.
    const old = cookieOf(request);
    if (old !== undefined) await sessions.end(old);
    const cookie = await sessions.open(actor.id);
    return { 'set-cookie': cookieHeader(cookie, { secure: options.isSecure(request), maxAgeMs: SESSION_MS }) };
  }

  return {
    whoIs,
    enter,
    guard: (answer, roles) => async (request) => {
      const actor = await whoIs(request);
      if (!actor) return { status: isMachineWithoutKey(request) ? 404 : 401 };
      if (request.method !== 'GET' && isCrossSite(request)) return refuse('CROSS_SITE');
      return roles && !roles.includes(actor.role) ? refuse('FORBIDDEN') : answer(request, actor);
    },
    async signIn(request) {
      if (isCrossSite(request)) return refuse('CROSS_SITE');
      const json = await readJson(request);
      if ('refused' in json) return json.refused;
      const body = signInBody.safeParse(json.value);
      if (!body.success) return refuse('BAD_INPUT');
      const proven = await prove(body.data, options.addressOf(request));
      if ('status' in proven) {
        const tried = 'id' in body.data ? body.data.id : undefined;
        // Whoever goes on knocking at a closed door fills no log.
        if (proven.status !== 429) await note(agents.some(({ id }) => id === tried) && tried ? tried : '-', 'sign-in-failed');
        return proven;
      }
      return { status: 200, body: proven, headers: await enter(request, proven) };
    },
    async signOut(request) {
      if (isCrossSite(request)) return refuse('CROSS_SITE');
      const actor = await whoIs(request);
      if (!actor) return { status: 401 };
      const cookie = cookieOf(request);
      if (cookie !== undefined) await sessions.end(cookie);
      await note(actor.id, 'sign-out');
      return { status: 200, body: {}, headers: { 'set-cookie': cookieHeader('', { secure: options.isSecure(request), maxAgeMs: 0 }) } };
    },
  };
}

function tooMany(waitMs: number): DeskReply {
  return refuse('TOO_MANY', {}, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
}

/** Compares digests, so that the time taken tells nothing of the secret. */
function isSame(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
