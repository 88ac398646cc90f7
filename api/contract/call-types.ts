/** What each call of the contract takes and answers, as types: the server's handlers, the app's client and the bridge's client are all typed from here. Types only, so that the app pays no schema for it. */
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

/** One part of a route as its schema gives it out; `Absent` where the route has none. */
export type OutputOf<Of extends Name, Key extends Part, Absent> =
  Routes[Of] extends Readonly<Record<Key, infer Schema extends GenericSchema>> ? InferOutput<Schema> : Absent;

/** What a call answers. */
export type AnswerOf<Of extends Name> = OutputOf<Of, 'answer', never>;

/** One part of a route as a client gives it. */
type InputOf<Of extends Name, Key extends Part> =
  Routes[Of] extends Readonly<Record<Key, infer Schema extends GenericSchema>> ? InferInput<Schema> : never;

/** A query's values are strings on the wire; a client may leave that to the one place that writes the URL. */
export type QueryOf<Of extends Name> = {
  readonly [Key in keyof InputOf<Of, 'query'>]: InUrl<InputOf<Of, 'query'>[Key]>;
};
type InUrl<Value> = (string extends Value ? string | number : Extract<Value, string>) | undefined;

/** Requires what the route requires and refuses what it does not know. */
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

/** The options of a call, `Own` beside what its route takes; they may be left out where the route requires nothing. */
export type CallArguments<Of extends Name, Own> =
  object extends RequestOf<Of> ? [options?: RequestOf<Of> & Own] : [options: RequestOf<Of> & Own];
