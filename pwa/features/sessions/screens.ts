/** The screens of sessions that are loaded together. */
import { Sessions } from './Sessions.tsx';
import { TerminalPlace } from './TerminalPlace.tsx';

export const screens = { Sessions, TerminalPlace };
