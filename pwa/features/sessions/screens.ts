/** The screens of sessions, which are loaded together. */
import { RunPlace } from './RunPlace.tsx';
import { Sessions } from './Sessions.tsx';
import { TerminalPlace } from './TerminalPlace.tsx';

export const screens = { Sessions, TerminalPlace, RunPlace };
