/** Projects to run against: small ones that a test makes, and copies of the real ones beside the repository, where they are. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');

/** Why tests on real projects are skipped here; false where they can run. Give it to `test` as `skip`. */
export const realProjectsMissing = existsSync(shared)
  ? false
  : 'the real projects (../shared/data beside the repository) are not here';

/** A folder that disposes of itself. */
export interface TemporaryFolder extends AsyncDisposable {
  /** Absolute real path. */
  readonly path: string;
}

/** A new empty folder in the system's temporary one, or in another. */
export async function openTemporaryFolder(parent: string = tmpdir()): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(parent, 'sallyport-')));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Writes files (path → text or bytes) below a folder. */
export async function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** Copies a real project to `<folder>/<name>` and returns where; only where `realProjectsMissing` is false. */
export async function copyRealProject(name: 'lean-spec' | 'spec-workflow', folder: string): Promise<string> {
  const target = join(folder, name);
  await cp(join(shared, name), target, { recursive: true });
  return target;
}

/** Paths of every Markdown file of the real projects; only where `realProjectsMissing` is false. */
export async function realMarkdownFiles(): Promise<string[]> {
  const entries = await readdir(shared, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.md$/i.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name));
}

/** The text of a LeanSpec spec. */
export function specText(title: string, fields: Readonly<Record<string, string>> = {}, body = ''): string {
  const head = Object.entries({ status: 'planned', created: "'2026-01-02'", ...fields });
  return `---\n${head.map(([name, value]) => `${name}: ${value}`).join('\n')}\n---\n\n# ${title}\n\n${body}`;
}

/** Writes a small project in both formats below `root`: three LeanSpec specs and one of spec-workflow. */
export async function makeSmallProject(root: string): Promise<string> {
  await writeFiles(root, {
    'specs/001-first-light/README.md': specText(
      'First light',
      { priority: 'high', tags: '[alpha, beta]' },
      '- [ ] Open the gate\n- [x] Look out\n',
    ),
    'specs/002-second-wind/README.md': specText('Second wind', {
      status: 'in-progress',
      depends_on: '[001-first-light]',
    }),
    'specs/002-second-wind/DESIGN.md': '# Design\n\nAs little as possible.\n',
    'specs/003-third-time/README.md': specText('Third time', { status: 'complete' }),
    '.spec-workflow/specs/checkout/requirements.md': '# Requirements Document\n\n## Introduction\n\nPeople pay.\n',
    '.spec-workflow/specs/checkout/design.md': '# Design\n\nA till.\n',
    '.spec-workflow/specs/checkout/tasks.md':
      '# Tasks\n\n- [x] 1. Draw the till\n  - File: till.ts\n- [ ] 2. Open the till\n  - _Requirements: 1.1_\n- [ ] 2.1 Count the money\n',
    '.spec-workflow/steering/product.md': '# Product\n\nA shop.\n',
  });
  return root;
}
