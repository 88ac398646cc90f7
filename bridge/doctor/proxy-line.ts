/** The lines to copy that name a proxy so that it counts. */
import { variableFor } from '../net/proxy.ts';
import type { Patient } from './patient.ts';

/** A line for a shell that names another proxy, in the variable that names the present one if one does. A PAC file of `--pac` comes before the variables, and NO_PROXY exempts from them, so that each is switched off. */
export function otherProxyLine(
  value: string,
  { origin, ways }: Pick<Patient, 'origin' | 'ways'>,
  variable: string = origin === undefined ? 'HTTPS_PROXY' : variableFor(origin),
): string {
  const isExempt = ways?.by === 'environment' && ways.hops[0] === undefined;
  const exempt = isExempt ? `${ways.source}= ` : '';
  return `export ${exempt}${variable}=${value}${ways?.by === 'pac' ? ' SALLYPORT_PAC=none' : ''}`;
}
