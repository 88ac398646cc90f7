/** The service manager of each platform. */
import type { Env } from '../projects/registries.ts';
import { createLaunchd } from './launchd.ts';
import { type RunProgram, runProgram } from './run-program.ts';
import type { ServiceSystem } from './service.ts';
import { createSystemd } from './systemd.ts';
import { createWindows } from './windows.ts';

const systems: Readonly<Partial<Record<NodeJS.Platform, (env: Env, run: RunProgram) => ServiceSystem>>> = {
  linux: createSystemd,
  darwin: createLaunchd,
  win32: createWindows,
};

/** This platform's; undefined where there is none that Sallyport knows. */
export function serviceSystem(
  env: Env,
  platform: NodeJS.Platform = process.platform,
  run: RunProgram = runProgram,
): ServiceSystem | undefined {
  return systems[platform]?.(env, run);
}
