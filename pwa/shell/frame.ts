/** What the frame gives its screens: the route, the place that a screen is drawn for, and the panels that open over everything. */
import { type Accessor, createContext, useContext } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { Place } from '../features/place.ts';
import type { WaitingLine } from '../features/waiting-line.ts';
import type { Route } from '../route.ts';

export type Panel = 'palette' | 'help' | 'switcher';

export interface Frame {
  readonly route: Accessor<Route>;
  /** The machine that is chosen, if there is one. */
  readonly machine: Accessor<Machine | undefined>;
  /** The machine that the screen is narrowed to; undefined where it spans all. */
  readonly shown: Accessor<Machine | undefined>;
  /** What waits for the person, the newest first. */
  readonly waiting: Accessor<readonly WaitingLine[]>;
  open(panel: Panel): void;
}

/** Filled in by App.tsx. */
export const FrameContext = createContext<Frame>();
/** The place that the screen around is drawn for. */
export const PlaceContext = createContext<Place>();

/** The frame; only below App.tsx. */
export function useFrame(): Frame {
  const frame = useContext(FrameContext);
  if (frame === undefined) throw new TypeError('useFrame() is called outside App');
  return frame;
}
