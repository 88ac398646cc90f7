/** What the routes are given to work with. */
import type { Identity } from '../identity/identity.ts';
import type { FailureLimit } from '../middleware/failure-limit.ts';
import type { OriginConfig } from '../middleware/origin.ts';
import type { Relay } from '../relay/relay.ts';

export interface RouteDeps {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly config: OriginConfig;
  readonly failures: FailureLimit;
  /** Throws what a store that does not answer throws. */
  readonly checkStore: () => Promise<void>;
}
