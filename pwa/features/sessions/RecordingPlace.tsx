/** The recording of an address: its item is the terminal. */
import type { Route } from '../../route.ts';
import { FoundSession } from './FoundSession.tsx';
import { RecordingScreen } from './RecordingScreen.tsx';

export function RecordingPlace(props: { route: Route }) {
  return (
    <FoundSession id={props.route.item} kind="terminal">
      {(session) => <RecordingScreen session={session()} />}
    </FoundSession>
  );
}
