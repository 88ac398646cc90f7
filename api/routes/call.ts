/** The types between the table of the contract and the functions that serve it: what a handler gets of a call, and gives. */
import type { OutputOf, ParametersOf } from '#contract/call-types.ts';
import type { Access, Route, RouteName, routes } from '#contract/routes.ts';
import type { MachineCaller, PersonCaller } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Context } from '../middleware/context.ts';

type Routes = typeof routes;

type CallerOf<Of extends Access> = Of extends 'open' ? undefined : Of extends 'machine' ? MachineCaller : PersonCaller;

/** A call whose parts have been checked against its route. */
export interface Call<Name extends RouteName> {
  readonly params: ParametersOf<Name>;
  readonly query: OutputOf<Name, 'query', object>;
  readonly body: OutputOf<Name, 'body', undefined>;
  /** The body's bytes; of an ingest, those of the second line. */
  readonly raw: Buffer;
  readonly caller: CallerOf<Routes[Name]['access']>;
  /** Of held routes: aborts when the hold ends early. */
  readonly signal: AbortSignal;
  readonly context: Context;
}

export type Handler<Name extends RouteName> = (call: Call<Name>) => Promise<Reply> | Reply;

/** A function for every route of the contract; one that is missing does not compile. */
export type Handlers = { readonly [Name in RouteName]: Handler<Name> };

/** A route of a service, with what serves it. */
export interface ServedRoute {
  readonly route: Route;
  readonly handler: (call: AnyCall) => Promise<Reply> | Reply;
}

/** A call whose route is only known while running: what the mounting code has in hand. */
export interface AnyCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly raw: Buffer;
  readonly caller: MachineCaller | PersonCaller | undefined;
  readonly signal: AbortSignal;
  readonly context: Context;
}
