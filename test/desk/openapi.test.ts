import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createDeskApi, deskRoutes } from '../../src/desk/api';
import type { ApiOptions } from '../../src/desk/api-route';
import type { Door } from '../../src/desk/door';
import { describeApi } from '../../src/desk/openapi';

const file = JSON.parse(readFileSync(path.join(__dirname, '../../docs/desk-openapi.json'), 'utf8'));

test('docs/desk-openapi.json is what the table of routes says (npm run desk -- openapi)', () => {
  expect(file).toEqual(JSON.parse(JSON.stringify(describeApi(deskRoutes({} as ApiOptions)))));
});

test('every route that is served is in it, and no other', () => {
  const door = { guard: () => async () => ({ status: 401 }) } as unknown as Door;
  const served = Object.keys(createDeskApi({ door } as ApiOptions)).map((route) => route.replace(/:(\w+)/g, '{$1}'));
  const described = Object.entries(file.paths as Record<string, object>).flatMap(([at, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${at}`),
  );
  expect(described.sort()).toEqual(served.sort());
});
