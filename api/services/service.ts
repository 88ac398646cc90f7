/**
 * What a service is: something that the relay does itself for an organisation, in a folder of its own beside this file.
 * Nobody imports such a folder but `index.ts`, and no service imports another: each can be left out. ADR 29 says why.
 */
import type { Identity } from '../identity/identity.ts';
import type { KeptOfPerson } from '../kept-of-person.ts';
import type { Log } from '../log.ts';
import type { Outbound } from '../outbound.ts';
import type { ServiceFeedKind } from '../relay/feeds/feed-kinds.ts';
import type { Relay } from '../relay/relay.ts';
import type { ServedRoute } from '../routes/call.ts';
import type { Store } from '../store/store.ts';

/** What a service is made of. */
export interface ServiceParts {
  readonly store: Store;
  readonly relay: Relay;
  readonly identity: Identity;
  readonly outbound: Outbound;
  readonly log: Log;
  /** The public URL of this relay; undefined if the operator has set none. */
  readonly origin: string | undefined;
}

export interface Service {
  /** That of its folder. */
  readonly name: string;
  /** Its routes, which the contract declares, each with what serves it. */
  readonly routes: (parts: ServiceParts) => readonly ServedRoute[];
  /** Its kinds of feeds, by letter: who may read them, what is kept, what falls due. */
  readonly feedKinds: Readonly<Record<string, ServiceFeedKind>>;
  /** What it keeps of a person, where it does. */
  readonly ofPerson?: (parts: ServiceParts) => KeptOfPerson;
  /** What it does beside the requests, in each process, from the relay's start until the result is disposed of. */
  readonly start?: (parts: ServiceParts) => Promise<AsyncDisposable>;
}
