/** The sealing key of this device at the relay, where machines look for it. A relay that was restored, or a device of before, may lack it. */
import { commandKind } from '#contract/kinds/index.ts';
import type { Api } from '../../api.ts';
import { type DeviceKeyHeld, registerDeviceKey, type SealingKeyHeld } from '../device/device-key.ts';

/** Names the relay's list until its person looks at it. */
const nameOfOld = 'This device';

/** Lists it, if the relay does not. */
export async function ensureListed(api: Pick<Api, 'call'>, held: DeviceKeyHeld): Promise<SealingKeyHeld> {
  const { items } = await api.call('deviceKeys');
  const listed = items.find(({ fingerprint }) => fingerprint === held.fingerprint);
  const { sealing } = held;
  if (sealing !== undefined && listed?.sealingKey === sealing.sealingKey) return sealing;
  return await registerDeviceKey(api, held, listed?.name ?? nameOfOld);
}

/** Before a command is signed whose kind seals for this device. */
export async function registerBefore(api: Pick<Api, 'call'>, held: DeviceKeyHeld, kind: string): Promise<void> {
  if (commandKind(kind)?.seals) await ensureListed(api, held);
}
