/** Whether a stream still has to show that its events come at once. Some gateways hold back the newest one, or what does not fill their buffer; so the relay says `ready` half a second after the last event. */
import { limits } from '#contract/limits.ts';

export interface Trial {
  /** Takes whether `ready` or `keepalive` is the last thing that was read, and nothing of an event behind it. True where one is still to come soon. */
  waits(isPause: boolean): boolean;
}

/**
 * The trial of a new stream. It is over when nothing came for a while after such a pause: no event had pushed it
 * through, which would be held back now. Later a network may be slow without being judged.
 */
export function createTrial(): Trial {
  let isOver = false;
  let pausedAt: number | undefined;
  return {
    waits(isPause) {
      const now = performance.now();
      isOver ||= pausedAt !== undefined && now - pausedAt > limits.readyAfterEventMs;
      pausedAt = isPause ? now : undefined;
      return !isOver && !isPause;
    },
  };
}
