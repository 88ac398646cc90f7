/** The line for `crontab -e` that starts the bridge with the machine, where no service manager does. */
import { quoted } from '../system/quoted.ts';
import type { Unit } from './service.ts';

/** One line. cron takes `%` for a line break, so that each has a backslash. */
export function crontabLine({ argv, env }: Unit): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return `@reboot ${['env', ...variables, ...argv].map(quoted).join(' ').replaceAll('%', '\\%')}`;
}
