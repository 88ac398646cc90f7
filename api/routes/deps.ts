/** What the routes are given to work with. */
import type { MakeBackup } from '../backups.ts';
import type { Identity } from '../identity/identity.ts';
import type { RelayIdentity } from '../identity/relay-identity.ts';
import type { Metrics } from '../metrics.ts';
import type { Alarm } from '../middleware/alarm.ts';
import type { OriginConfig } from '../middleware/origin.ts';
import type { FailureLimit, NetworkLimit } from '../middleware/rate-limits.ts';
import type { Relay } from '../relay/relay.ts';

export interface RouteDeps {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly relayIdentity: RelayIdentity;
  readonly config: OriginConfig;
  readonly metrics: Metrics;
  readonly failures: FailureLimit;
  /** Machines that ask to be let in: how many of one network may, and when all together are remarkably many. */
  readonly asking: { readonly perNetwork: NetworkLimit; readonly alarm: Alarm };
  /** Calls of `hello` by network. */
  readonly hellos: NetworkLimit;
  /** Codes of machines that people try. */
  readonly codeTries: Alarm;
  /** Throws what a relay that stops, or whose store does not answer, throws. */
  readonly checkReady: () => Promise<void>;
  readonly backup: MakeBackup;
}
