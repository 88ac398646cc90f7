/** Whether the system starts the bridge at login, and how that goes. */
import {
  elsewhere,
  exitText,
  helpFor,
  ifOtherUser,
  type ServiceState,
  serviceState,
} from '../../service/service-state.ts';
import { serviceSystem } from '../../service/systems.ts';
import { forText } from '../../system/ago.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';

export const service: Check = {
  name: 'service',
  title: 'Service',
  group: 'This machine',
  run: async ({ data, env }) => {
    const system = serviceSystem(env);
    if (system === undefined)
      return note(
        `Sallyport knows no service manager of ${process.platform}, so it does not start at login by itself.`,
        {
          says: 'Have your system run this at login:',
          copy: 'sallyport run',
        },
      );
    return serviceFinding(await serviceState(system, data));
  },
};

/** What a state of the service means. */
export function serviceFinding({ installed, running, pid, since, lastExit, ...more }: ServiceState): Finding {
  const by = installed ? '' : ', by cron';
  if (running) return ok(`It runs${forText(since)} (process ${pid})${by}.`);
  if (more.elsewhere)
    return note(elsewhere, { says: 'To have it run on this one:', copy: 'sallyport service install' });
  if (!installed)
    return note('None is installed: the bridge does not start at login.', { copy: 'sallyport service install' });
  if (more.trouble !== undefined)
    return fail(`It is installed and does not run. ${more.trouble.says}`, {
      says: ifOtherUser,
      copy: more.trouble.copy ?? 'sallyport service logs',
    });
  const why = lastExit?.says === undefined ? '' : `: ${lastExit.says}`;
  const how = lastExit === undefined ? '' : ` It ended with ${exitText(lastExit)}${why}.`;
  const [says = '', copy = 'sallyport service logs'] = helpFor(lastExit?.code).split(/: (?=sallyport [\w ]+$)/);
  return fail(`It is installed and does not run.${how}`, { says: `${says}:`, copy });
}
