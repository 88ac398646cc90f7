/** The line to copy that sets this machine's clock. */
import type { Fix } from './check.ts';

const commands: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo timedatectl set-ntp true',
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

/** Sets it by the network. */
export function setClock(platform: NodeJS.Platform = process.platform): Fix {
  return { says: 'Set the clock by the network:', copy: commands[platform] ?? 'sudo ntpdate pool.ntp.org' };
}
