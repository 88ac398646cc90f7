/** `sallyport projects`: the folders that a run watches, and (`--dry-run`) exactly what would leave this machine. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { type DataFolder, defaultDataFolder, openDataFolder } from '../data/data-folder.ts';
import { formatsAt } from '../projects/discover.ts';
import { previewUpload } from '../projects/preview.ts';
import { apart, checkRoot, keptRoots, resolveRoots } from '../projects/roots.ts';
import { exitCodes } from '../system/exit-codes.ts';
import type { projectsOptions } from './options.ts';
import { printColumns, printJson, printLine, printList, sizeText } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof projectsOptions>;

/** Runs the command; resolves to the exit code. Throws a UsageError. */
export async function projects(values: Values, words: readonly string[], env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const [verb = 'ls', ...folders] = words;
  if (values.dryRun) return await dryRun(data, words[0] === 'ls' ? folders : words, values.json, env);
  if (verb === 'add') return await add(data, folders, values.json, env);
  if (verb === 'rm') return await remove(data, folders, values.json);
  if (verb === 'ls' && folders.length === 0) return await list(data, values.json, env);
  throw new UsageError(`projects takes add, ls, rm or --dry-run, not "${words.join(' ')}".`);
}

async function add(data: DataFolder, folders: readonly string[], json: boolean, env: Env): Promise<number> {
  if (folders.length === 0) throw new UsageError('projects add takes the folders to add.');
  const roots = await Promise.all(folders.map((folder) => checkRoot(folder, data, env, process.cwd())));
  const before = data.projects().filter((project) => project.added === true);
  apart([...before.map(({ root }) => root), ...roots]);
  for (const root of roots) await data.keepProject(root, { added: true });
  return await list(data, json, env);
}

async function remove(data: DataFolder, named: readonly string[], json: boolean): Promise<number> {
  if (named.length === 0) throw new UsageError('projects rm takes the folders, names or ids to remove.');
  const removed = await Promise.all(
    named.map(async (name) => {
      const found = data
        .projects()
        .filter((project) => project.id === name || project.root === resolve(name) || project.name === name);
      // A project from a tool's registry can be declined before it was ever watched.
      const folder = await realpath(resolve(name)).catch(() => resolve(name));
      if (found.length === 0 && !data.removed().includes(folder) && (await formatsAt(folder)).length > 0)
        return { root: folder };
      if (found.length === 0) throw new UsageError(`There is no project "${name}". projects ls lists them.`);
      if (found.length > 1) throw new UsageError(`Several projects are called "${name}". Use the folder or the id.`);
      return found[0];
    }),
  );
  for (const project of removed) if (project !== undefined) await data.removeProject(project.root);
  if (json) printJson({ removed });
  else for (const project of removed) printLine(`removed ${project?.root} (its files are untouched)`);
  return exitCodes.ok;
}

async function list(data: DataFolder, json: boolean, env: Env): Promise<number> {
  const kept = data.projects();
  const rows = await Promise.all(
    (await keptRoots(data, env, process.cwd())).map(async (root) => {
      const known = kept.find((project) => project.root === root);
      return { id: known?.id, root, formats: await formatsAt(root), added: known?.added === true };
    }),
  );
  if (json) printJson({ projects: rows });
  else {
    const lines = rows.map((row) => [howKept(row), row.formats.join(', ') || 'not there', row.root]);
    printList(lines, 'No projects. Add one: sallyport projects add FOLDER');
  }
  return exitCodes.ok;
}

function howKept({ id, added }: { readonly id: string | undefined; readonly added: boolean }): string {
  if (added) return 'added';
  return id === undefined ? 'found' : 'watched';
}

async function dryRun(data: DataFolder, folders: readonly string[], json: boolean, env: Env): Promise<number> {
  const roots = await resolveRoots(folders, data, env, process.cwd());
  const previews = await Promise.all(roots.map((root) => previewUpload(root)));
  if (json) {
    printJson({ projects: previews });
    return exitCodes.ok;
  }
  for (const { root, formats, documents, leftOut, bytes } of previews) {
    printLine(`${root} (${formats.join(', ')})`);
    printColumns(documents.map(({ path, kind, size, body, why }) => [`  ${kind}`, sizeText(size), body, path, why]));
    printLine(`  ${documents.length} documents, ${sizeText(bytes)} would be uploaded`);
    for (const { path, rule } of leftOut) printLine(`  stays here: ${path} (${rule})`);
    printLine();
  }
  return exitCodes.ok;
}
