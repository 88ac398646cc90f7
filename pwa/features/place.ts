/** What a feature hooks into the frame: screens with an address of their own, and where the navigation leads to them. The registry is `index.ts`. */
import type { Accessor, Component, JSX } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { Route } from '../route.ts';
import type { Wish } from '../state/app-state.ts';
import type { IconName } from '../ui/icon.tsx';
import type { WaitingLine } from './waiting-line.ts';

/** A tab: a line of the navigation, in the bar of a phone and the column of a desktop. */
export interface Entry {
  readonly label: string;
  /** Lower ones come first. */
  readonly rank: number;
  readonly icon: IconName;
  /** The key that leads there after `g`. */
  readonly key: string;
  /** At the end of a desktop's column. */
  readonly atEnd?: true;
  /** How many are there; called once where the navigation is drawn. */
  readonly useCount?: () => Accessor<number>;
  /** The count is of what waits for the person: shown on a phone too, and the app opens there while something does. */
  readonly isWaiting?: true;
  /** It shows a project: the navigation leads there from each, with the number that this gives. */
  readonly useProjectCount?: () => (project: string) => number;
}

interface Named {
  /** As it stands in the address. */
  readonly name: string;
  readonly entry?: Entry;
  /** The place that this one belongs to: the navigation marks it. With `beside` it stays in view where there is room. */
  readonly under?: string;
  readonly beside?: true;
}

/** A screen of a machine; without one, the frame says so in its place. */
export interface MachinePlace extends Named {
  readonly needs: 'machine';
  readonly screen: Component<{ readonly machine: Machine; readonly route: Route }>;
}

/** A screen that is there without any machine. */
export interface FreePlace extends Named {
  readonly needs?: never;
  readonly screen: Component<{ readonly machine: Machine | undefined; readonly route: Route }>;
}

export type Place = MachinePlace | FreePlace;

/** Shows a command that met another version of its file, and asks the person how to go on. */
export type ConflictScreen = Component<{ readonly wish: Wish; readonly onClose: () => void }>;

/** A line of the palette: where it leads, and how it is shown. */
export interface PaletteEntry {
  readonly href: string;
  /** The head that it stands under. */
  readonly group: string;
  readonly label: string;
  readonly detail?: () => JSX.Element;
  readonly end?: () => JSX.Element;
}

/** What a feature finds for words; called once, while the palette is open. */
export type UsePalette = (words: Accessor<string>) => {
  readonly entries: Accessor<readonly PaletteEntry[]>;
  /** A sentence below what was found. */
  readonly note?: Accessor<string | undefined>;
};

/** What of the frame a feature takes part in. */
export interface Hooks {
  readonly places?: readonly Place[];
  /** Its lines of what waits for the person; called once, in the frame. */
  readonly useWaiting?: () => Accessor<readonly WaitingLine[]>;
  /** What the palette finds of it; loaded when the palette opens. */
  readonly palette?: () => Promise<UsePalette>;
  /** What is shown where a command was not done because the file had changed; one feature has it. */
  readonly conflict?: ConflictScreen;
  /** Put around everything: what its screens share of the machine that is shown. */
  readonly around?: Component<{ readonly machine: Machine | undefined; readonly children: JSX.Element }>;
}
