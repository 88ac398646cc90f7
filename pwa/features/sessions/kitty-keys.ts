/** Keys as a program gets them that has asked for kitty's keyboard protocol: Shift and Enter is told apart from Enter. Only for that; everything else xterm.js sends as before. */
import { createKittyStacks } from '#contract/kitty-stacks.ts';

/** Of a terminal, what is needed here. */
interface Parsed {
  readonly buffer: { readonly active: { readonly type: 'normal' | 'alternate' } };
  readonly parser: {
    registerCsiHandler(
      id: { readonly prefix: string; readonly final: string },
      handle: (params: (number | number[])[]) => boolean,
    ): unknown;
    registerEscHandler(id: { readonly final: string }, handle: () => boolean): unknown;
  };
}

type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>;

/** Follows what a program asks of a terminal. `forget` where the terminal is reset. */
export function createKittyKeys({ buffer, parser }: Parsed): {
  sequenceOf(event: Pressed): string | undefined;
  forget(): void;
} {
  const stacks = createKittyStacks();
  for (const prefix of ['>', '<', '='])
    parser.registerCsiHandler({ prefix, final: 'u' }, (params) => {
      const numbers = params.map((param) => (typeof param === 'number' ? param : 0));
      stacks.act(prefix, numbers, buffer.active.type);
      return true;
    });
  parser.registerEscHandler({ final: 'c' }, () => {
    stacks.reset();
    return false;
  });
  return {
    sequenceOf: (event) => kittySequence(event, stacks.now(buffer.active.type)),
    forget: stacks.reset,
  };
}

const named: Readonly<Record<string, number>> = { Escape: 27, Enter: 13, Tab: 9, Backspace: 127 };

/** What a key sends under these flags; undefined where it sends what it always does. */
export function kittySequence({ key, shiftKey, altKey, ctrlKey, metaKey }: Pressed, flags: number): string | undefined {
  // Without "tell keys apart" nothing changes; with Meta the key is the browser's or the system's.
  if ((flags & 1) === 0 || metaKey) return undefined;
  const modifiers = (shiftKey ? 1 : 0) + (altKey ? 2 : 0) + (ctrlKey ? 4 : 0);
  const code = Object.hasOwn(named, key) ? named[key] : undefined;
  if (code === 27) return modifiers === 0 ? '\x1b[27u' : `\x1b[27;${modifiers + 1}u`;
  if (code !== undefined) return modifiers === 0 ? undefined : `\x1b[${code};${modifiers + 1}u`;
  const isText = [...key].length === 1;
  // Of letters with AltGr, the system has made another character already.
  if (!isText || (!ctrlKey && !altKey) || (ctrlKey && altKey)) return undefined;
  return `\x1b[${key.toLowerCase().codePointAt(0)};${modifiers + 1}u`;
}
