/** The state of the service, from its manager and from what its last run has noted. */
import { realpath } from 'node:fs/promises';
import { isRunning, readLastRun, runByCron } from './last-run.ts';
import type { ServiceSystem } from './service.ts';

export interface ServiceState {
  readonly installed: boolean;
  /** It is installed for another data folder. */
  readonly elsewhere?: true;
  /** Why its manager cannot be reached from here, and a line that reaches it. */
  readonly trouble?: { readonly says: string; readonly copy?: string | undefined };
  /** Without `installed`: a line of cron has started it. */
  readonly running: boolean;
  readonly pid?: number;
  /** ISO 8601. */
  readonly since?: string;
  readonly lastExit?: ServiceExit;
}

/** How a run has ended: with a code, or by a signal. */
export interface ServiceExit {
  readonly code?: number;
  /** Such as SIGKILL. */
  readonly signal?: string;
  /** ISO 8601. */
  readonly at?: string;
  readonly says?: string | undefined;
}

/** The state for a data folder. */
export async function serviceState(system: ServiceSystem, folder: string): Promise<ServiceState> {
  const { installed, pid, exit } = await system.state();
  const run = readLastRun(folder);
  const byCron = runByCron(folder);
  if (isRunning(byCron)) return { installed: false, running: true, pid: byCron.pid, since: byCron.started };
  if (!installed) return { installed, running: false };
  if (!(await isServiceOf(system, folder))) return { installed: false, elsewhere: true, running: false };
  if (isRunning(run) && (pid === undefined || pid === run.pid))
    return { installed, running: true, pid: run.pid, since: run.started };
  if (pid !== undefined) return { installed, running: true, pid };
  const says = await system.trouble();
  if (says !== undefined) return { installed, running: false, trouble: { says, copy: system.reach } };
  const lastExit = run?.ended ?? exit;
  return { installed, running: false, ...(lastExit && { lastExit }) };
}

/** There is one service of a user, and it runs on one data folder, which may be named by a link. */
export async function isServiceOf(service: ServiceSystem, folder: string): Promise<boolean> {
  return (await service.isFor(folder)) || (await service.isFor(await realpath(folder).catch(() => folder)));
}

/** "code 3", "signal SIGKILL". */
export function exitText({ code, signal }: ServiceExit): string {
  return signal === undefined ? `code ${code}` : `signal ${signal}`;
}

const helps: Readonly<Record<number, string>> = {
  2: 'Install the service again with the right settings: sallyport service install',
  3: 'Link this machine again: sallyport login, then: sallyport service install',
  6: 'Install the newest Sallyport, or see whether another bridge has taken over this machine; then: sallyport service install',
  7: 'See what the relay says: sallyport doctor; then: sallyport service install',
};

export const elsewhere = 'The service that is installed runs on another data folder.';
export const ifOtherUser = 'If you came here by su or sudo, this reaches it:';

/** What a person does about an end, in one sentence with a command. */
export function helpFor(code: number | undefined): string {
  return (
    helps[code ?? 0] ?? 'It is started again by itself, later each time. The log says more: sallyport service logs'
  );
}
