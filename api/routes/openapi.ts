/** The contract as OpenAPI 3.1: every route and alias with its parameters, body, answers and problems. */
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { CommandRequest } from '#contract/command.ts';
import type { QueryKind } from '#contract/kinds/kind.ts';
import { problems } from '#contract/problems.ts';
import { type Route, routes } from '#contract/routes.ts';
import { VERSION } from '#contract/version.ts';
import { type Alias, aliases, namesIn } from './aliases.ts';

/** Part of an OpenAPI document. */
export interface Json {
  readonly [name: string]: unknown;
}

/** The whole document. */
export function createOpenApi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const add = (route: Route, operation: Json) => {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  };
  for (const [name, route] of Object.entries<Route>(routes)) add(route, operationOf(name, route));
  for (const alias of aliases) add(alias.route, aliasOperation(alias, operationName(alias)));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: VERSION,
      description:
        'See and steer the spec-driven work on your machines. Problems are RFC 9457; /docs has this as a page.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        machineKey: { type: 'http', scheme: 'bearer', description: "A machine's key, spm_…" },
        key: { type: 'http', scheme: 'bearer', description: "A person's key, spu_…" },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-sallyport',
          description: 'Over plain http the cookie is `sallyport`, and goes with the header `Sallyport-Session`.',
        },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

/** `/a/:b/*rest` as OpenAPI writes it. */
export function openApiPath(path: string): string {
  return path.replace(/[:*]([a-z]+)/gi, '{$1}');
}

function operationOf(operationId: string, route: Route): Json {
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  const body = requestBody(route);
  return {
    operationId,
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(route),
    security: securityOf(route),
  };
}

/** The name of its kind; further paths of a kind are counted. */
function operationName({ kindName, route }: Alias): string {
  const at = aliases.filter((alias) => alias.kindName === kindName).findIndex((alias) => alias.route === route);
  return at === 0 ? kindName : `${kindName}-${at + 1}`;
}

function aliasOperation({ kind, route }: Alias, name: string): Json {
  const operation = operationOf(name, route);
  if (kind.verb === 'query') return { ...operation, description: `${kind.summary} ${sources(kind)}` };
  const schema = aliasBodySchema(kind.args, route);
  const required = Array.isArray(schema.required) && schema.required.length > 0;
  return {
    ...operation,
    description: `${kind.summary} Guards: ${kind.guards.join(' or ') || 'none'}; risk: ${kind.risk}. Waits 20 s unless \`wait\` says otherwise; 412 on a conflict.`,
    requestBody: { required, content: { 'application/json': { schema } } },
  };
}

/** Says who answers: the machine, or the relay's copy. */
function sources({ answer }: QueryKind): string {
  return answer === undefined
    ? 'Asks the machine.'
    : "Answers from the relay's copy, as of the machine's last call (`source`, `asOf`). With `source=machine`, and if the copy is not enough, asks the machine.";
}

/** The args that the path does not name, and the envelope of a command. */
function aliasBodySchema(args: v.GenericSchema, route: Route): Json {
  const named = namesIn(route.path);
  const {
    properties = {},
    required = [],
    ...rest
  } = schemaOf(args, 'input') as { properties?: Json; required?: string[] };
  const { kind: _kind, args: _args, ...envelope } = (schemaOf(CommandRequest, 'input').properties ?? {}) as Json;
  const own = Object.entries(properties).filter(([name]) => !named.includes(name));
  return {
    ...rest,
    properties: { ...Object.fromEntries(own), ...envelope },
    required: required.filter((name) => !named.includes(name)),
  };
}

function pathParameters({ path }: Route): Json[] {
  return namesIn(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters({ query, prefix }: Route): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as { properties?: Json; required?: string[] };
  const named = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  if (prefix === undefined) return named;
  const patternProperties = { [`^${prefix}\\.`]: { type: 'string' } };
  const schema = { type: 'object', patternProperties, additionalProperties: false };
  return [...named, { name: prefix, in: 'query', style: 'form', explode: true, schema }];
}

function requestBody({ body, media, method }: Route): Json | undefined {
  if (method === 'GET' || (body === undefined && media === undefined)) return undefined;
  if (media === 'application/octet-stream') return { required: true, content: { [media]: {} } };
  if (media === 'application/x-ndjson') {
    const description = 'Two lines: this object, then the JSON array of ops.';
    return { required: true, description, content: { [media]: { schema: schemaOf(body, 'input') } } };
  }
  return { required: true, content: { [media ?? 'application/json']: { schema: schemaOf(body, 'input') } } };
}

function responsesOf({ answer, path, access }: Route): Json {
  const content =
    answer === undefined ? {} : { content: { 'application/json': { schema: schemaOf(answer, 'output') } } };
  const done = { description: 'Done', ...content };
  return {
    ...(path.endsWith('/machines') || path.endsWith('/keys') ? { '201': done } : {}),
    '200': done,
    ...(access === 'command' ? { '202': { description: 'Taken, not yet ended', ...content } } : {}),
    default: {
      description: 'A problem',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  };
}

function securityOf({ access }: Route): Json[] {
  if (access === 'open') return [];
  return access === 'machine' ? [{ machineKey: [] }] : [{ key: [] }, { session: [] }];
}

/** Checks that JSON Schema cannot express are omitted here; the api still makes them. */
export function schemaOf(
  schema: v.GenericSchema | undefined,
  typeMode: NonNullable<ConversionConfig['typeMode']>,
): Json {
  if (schema === undefined) return {};
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    ...{ target: 'draft-2020-12', errorMode: 'ignore', typeMode },
    // Those of the contract are objects.
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? { type: 'object' } : undefined),
  });
  return rest as Json;
}

const problemSchema = {
  type: 'object',
  required: ['p', 'type', 'title', 'status', 'code', 'hint', 'retry', 'request'],
  properties: {
    p: { type: 'string' },
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string' },
    instance: { type: 'string' },
    hint: { type: 'string' },
    retry: { type: 'string', enum: ['never', 'later', 'after-resync', 'after-sign-in'] },
    request: { type: 'string' },
    pointer: { type: 'string' },
  },
};
