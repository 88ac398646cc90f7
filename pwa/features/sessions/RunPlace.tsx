/** The run of an address. */
import type { Route } from '../../route.ts';
import { FoundSession } from './FoundSession.tsx';
import { RunScreen } from './RunScreen.tsx';

export function RunPlace(props: { route: Route }) {
  return (
    <FoundSession id={props.route.item} kind="run">
      {(session) => <RunScreen session={session()} />}
    </FoundSession>
  );
}
