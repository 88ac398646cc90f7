/** LeanSpec: a spec is a folder whose name starts with a digit and that holds README.md with front matter. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Meta } from '#contract/document.ts';
import { readChecklist } from '#contract/grammar/checklist.ts';
import type { ConfigMeta, SpecMeta, SubSpecMeta } from '#contract/meta.ts';
import { isFolder } from '../files/folder.ts';
import { classifyApproval, describeApprovalFile } from './approval-files.ts';
import { capMeta } from './cap-meta.ts';
import { checklistOf } from './checklist-of.ts';
import type { Finding } from './finding.ts';
import type { Classified, Described, FormatReader, Layout } from './format.ts';
import { decodeUtf8, readFrontMatter } from './front-matter.ts';
import { configFiles, defaultMainFile, mainFileOf, parseConfig, readConfig, recordAt } from './lean-spec-config.ts';
import { specFields } from './lean-spec-meta.ts';
import { titleOf } from './title.ts';

const format = 'lean-spec';
const candidates = ['specs', '.lean-spec/specs', 'doc/specs', 'docs/specs'];
/** LeanSpec's own tool has no approvals; these lie as in spec-workflow. */
const approvalsFolder = '.lean-spec/approvals';
const folderDepthMax = 3;
const notUtf8 = 'The file is not valid UTF-8.';

export const leanSpec: FormatReader = {
  format,
  describeVersion: 5,
  detect: async (root) => {
    const settings = await readSettings(root);
    const folder = settings.specsDir ?? (await firstSpecsFolder(root, settings.configured));
    if (folder === undefined) return undefined;
    const foreign = await specKitFolders(root, folder, settings.mainFile);
    const findings = [...settings.findings, ...(foreign.length === 0 ? [] : [specKit(foreign)])];
    return { ...createLayout(folder, settings.mainFile, foreign), findings };
  },
};

interface Settings {
  /** Whether there is a `.lean-spec/config.*`. */
  readonly configured: boolean;
  /** The configured specs folder, relative to the root. */
  readonly specsDir: string | undefined;
  /** Name of each spec's main file. */
  readonly mainFile: string;
  /** Settings that were refused; the defaults apply. */
  readonly findings: readonly Finding[];
}

async function readSettings(root: string): Promise<Settings> {
  const { is, config, findings } = await readConfig(root);
  const structure = recordAt(config, 'structure');
  return {
    configured: is === 'read',
    specsDir: insideFolder(config.specsDir ?? config.specs_dir),
    mainFile: mainFileOf(structure),
    findings,
  };
}

