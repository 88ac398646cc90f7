/** Refuses bridges and command lines that are too old. For the first edition, the answer has the only tag that it accepts. */
import { Problem } from '#contract/problems.ts';
import { FIRST_PROTOCOL, MIN_BRIDGE } from '#contract/version.ts';
import type { Context } from './context.ts';

/** The User-Agent of bridges and command lines: `sallyport/0.1.0`. */
const ownAgent = /^sallyport\/(\d+)\.(\d+)\.(\d+)/;

/** Refuses every request of a release that this relay does not talk to. */
export async function refuseOutdated(context: Context, next: () => Promise<unknown>): Promise<void> {
  const [, ...parts] = ownAgent.exec(context.get('User-Agent')) ?? [];
  if (parts.length > 0) checkVersion(parts.join('.'));
  await next();
}

/** Accepts versions that are not releases, such as private builds. Throws `bridge-outdated`. */
export function checkVersion(version: string): void {
  const own = partsOf(version);
  const least = partsOf(MIN_BRIDGE);
  const at = own.findIndex((part, index) => part !== least[index]);
  if (at === -1 || (own[at] ?? 0) >= (least[at] ?? 0)) return;
  const isFirst = own[0] === 0 && own[1] === 1;
  throw new Problem('bridge-outdated', `This bridge is ${version}; the relay takes ${MIN_BRIDGE} and newer.`, {
    minBridge: MIN_BRIDGE,
    ...(isFirst ? { p: FIRST_PROTOCOL } : {}),
  });
}

function partsOf(version: string): number[] {
  return (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
