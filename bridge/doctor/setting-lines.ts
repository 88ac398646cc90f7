/** The lines to copy that change a setting so that it counts for the bridge: in this terminal, or for the service that is installed. */
import { variableFor } from '../net/proxy.ts';
import { quoted } from '../system/quoted.ts';
import type { Patient } from './patient.ts';

type Runs = Pick<Patient, 'origin' | 'key' | 'service'>;

/** Sets variables for a shell, and for the service where there is one: it keeps those of the terminal that installs it. */
export function variableLine(assignments: string, { service }: Pick<Patient, 'service'>): string {
  return `export ${assignments}${service === undefined ? '' : ` && ${service.install()}`}`;
}

/** A line that names another proxy, in the variable that names the present one if one does. A PAC file of `--pac` comes before the variables, and NO_PROXY exempts from them, so that each is switched off. */
export function otherProxyLine(
  value: string,
  { origin, ways, service }: Pick<Patient, 'origin' | 'ways' | 'service'>,
  variable: string = origin === undefined ? 'HTTPS_PROXY' : variableFor(origin),
): string {
  const isExempt = ways?.by === 'environment' && ways.hops[0] === undefined;
  const exempt = isExempt ? `${ways.source}= ` : '';
  return variableLine(`${exempt}${variable}=${value}${ways?.by === 'pac' ? ' SALLYPORT_PAC=none' : ''}`, { service });
}

/** A line that has root certificates trusted from now on; `none` forgets them. */
export function caLine(file: string, { origin, key, service }: Runs): string {
  const option = `--ca ${file.startsWith('~/') ? file : quoted(file)}`;
  if (service !== undefined) return service.install(option);
  return key === undefined
    ? `sallyport login ${origin?.origin ?? 'https://RELAY'} ${option}`
    : `sallyport run ${option}`;
}
