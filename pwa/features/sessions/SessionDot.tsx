/** The dot of a session: what stands beside it says the same in words. */
import { type Session, stateWord } from './sessions.ts';

const dots = {
  running: 'dot online',
  lost: 'dot stale',
  ended: 'dot',
  failed: 'dot failed',
} as const;

export function SessionDot(props: { session: Session }) {
  return (
    <>
      <span class={dots[props.session.state]} />
      <span class="hidden-visually">{stateWord(props.session)}. </span>
    </>
  );
}
