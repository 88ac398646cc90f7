/** Why keys go nowhere now: they are kept for the few seconds of a short interruption, and never for later. */
import { limits } from '#contract/limits.ts';
import { mayType } from '#contract/may-type.ts';
import type { AppState } from '../../state/app-state.ts';
import type { Session } from './sessions.ts';

/** A sentence; undefined where keys reach the program. */
export function whyNotTyping(
  { connection }: Pick<AppState, 'connection'>,
  { end, machine, record, project }: Session,
  isHeard: boolean,
): string | undefined {
  if (end !== undefined) return 'Not typed: the terminal has ended.';
  const isAway = connection.rung === 'offline' && Date.now() - connection.since > limits.inputAgeMsMax;
  if (isAway || (connection.rung === 'offline' && !isHeard)) return 'Not typed: there is no connection to the relay.';
  if (machine.status !== 'online') return `Not typed: ${machine.name} is offline.`;
  const named =
    project === undefined
      ? undefined
      : (machine.projects.find(({ id }) => id === project) ?? { id: project, name: '' });
  if (!mayType(machine.policy, { project: named, isSealed: record.seal !== undefined }))
    return `Not typed: the policy of ${machine.name} does not allow it any more.`;
  return isHeard ? undefined : 'Not typed: the terminal is not heard yet.';
}
