/** What "show git status on the phone" adds to files that are there already: one line of a registry each, with its import. It must not grow (docs/CONTRIBUTING.md, "How a feature is added"). */

export interface Entry {
  readonly file: string;
  /** Text to add, each before a text that stands once in the file. */
  readonly added: readonly { readonly before: string; readonly text: string }[];
}

/** A line of a registry before another, and its import before another. */
function registered(file: string, beforeImport: string, before: string, from = './git-status.ts'): Entry {
  return {
    file,
    added: [
      { before: beforeImport, text: `import { gitStatus } from '${from}';\n` },
      { before, text: "  'git-status': gitStatus,\n" },
    ],
  };
}

export const entries: readonly Entry[] = [
  registered(
    'api/contract/kinds/index.ts',
    "import { implLogAdd } from './impl-log-add.ts';",
    "  'project-info': projectInfo,",
  ),
  registered(
    'bridge/commands/kinds/index.ts',
    "import { implLogAdd } from './impl-log-add.ts';",
    "  'project-info': projectInfo,",
  ),
  registered(
    'pwa/features/index.ts',
    "import { inbox } from './inbox/index.ts';",
    "  'project-info': {},",
    './git-status/index.ts',
  ),
];
