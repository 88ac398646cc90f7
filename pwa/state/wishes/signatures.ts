/** Decides whether this device signs a wish. `device-key.ts`, which is loaded on demand, does the signing. */
import type { CommandSignature } from '#contract/device-key.ts';
import type { Machine } from '#contract/machine.ts';
import { wantsSignatures } from '#contract/policy-verdict.ts';
import type { Api } from '../../api.ts';
import type { WishKept } from './wish.ts';

/** The signature, for a machine whose policy requires signatures and that has pinned this device's key. The machine itself refuses unsigned commands. */
export async function signatureFor(
  api: Pick<Api, 'call'>,
  machine: Machine | undefined,
  wish: WishKept,
): Promise<CommandSignature | undefined> {
  if (machine === undefined || !wantsSignatures(machine.policy) || machine.signers === undefined) return undefined;
  const { openDeviceKey, signWish } = await import('../device/device-key.ts');
  const key = await openDeviceKey().catch(() => undefined);
  if (key === undefined || !machine.signers.includes(key.fingerprint)) return undefined;
  const { registerBefore } = await import('../channels/sealing-key.ts');
  await registerBefore(api, key, wish.kind);
  return await signWish(key, wish);
}
