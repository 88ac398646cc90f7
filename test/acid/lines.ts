/** What "show git status on the phone" adds to files that are there already: one line of a registry each, with its import. It must not grow (docs/CONTRIBUTING.md, "How a feature is added"). */

export interface Entry {
  readonly file: string;
  /** Text to add, each before a text that stands once in the file. */
  readonly added: readonly { readonly before: string; readonly text: string }[];
}

/** A line of a registry before another, and its import before another. */
function registered(file: string, beforeImport: string, before: string): Entry {
  return {
    file,
    added: [
      { before: beforeImport, text: "import { gitStatus } from './git-status.ts';\n" },
      { before, text: "  'git-status': gitStatus,\n" },
    ],
  };
}

export const entries: readonly Entry[] = [
  registered(
    'api/contract/kinds/index.ts',
    "import type { CommandKind, Kind, QueryKind } from './kind.ts';",
    "  'project-info': projectInfo,",
  ),
  registered(
    'bridge/commands/kinds/index.ts',
    "import { projectInfo } from './project-info.ts';",
    "  'project-info': projectInfo,",
  ),
  {
    file: 'pwa/features/index.ts',
    added: [
      {
        before: "import { inbox } from './inbox/index.ts';",
        text: "import { gitStatus } from './git-status/index.ts';\n",
      },
      { before: '  inbox,\n', text: '  gitStatus,\n' },
    ],
  },
];
