/** Types of the parameters, body and answer of each call, for the server's handlers and for the clients of app and bridge. Only types, so that the app loads no schemas. */
import type { GenericSchema, InferInput, InferOutput } from 'valibot';
import type { Route, routes } from './routes.ts';

type Routes = typeof routes;
type Name = keyof Routes;
type Part = keyof Route & ('query' | 'body' | 'answer');

export type ParameterNames<Path extends string> = Path extends `${string}:${infer Found}/${infer Rest}`
  ? Found | ParameterNames<`/${Rest}`>
  : Path extends `${string}:${infer Found}`
    ? Found
    : Path extends `${string}*${infer Found}`
      ? Found
      : never;

/** The parameters of a call's path, by name. */
export type ParametersOf<Of extends Name> = Readonly<Record<ParameterNames<Routes[Of]['path']>, string>>;

/** One part of a route, as the output of its schema; `Absent` if the route has none. */
export type OutputOf<Of extends Name, Key extends Part, Absent> =
  Routes[Of] extends Readonly<Record<Key, infer Schema extends GenericSchema>> ? InferOutput<Schema> : Absent;

/** The answer of a call. */
export type AnswerOf<Of extends Name> = OutputOf<Of, 'answer', never>;

/** One part of a route, as a client passes it. */
type InputOf<Of extends Name, Key extends Part> =
  Routes[Of] extends Readonly<Record<Key, infer Schema extends GenericSchema>> ? InferInput<Schema> : never;

/** The values of a query are strings on the wire. Clients may pass numbers; the function that builds the URL converts them. */
export type QueryOf<Of extends Name> = {
  readonly [Key in keyof InputOf<Of, 'query'>]: InUrl<InputOf<Of, 'query'>[Key]>;
};
type InUrl<Value> = (string extends Value ? string | number : Extract<Value, string>) | undefined;

/** Requires what the route requires, and rejects unknown fields. */
export type RequestOf<Of extends Name> = ([ParameterNames<Routes[Of]['path']>] extends [never]
  ? { readonly parameters?: never }
  : { readonly parameters: ParametersOf<Of> }) &
  (Routes[Of] extends { readonly query: GenericSchema }
    ? { readonly [Key in 'query' as object extends QueryOf<Of> ? never : Key]: QueryOf<Of> } & {
        readonly query?: QueryOf<Of>;
      }
    : { readonly query?: never }) &
  (Routes[Of] extends { readonly media: 'application/x-ndjson' | 'application/octet-stream' }
    ? { readonly body?: never; readonly bytes: Uint8Array }
    : { readonly bytes?: never } & (Routes[Of] extends { readonly body: GenericSchema }
        ? { readonly body: InputOf<Of, 'body'> }
        : { readonly body?: never }));

/** The options of a call: those of its route, and `Own`. Optional if the route requires nothing. */
export type CallArguments<Of extends Name, Own> =
  object extends RequestOf<Of> ? [options?: RequestOf<Of> & Own] : [options: RequestOf<Of> & Own];
