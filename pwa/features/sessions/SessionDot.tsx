/** The dot of a session: what stands beside it says the same in words. */
import type { Session } from './sessions.ts';

const words = {
  running: 'Running',
  lost: 'Not heard now',
  ended: 'Ended',
  failed: 'Ended, not with 0',
} as const;

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
      <span class="hidden-visually">{words[props.session.state]}. </span>
    </>
  );
}
