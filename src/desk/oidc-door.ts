import { z } from 'zod';
import { text } from '../../locales';
import { entryId } from '../repositories/ids';
import { partitionOf, type Store } from '../store/store';
import type { Door, DoorOptions } from './door';
import { cookieHeader, cookieOf, type DeskReply, type DeskRequest, queryOf } from './http';
import { type Claims, colleagueOf, type Flow, type Oidc, type OidcSettings } from './oidc';

/** The way in by an identity provider: out to it, and back with a code. Whatever is wrong ends on a plain page that says nothing of why. */

export interface OidcDoorOptions extends Pick<DoorOptions, 'agents' | 'roster' | 'attempts' | 'audit' | 'now' | 'addressOf' | 'isSecure'> {
  readonly store: Store;
  readonly oidc: Oidc;
  readonly settings: OidcSettings;
  readonly enter: Door['enter'];
  /** Keeps what the browser carries from its eyes; see seal.ts. */
  readonly seal: { seal(plain: string): string; open(sealed: string): string | undefined };
  /** The address by which the browser calls this server. */
  readonly originOf: (request: DeskRequest) => string | undefined;
  /** For the operator's log; an error's message may quote what the provider sent, so only its code belongs there. */
  readonly report: (event: 'oidc-failed' | 'oidc-refused', error: unknown) => void;
}

/** The two routes. */
export interface OidcDoor {
  begin(request: DeskRequest): Promise<DeskReply>;
  back(request: DeskRequest): Promise<DeskReply>;
}

export const OIDC_PATH = '/api/desk/sign-in/oidc';
export const BACK_PATH = `${OIDC_PATH}/callback`;
const COOKIE = { name: 'daozhang-desk-oidc', path: OIDC_PATH, sameSite: 'Lax' } as const;
/** So long may somebody take at the provider. */
const FLOW_MS = 10 * 60_000;
const USED = 'desk-oidc';

const kept = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), until: z.int() });

/** See OidcDoor. */
export function createOidcDoor(options: OidcDoorOptions): OidcDoor {
  const { store, oidc, settings, agents, roster, attempts, seal, report } = options;

  function flowOf(request: DeskRequest): Flow | undefined {
    const sealed = cookieOf(request, COOKIE);
    const plain = sealed === undefined ? undefined : seal.open(sealed);
    const { data } = kept.safeParse(plain?.startsWith('{') ? JSON.parse(plain) : undefined);
    return data && data.until > Date.now() && data.state === queryOf(request).get('state') ? data : undefined;
  }

  /** Whether this flow comes back for the first time. */
  async function isFirst({ state }: Flow): Promise<boolean> {
    const partition = store.partition(partitionOf(`oidc/${state}`));
    const mark = { kind: 'put', collection: USED, id: entryId(state), value: 1, expect: 0, ttlMs: FLOW_MS } as const;
    return (await partition.commit(mark)) !== undefined;
  }

  async function refused(status: number, key: 'failed' | 'unknown'): Promise<DeskReply> {
    await options.audit(0, { at: options.now(), actor: '-', action: 'sign-in-failed' });
    return page(status, key);
  }

  async function prove(request: DeskRequest, flow: Flow): Promise<Claims | undefined> {
    const back = new URL(`${options.originOf(request)}${BACK_PATH}?${queryOf(request)}`);
    return oidc.finish(back, flow).catch((error: unknown) => {
      report('oidc-refused', error);
      return undefined;
    });
  }

  return {
    async begin(request) {
      const origin = options.originOf(request);
      if (origin === undefined) return { status: 400 };
      try {
        const { url, flow } = await oidc.begin(`${origin}${BACK_PATH}`);
        const sealed = seal.seal(JSON.stringify({ ...flow, until: Date.now() + FLOW_MS }));
        const cookie = cookieHeader(sealed, { secure: options.isSecure(request), maxAgeMs: FLOW_MS }, COOKIE);
        return { status: 302, headers: { location: url, 'set-cookie': cookie } };
      } catch (error) {
        report('oidc-failed', error);
        return page(502, 'away');
      }
    },
    async back(request) {
      const flow = flowOf(request);
      // Without our cookie it is none of ours, and not worth an entry anywhere.
      if (!flow) return page(400, 'failed');
      if ((await attempts.take(`address/${options.addressOf(request)}`)) > 0) return page(429, 'failed');
      if (!(await isFirst(flow))) return refused(400, 'failed');
      const claims = await prove(request, flow);
      if (!claims) return refused(400, 'failed');
      const person = colleagueOf(claims, settings, agents);
      if (!person) return refused(403, 'unknown');
      if (!agents.some(({ id }) => id === person.id)) await roster.join(person);
      return { status: 302, headers: { location: '/desk', ...(await options.enter(request, person)) } };
    },
  };
}

/** A kind sentence in both languages of the desk, and the way back to its door. */
function page(status: number, key: 'failed' | 'unknown' | 'away'): DeskReply {
  const [zh, en] = (['zh-CN', 'en-US'] as const).map((locale) => text(locale, `desk.door.${key}`));
  const back = `${text('zh-CN', 'desk.door.back')} · ${text('en-US', 'desk.door.back')}`;
  const html = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text('zh-CN', 'desk.page.title')}</title><p>${zh}</p><p lang="en">${en}</p><p><a href="/desk">${back}</a></p></html>`;
  return { status, bytes: Buffer.from(html), headers: { 'content-type': 'text/html; charset=utf-8' } };
}
