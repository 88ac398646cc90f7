/** What "show git status on the phone" adds to files that are there already: an entry in each, with its import where it has one. Shorten this list where the structure allows; it must not grow (docs/CONTRIBUTING.md, "How a feature is added"). */

export interface Entry {
  readonly file: string;
  /** Text to add, each before a text that stands once in the file. */
  readonly added: readonly { readonly before: string; readonly text: string }[];
  /** Whether the feature without it does not compile. */
  readonly isHeld: boolean;
}

/** A line of a registry of kinds, and its import. */
function registered(file: string, beforeImport: string): Entry {
  return {
    file,
    added: [
      { before: beforeImport, text: "import { gitStatus } from './git-status.ts';\n" },
      { before: "  'project-info': projectInfo,", text: "  'git-status': gitStatus,\n" },
    ],
    isHeld: true,
  };
}

export const entries: readonly Entry[] = [
  registered('api/contract/kinds/index.ts', "import type { CommandKind, Kind, QueryKind } from './kind.ts';"),
  registered('bridge/commands/kinds/index.ts', "import { projectInfo } from './project-info.ts';"),
  { file: 'pwa/route.ts', added: [{ before: "  'machines',\n  'keys',", text: "  'git',\n" }], isHeld: true },
  {
    file: 'pwa/App.tsx',
    added: [
      {
        before: 'const Machines = lazy(',
        text: "const GitStatus = lazy(async () => ({ default: (await import('./views/GitStatus.tsx')).GitStatus }));\n",
      },
      {
        before: "      <Match when={props.route.place === 'machines'}>",
        text: "      <Match when={props.route.place === 'git' && props.machine}>\n        {(machine) => <GitStatus machine={machine()} />}\n      </Match>\n",
      },
    ],
    isHeld: false,
  },
  {
    file: 'pwa/views/Places.tsx',
    added: [
      {
        before: "  { place: 'machines', label: 'Machines', icon: 'machines' },",
        text: "  { place: 'git', label: 'Git', icon: 'files' },\n",
      },
    ],
    isHeld: false,
  },
];
