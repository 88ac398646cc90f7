/** The terminal of an address. */
import type { Route } from '../../route.ts';
import { FoundSession } from './FoundSession.tsx';
import { TerminalScreen } from './TerminalScreen.tsx';

export function TerminalPlace(props: { route: Route }) {
  return (
    <FoundSession id={props.route.item} kind="terminal">
      {(session) => <TerminalScreen session={session()} />}
    </FoundSession>
  );
}
