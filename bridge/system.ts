/** What the machine runs, as people are shown it. */
import { release, type } from 'node:os';

/** "Linux 6.18.44", 100 characters at most. */
export function systemName(): string {
  return `${type()} ${release()}`.slice(0, 100);
}
