/**
 * What a service is: something that the relay does itself for an organisation, in a folder of its own beside this file.
 * Nobody imports such a folder but `index.ts`, and no service imports another: each can be left out. ADR 29 says why.
 */
import type { ServiceFeedKind } from '../relay/feed-kinds.ts';
import type { ServedRoute } from '../routes/call.ts';
import type { RouteDeps } from '../routes/deps.ts';

export interface Service {
  /** That of its folder. */
  readonly name: string;
  /** Its routes, which the contract declares, each with what serves it. */
  readonly routes: (deps: RouteDeps) => readonly ServedRoute[];
  /** Its kinds of feeds, by letter: who may read them, what is kept, what falls due. */
  readonly feedKinds: Readonly<Record<string, ServiceFeedKind>>;
}
