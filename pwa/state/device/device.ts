/** Events of the device: visible or hidden, frozen and resumed, another network. */
import { limits } from '#contract/limits.ts';
import type { ConnectionTracker } from '../stream/connection.ts';
import type { Office } from '../stream/office.ts';
import type { Pokes } from '../stream/pokes.ts';
import type { Installing } from './installing.ts';

/** Not part of the DOM's types; Chromium only. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
  readonly effectiveType?: string;
}

/** Watches as long as the page lives. */
export function watchDevice(pokes: Pokes, office: Office, connection: ConnectionTracker, installing: Installing): void {
  let lookedAt = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    if (!office.hears()) office.refresh();
    else if (Date.now() - (connection.now().heardAt ?? 0) > limits.streamKeepaliveMs + limits.hiddenMs)
      pokes.poke('wake');
    if (Date.now() - lookedAt < limits.connectionRenewMs) return;
    lookedAt = Date.now();
    installing.look();
  });
  window.addEventListener('pageshow', ({ persisted }) => persisted && pokes.poke('wake'));
  window.addEventListener('online', () => pokes.poke('network'));
  window.addEventListener('offline', () => pokes.poke('wake'));
  watchNetwork(() => pokes.poke('network'));
}

/** The event also fires when the estimated speed changes. Only another type of network matters. */
function watchNetwork(changed: () => void): void {
  const network = (navigator as { connection?: NetworkInformation }).connection;
  let known = `${network?.type} ${network?.effectiveType}`;
  network?.addEventListener('change', () => {
    const now = `${network.type} ${network.effectiveType}`;
    if (now !== known) changed();
    known = now;
  });
}
