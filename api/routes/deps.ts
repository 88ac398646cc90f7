/** The dependencies of the routes. */
import type { MakeBackup } from '../backups.ts';
import type { Identity } from '../identity/identity.ts';
import type { RelayIdentity } from '../identity/relay-identity.ts';
import type { KeptOfPerson } from '../kept-of-person.ts';
import type { Metrics } from '../metrics.ts';
import type { Alarm } from '../middleware/alarm.ts';
import type { OriginConfig } from '../middleware/origin.ts';
import type { FailureLimit, NetworkLimit } from '../middleware/rate-limits.ts';
import type { Relay } from '../relay/relay.ts';
import type { LinesReply } from './json-lines.ts';

export interface RouteDeps {
  readonly exported: LinesReply;
  readonly relay: Relay;
  readonly identity: Identity;
  readonly relayIdentity: RelayIdentity;
  readonly config: OriginConfig;
  readonly metrics: Metrics;
  readonly failures: FailureLimit;
  /** Limits of machines that ask for a code: per network, and the alarm over all networks. */
  readonly asking: { readonly perNetwork: NetworkLimit; readonly alarm: Alarm };
  /** Calls of `hello` by network. */
  readonly hellos: NetworkLimit;
  /** Codes of machines that people try. */
  readonly codeTries: Alarm;
  /** Throws if the relay is stopping or its store does not answer. */
  readonly checkReady: () => Promise<void>;
  readonly backup: MakeBackup;
  /** What each service keeps of a person. */
  readonly keptByServices: readonly KeptOfPerson[];
}
