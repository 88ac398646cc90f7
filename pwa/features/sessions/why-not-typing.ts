/** Why keys go nowhere now: they are never kept for later. */
import type { AppState } from '../../state/app-state.ts';
import type { Session } from './sessions.ts';

/** A sentence; undefined where keys reach the program. */
export function whyNotTyping(
  { connection }: Pick<AppState, 'connection'>,
  { end, machine }: Session,
  isHeard: boolean,
): string | undefined {
  if (end !== undefined) return 'Not typed: the terminal has ended.';
  if (connection.rung === 'offline') return 'Not typed: there is no connection to the relay.';
  if (machine.status !== 'online') return `Not typed: ${machine.name} is offline.`;
  return isHeard ? undefined : 'Not typed: the terminal is not heard yet.';
}
