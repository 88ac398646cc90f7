/** Looks at a project: at paths that an event named, at folders, at all that a scan found, or at what was there before. */
import { glanceAt } from '../files/read.ts';
import { layoutOf } from './describe.ts';
import { atOnce, emptyPass, finishPass, type LookDeps, type Looked, type Pass } from './pass.ts';
import { eachBounded, listFolder, type Scan, scanFolder } from './scan.ts';

/** Looks at paths: files or folders, existing or not. */
export async function lookAtPaths(deps: LookDeps, paths: Iterable<string>): Promise<Looked> {
  const pass = emptyPass(deps);
  await eachBounded(paths, atOnce, (path) => sortPath(deps, path, pass));
  return await finishPass(deps, pass);
}

/** Looks at files whose changes no event tells. */
export async function lookAtFiles(deps: LookDeps, paths: readonly string[]): Promise<Looked> {
  const files = new Set(paths.filter((path) => deps.rules.leftOut(path, false) === undefined));
  const pass: Pass = { ...emptyPass(deps), files };
  missing(
    deps,
    paths.filter((path) => deps.index.documents.has(path)),
    pass,
  );
  return await finishPass(deps, pass);
}

/** Looks at folders, without what is below them. `known` are the documents in each; `onFolder` hears of each folder in them. */
export async function lookAtFolders(
  deps: LookDeps,
  folders: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
  onFolder: (path: string) => void,
): Promise<Looked> {
  const pass = emptyPass(deps);
  const scan: Scan = { files: pass.files, leftOut: [] };
  await eachBounded(folders, atOnce, async (folder) => {
    for (const path of await listFolder(deps.root, folder, deps.rules, scan)) onFolder(path);
    missing(
      deps,
      (known.get(folder) ?? []).filter((path) => deps.index.documents.has(path)),
      pass,
    );
  });
  return await finishPass(deps, pass);
}

/** Looks at the documents that are known, without listing folders: what is new is not found, and what is gone is only named. */
export async function lookAtKnown(deps: LookDeps): Promise<Looked> {
  return await finishPass(deps, { ...emptyPass(deps), order: deps.index.documents.keys() });
}

/** Looks at everything that a scan found, in the order of `order`. All other known documents count as vanished. */
export async function lookAtScan(deps: LookDeps, scan: Scan, order: Iterable<string>): Promise<Looked> {
  const pass: Pass = { ...emptyPass(deps), files: scan.files, order, unread: scan.leftOut };
  missing(deps, deps.index.documents.keys(), pass);
  return await finishPass(deps, pass);
}

/** Sorts a touched path: a file to read, a folder to walk, or documents that no longer exist. */
async function sortPath(deps: LookDeps, path: string, pass: Pass): Promise<void> {
  const mayLeave = deps.rules.leftOut(path, false) === undefined;
  if (mayLeave && deps.index.documents.has(path)) {
    pass.files.add(path);
    pass.touched.add(path);
    return;
  }
  const glance = await glanceAt(deps.root, path);
  if (glance.is === 'file' && mayLeave) pass.files.add(path);
  else if (glance.is === 'folder') {
    const scan: Scan = { files: pass.files, leftOut: [] };
    await scanFolder(deps.root, path, deps.rules, scan);
    missing(deps, deps.index.under(path), pass);
  } else if (glance.is !== 'hidden') missing(deps, deps.index.under(path), pass);
}

function missing(deps: LookDeps, known: Iterable<string>, pass: Pass): void {
  for (const path of known) {
    if (pass.files.has(path)) continue;
    const may = deps.rules.leftOut(path, false) === undefined && layoutOf(deps.layouts, path) !== undefined;
    (may ? pass.vanished : pass.excluded).add(path);
  }
}
