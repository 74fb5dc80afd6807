import { z } from 'zod';
import { ANSWERS } from './answers';
import type { Route } from './api-route';
import { BACK_PATH, OIDC_PATH } from './oidc-door';

/** The API as OpenAPI 3.1, from the same table as the server's routes. */
export function describeApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Daozhang desk', version: '1', description: 'Cases of people who were handed over. See docs/desk.md.' },
    security: [{ machine: [] }, { session: [] }],
    paths: { ...paths, '/api/desk/sign-in': signIn, '/api/desk/sign-out': signOut, [OIDC_PATH]: oidc, [BACK_PATH]: oidcBack },
    components: {
      securitySchemes: {
        machine: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'daozhang-desk' },
      },
      responses: { refused: { description: 'Refused, with a stable code', content: json(refusal) } },
    },
  };
}

const refusal = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code'],
      properties: {
        code: { type: 'string' },
        fields: { type: 'array', items: { type: 'string' } },
        owner: { enum: ['bot', 'queue', 'agent', 'closed'] },
        agent: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } },
      },
    },
  },
};

const REFUSED = { $ref: '#/components/responses/refused' };
const UNKNOWN = { description: 'Not signed in; no body' };

function json(schema: object) {
  return { 'application/json': { schema } };
}

function operation({ method, path, summary, roles, body, query }: Route): object {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' }) as { readonly properties?: Readonly<Record<string, object>> };
  const asked = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
  const parameters = [...named, ...asked];
  const isStream = path.endsWith('/events');
  const answer = ANSWERS[`${method} ${path}`];
  const content = answer ? json(z.toJSONSchema(answer)) : { [isStream ? 'text/event-stream' : '*/*']: {} };
  return {
    summary,
    ...(roles && { description: `Roles: ${roles.join(', ')}` }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(z.toJSONSchema(body, { io: 'input' })) } }),
    responses: {
      200: { description: 'Done', content },
      400: REFUSED,
      401: UNKNOWN,
      403: REFUSED,
      ...(named.length > 0 && { 404: REFUSED }),
      ...(body && named.length > 0 && { 409: REFUSED }),
    },
  };
}

function done(name: 'sign-in' | 'sign-out') {
  return json(z.toJSONSchema(ANSWERS[`POST /api/desk/${name}`] ?? z.never()));
}

const signIn = {
  post: {
    summary: 'Open a session: an agent with his key, or the link of the first start',
    security: [],
    requestBody: {
      required: true,
      content: json({
        anyOf: [
          {
            type: 'object',
            required: ['id', 'key'],
            properties: { id: { type: 'string' }, key: { type: 'string' } },
            additionalProperties: false,
          },
          { type: 'object', required: ['link'], properties: { link: { type: 'string' } }, additionalProperties: false },
        ],
      }),
    },
    responses: {
      200: { description: 'Who is signed in; sets the cookie', content: done('sign-in') },
      400: REFUSED,
      403: REFUSED,
      429: REFUSED,
    },
  },
};
const signOut = {
  post: { summary: 'End the session', responses: { 200: { description: 'Done', content: done('sign-out') }, 401: UNKNOWN } },
};
const oidc = {
  get: {
    summary: 'Sends the browser to the identity provider; 401 when there is none',
    security: [],
    responses: { 302: { description: 'To the provider' }, 401: UNKNOWN, 502: { description: 'The provider cannot be reached' } },
  },
};
const oidcBack = {
  get: {
    summary: 'Where the identity provider sends the browser back to; opens a session',
    security: [],
    responses: {
      302: { description: 'To the desk; sets the cookie' },
      400: { description: 'Not proven: a page' },
      401: UNKNOWN,
      403: { description: 'Proven, but nobody of this desk: a page' },
      429: { description: 'Too many sign-ins: a page' },
    },
  },
};
