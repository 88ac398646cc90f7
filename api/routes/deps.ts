/** What the routes are given to work with. */
import type { MakeBackup } from '../backups.ts';
import type { Identity } from '../identity/identity.ts';
import type { RelayIdentity } from '../identity/relay-identity.ts';
import type { Metrics } from '../metrics.ts';
import type { OriginConfig } from '../middleware/origin.ts';
import type { FailureLimit } from '../middleware/rate-limits.ts';
import type { Relay } from '../relay/relay.ts';

export interface RouteDeps {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly relayIdentity: RelayIdentity;
  readonly config: OriginConfig;
  readonly metrics: Metrics;
  readonly failures: FailureLimit;
  /** Throws what a relay that stops, or whose store does not answer, throws. */
  readonly checkReady: () => Promise<void>;
  readonly backup: MakeBackup;
}
