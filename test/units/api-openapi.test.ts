/** The contract as OpenAPI and as a page: nothing that is mounted is missing there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '#contract/kinds/index.ts';
import type { Kind } from '#contract/kinds/kind.ts';
import { limits } from '#contract/limits.ts';
import { problems } from '#contract/problems.ts';
import { type Route, routes } from '#contract/routes.ts';
import { aliases } from '../../api/routes/aliases.ts';
import { createDocsPage } from '../../api/routes/docs-page.ts';
import { createOpenApi, openApiPath } from '../../api/routes/openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema?: { readonly properties?: object } }> };
  readonly responses: Record<string, unknown>;
  readonly security: readonly object[];
}

const document = createOpenApi();
const paths = document.paths as Record<string, Record<string, Operation>>;

function operationOf({ path, method }: Pick<Route, 'path' | 'method'>): Operation {
  const operation = paths[openApiPath(path)]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is not described`);
  return operation;
}

test('OpenAPI describes every route, with its parameters, body, answer, problems and who may call', () => {
  for (const [name, route] of Object.entries<Route>(routes)) {
    const operation = operationOf(route);
    assert.equal(operation.operationId, name);
    const named = [...route.path.matchAll(/[:*]([a-z]+)/g)].map(([, parameter]) => parameter);
    const described = operation.parameters
      ?.filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name);
    assert.deepEqual(described ?? [], named, name);
    assert.equal(operation.requestBody !== undefined, route.body !== undefined || route.media !== undefined, name);
    assert.ok('default' in operation.responses, name);
    assert.equal(operation.security.length > 0, route.access !== 'open', name);
  }
});

test('a call that takes a form is described as one: a client made from OpenAPI gets through', () => {
  for (const route of Object.values<Route>(routes)) {
    if (route.method === 'GET' || (route.body === undefined && route.media === undefined)) continue;
    const content = operationOf(route).requestBody?.content ?? {};
    assert.deepEqual(Object.keys(content), [route.media ?? 'application/json'], route.path);
  }
  assert.ok('application/x-www-form-urlencoded' in (operationOf(routes.token).requestBody?.content ?? {}));
});

test('OpenAPI describes every alias: args that the path names are not in the body, all others are', () => {
  assert.equal(
    aliases.length,
    Object.values<Kind>(kinds).reduce((sum, kind) => sum + kind.aliases.length + ('over' in kind ? 1 : 0), 0),
  );
  for (const { route } of aliases.filter(({ kind }) => kind.verb === 'command')) {
    const properties = operationOf(route).requestBody?.content['application/json']?.schema?.properties ?? {};
    assert.ok('ifRev' in properties, route.path);
    for (const [, name = ''] of route.path.matchAll(/:(\w+)/g)) assert.ok(!(name in properties), route.path);
  }
  const metadata = aliases.find(({ kindName }) => kindName === 'spec-metadata-update');
  assert.ok(metadata);
  const schema = operationOf(metadata.route).requestBody?.content['application/json']?.schema;
  assert.ok('status' in (schema?.properties ?? {}));
});

test('operation ids are unique, and the document is JSON', () => {
  const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
});

test('the page has every call, kind, limit and problem, each problem under its anchor, and no script', () => {
  const page = createDocsPage();
  for (const code of Object.keys(problems)) assert.ok(page.includes(`id="problem-${code}"`), code);
  for (const name of Object.keys(routes)) assert.ok(page.includes(`id="call-${name}"`), name);
  for (const name of Object.keys(kinds)) assert.ok(page.includes(`id="command-${name}"`), name);
  for (const name of Object.keys(limits)) assert.ok(page.includes(name), name);
  assert.doesNotMatch(page, /<script|javascript:|\son[a-z]+=/i);
});
