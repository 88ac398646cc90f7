/** Types of handlers, derived from the table of the contract: what a handler gets and returns. */
import type { OutputOf, ParametersOf } from '#contract/call-types.ts';
import { type Access, type Route, type RouteName, routes } from '#contract/routes.ts';
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
  /** The bytes of the body; for ingest, of the second line. */
  readonly raw: Buffer;
  readonly caller: CallerOf<Routes[Name]['access']>;
  /** For held routes: aborts when the hold ends early. */
  readonly signal: AbortSignal;
  readonly context: Context;
}

export type Handler<Name extends RouteName> = (call: Call<Name>) => Promise<Reply> | Reply;

/** Routes that a service serves. */
type ServiceRouteName = {
  [Name in RouteName]: Routes[Name] extends { readonly service: string } ? Name : never;
}[RouteName];

/** A handler for every route of the core. A missing one does not compile. */
export type Handlers = { readonly [Name in Exclude<RouteName, ServiceRouteName>]: Handler<Name> };

/** A route of a service, with what serves it. */
export interface ServedRoute {
  readonly route: Route;
  readonly handler: (call: AnyCall) => Promise<Reply> | Reply;
}

/** A route of the contract that a service serves, with its handler. */
export function served<Name extends ServiceRouteName>(name: Name, handler: Handler<Name>): ServedRoute {
  // Its calls are parsed by its route before they get here.
  return { route: routes[name], handler: handler as Handler<never> as ServedRoute['handler'] };
}

/** A call whose route is known only at run time, for the mounting code. */
export interface AnyCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly raw: Buffer;
  readonly caller: MachineCaller | PersonCaller | undefined;
  readonly signal: AbortSignal;
  readonly context: Context;
}
