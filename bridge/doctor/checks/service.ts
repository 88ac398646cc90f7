/** Whether the system starts the bridge at login, and how that goes. */
import { exitText, helpFor, type ServiceState, serviceState } from '../../service/service-state.ts';
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
export function serviceFinding({ installed, running, pid, since, lastExit }: ServiceState): Finding {
  if (!installed)
    return note('None is installed: the bridge does not start at login.', { copy: 'sallyport service install' });
  if (running) return ok(`It runs${forText(since)} (process ${pid}).`);
  const why = lastExit?.says === undefined ? '' : `: ${lastExit.says}`;
  const how = lastExit === undefined ? '' : ` It ended with ${exitText(lastExit)}${why}.`;
  const [says = '', copy = 'sallyport service logs'] = helpFor(lastExit?.code).split(/: (?=sallyport [\w ]+$)/);
  return fail(`It is installed and does not run.${how}`, { says: `${says}:`, copy });
}
