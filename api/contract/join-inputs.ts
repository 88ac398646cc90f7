/** Joins inputs of a channel before they are sent, for the app and the command line. Without schemas, since the app loads it. */
import type { Input } from './channel.ts';

/** Neighbouring texts become one: the relay counts inputs. */
export function joinInputs(inputs: readonly Input[]): Input[] {
  const joined: Input[] = [];
  for (const input of inputs) {
    const last = joined.at(-1);
    if (typeof input === 'string' && typeof last === 'string') joined[joined.length - 1] = last + input;
    else joined.push(input);
  }
  return joined;
}
