/** The machine's operating system, for people. */
import { release, type } from 'node:os';

/** "Linux 6.18.44", 100 characters at most. */
export function systemName(): string {
  return `${type()} ${release()}`.slice(0, 100);
}