/** Folders of specs that spec-kit keeps (`spec.md`, no main file) beside LeanSpec's, in a project that has `.specify`. */
async function specKitFolders(root: string, specsFolder: string, mainFile: string): Promise<string[]> {
  if (!(await isFolder(join(root, '.specify')))) return [];
  const entries = await readdir(join(root, specsFolder), { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && /^\d/.test(entry.name)).map(({ name }) => name);
  const files = await Promise.all(
    folders.map((name) => readdir(join(root, specsFolder, name)).catch((): string[] => [])),
  );
  return folders
    .filter((_, index) => files[index]?.includes('spec.md') && !files[index]?.includes(mainFile))
    .map((name) => `${specsFolder}/${name}`)
    .sort();
}

function specKit(folders: readonly string[]): Finding {
  return {
    topic: 'spec-kit',
    title: `${folders.length} ${folders.length === 1 ? 'folder is' : 'folders are'} of spec-kit (${folders[0]}), which Sallyport does not read.`,
    hint: 'They stay on this machine. Sallyport reads LeanSpec, .spec-workflow/ and .spec-context/.',
  };
}

/** A normalised folder below the root; undefined for anything outside it. */
function insideFolder(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = value.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const leadsOut = value.startsWith('/') || /^[A-Za-z]:/.test(value) || parts.includes('..');
  return leadsOut || parts.length === 0 ? undefined : parts.join('/');
}

/** The first candidate that exists. Many projects use a folder `specs` for something else, so without settings it must contain a spec. */
async function firstSpecsFolder(root: string, configured: boolean): Promise<string | undefined> {
  for (const folder of candidates) {
    if ((await isFolder(join(root, folder))) && (configured || (await holdsSpec(join(root, folder), folderDepthMax))))
      return folder;
  }
  return configured ? candidates[0] : undefined;
}

async function holdsSpec(folder: string, depth: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  for (const { name } of folders) {
    const files = /^\d/.test(name) ? await readdir(join(folder, name)).catch(() => []) : [];
    if (files.includes('README.md')) return true;
  }
  if (depth <= 1) return false;
  for (const { name } of folders.slice(0, 50)) if (await holdsSpec(join(folder, name), depth - 1)) return true;
  return false;
}

function createLayout(specsFolder: string, mainFile: string, foreign: readonly string[]): Layout {
  const isForeign = (path: string) => foreign.some((folder) => path.startsWith(`${folder}/`));
  const classify = (path: string) => (isForeign(path) ? undefined : classifyPath(path, specsFolder, mainFile));
  return {
    format,
    folders: [specsFolder, approvalsFolder],
    files: configFiles,
    foreign,
    mainFile,
    ...settingsOf(specsFolder, mainFile),
    classify,
    describe: (path, bytes) => {
      const classified = classify(path) ?? { kind: 'file' as const };
      return { ...classified, ...describeBytes(path, classified, bytes) };
    },
  };
}

function settingsOf(specsFolder: string, mainFile: string): Pick<Layout, 'settings'> {
  const isUsual = candidates.includes(specsFolder) && mainFile === defaultMainFile;
  return isUsual ? {} : { settings: JSON.stringify([specsFolder, mainFile]) };
}

function classifyPath(path: string, specsFolder: string, mainFile: string): Classified | undefined {
  if (configFiles.includes(path)) return { kind: 'config' };
  if (path.startsWith(`${approvalsFolder}/`)) return classifyApproval(path.split('/').slice(1));
  if (!path.startsWith(`${specsFolder}/`)) return undefined;
  const parts = path.slice(specsFolder.length + 1).split('/');
  const at = specFolderIndex(parts, mainFile);
  const spec = parts[at];
  if (spec === undefined) return undefined;
  const folder = [specsFolder, ...parts.slice(0, at + 1)].join('/');
  const direct = parts.length === at + 2;
  const name = parts.at(-1) ?? '';
  const kind = direct && name === mainFile ? 'spec' : direct && /\.md$/i.test(name) ? 'sub-spec' : 'file';
  return { kind, spec, folder, ...(parts[0] === 'archived' ? { archived: true as const } : {}) };
}

/** Index of the path segment that is the spec's folder: the parent of a main file, else the deepest segment that looks like a spec; -1 for none. */
function specFolderIndex(parts: readonly string[], mainFile: string): number {
  const folders = parts.slice(0, -1).slice(0, folderDepthMax);
  const last = folders.length - 1;
  if (parts.at(-1) === mainFile && parts.length - 2 === last && /^\d/.test(folders[last] ?? '')) return last;
  const named = folders.findLastIndex((folder) => /^\d+-/.test(folder));
  return named === -1 ? folders.findIndex((folder) => /^\d/.test(folder)) : named;
}

function describeBytes(
  path: string,
  { kind, spec, archived }: Classified,
  bytes: Uint8Array,
): Pick<Described, 'meta' | 'title' | 'notice'> {
  const common = { format, ...(archived ? { archived } : {}) } as const;
  if (kind === 'file') return { meta: common };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { meta: { ...common, problem: notUtf8 }, ...(spec ? { title: spec } : {}) };
  if (kind === 'config') return { meta: configMeta(text) };
  if (kind === 'approval' || kind === 'snapshots') {
    const { meta, ...said } = describeApprovalFile(kind, path.split('/').at(-1) ?? path, text);
    return { ...said, meta: capMeta({ ...common, ...meta }) };
  }
  if (kind !== 'spec') {
    const meta: SubSpecMeta = { ...common, ...checklistOf(readChecklist(text)) };
    return { title: titleOf(text) ?? path.split('/').at(-1) ?? path, meta: asMeta(meta) };
  }
  return describeSpec(text, spec ?? '', common);
}

function describeSpec(
  text: string,
  spec: string,
  common: Pick<SpecMeta, 'format' | 'archived'>,
): Pick<Described, 'meta' | 'title'> {
  const matter = readFrontMatter(text);
  const number = /^(\d+)(?:-|$)/.exec(spec)?.[1];
  const named = { ...common, ...(number === undefined ? {} : { number }) };
  const body = 'problem' in matter ? text : text.slice(matter.end);
  const fields = 'problem' in matter ? matter : specFields(matter.values);
  return {
    title: titleOf(body) ?? spec,
    meta: capMeta(asMeta({ ...named, ...fields, ...checklistOf(readChecklist(text)) })),
  };
}

function configMeta(text: string): Meta {
  const draft =
    recordAt(parseConfig(text), 'draftStatus').enabled ?? recordAt(parseConfig(text), 'draft_status').enabled;
  const meta: ConfigMeta = { format, ...(typeof draft === 'boolean' ? { draft_status: draft } : {}) };
  return asMeta(meta);
}

/** The contract's metas are JSON; their interfaces lack only the index signature that says so. */
function asMeta(meta: SpecMeta | SubSpecMeta | ConfigMeta): Meta {
  return { ...meta } as Meta;
}
