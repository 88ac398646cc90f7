/** What is typed into an attached terminal: all of it is sent, but `~.` at the beginning of a line leaves. */

export interface Typed {
  /** What to send. */
  readonly text: string;
  readonly isLeaving: boolean;
}

/** Takes the keys in order. As with ssh, `~~` at the beginning of a line is one `~`. */
export function createTyping(): (keys: string) => Typed {
  let isAtStart = true;
  let isHeld = false;
  return (keys) => {
    let text = '';
    for (const key of keys) {
      if (isHeld && key === '.') return { text, isLeaving: true };
      if (isHeld) text += key === '~' ? '' : '~';
      const holds = isAtStart && !isHeld && key === '~';
      if (!holds) text += key;
      isAtStart = key === '\r' || key === '\n';
      isHeld = holds;
    }
    return { text, isLeaving: false };
  };
}
