/** The words of the commands that write a text. Without the schemas of the kinds, because the first screen has them. */
import type { CommandWords } from '../feature.ts';

/** Saving a text, in words. */
export function wordsOfText(name: string): CommandWords {
  return { doing: `Saving ${name}`, done: `${name} saved`, toDo: `save ${name}` };
}
