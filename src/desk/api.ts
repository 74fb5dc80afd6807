import type { z } from 'zod';
import type { Actor } from './actions';
import { actionRoutes } from './api-actions';
import { placeRoutes } from './api-place';
import { readingRoutes } from './api-reading';
import type { ApiOptions, Call, Route } from './api-route';
import { type DeskReply, type DeskRequest, queryOf, readJson, refuse } from './http';
import { BACK_PATH, OIDC_PATH } from './oidc-door';

/** Everything under /api/desk: one table, from which the server's routes and docs/desk-openapi.json are made. */

/** The table. */
export function deskRoutes(options: ApiOptions): readonly Route[] {
  return [...readingRoutes(options), ...actionRoutes(options), ...placeRoutes(options)];
}

/** The table as the server's routes, each behind the door; with sign-in and sign-out, which are the door. */
export function createDeskApi(
  options: ApiOptions,
): Readonly<Record<`${'GET' | 'POST'} /${string}`, (request: DeskRequest) => Promise<DeskReply>>> {
  const { door, oidc } = options;
  const behind = deskRoutes(options).map((route) => [`${route.method} ${route.path}`, door.guard(answering(route), route.roles)] as const);
  return {
    ...Object.fromEntries(behind),
    'POST /api/desk/sign-in': door.signIn,
    'POST /api/desk/sign-out': door.signOut,
    [`GET ${OIDC_PATH}`]: oidc?.begin ?? shut,
    [`GET ${BACK_PATH}`]: oidc?.back ?? shut,
  };
}

const shut = async (): Promise<DeskReply> => ({ status: 401 });

const answering =
  (route: Route) =>
  async (request: DeskRequest, actor: Actor): Promise<DeskReply> => {
    const query = route.query.safeParse(Object.fromEntries(queryOf(request)));
    if (!query.success) return badInput(query.error);
    const json = route.body ? await readJson(request, route.limit) : { value: undefined };
    if ('refused' in json) return json.refused;
    const body = route.body?.safeParse(json.value);
    if (body && !body.success) return badInput(body.error);
    const call = { actor, id: request.params?.id ?? '', body: body?.data, query: query.data, request };
    return route.answer(call as unknown as Call);
  };

/** Names the fields, never what was in them. */
function badInput({ issues }: z.ZodError): DeskReply {
  return refuse('BAD_INPUT', { fields: [...new Set(issues.map(({ path }) => path.join('.')))] });
}
