/** Makes a new spec: its folder with the first document. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '#contract/problems.ts';
import { chosenName } from '#contract/spec-name.ts';
import { displayNameOf } from '#contract/spec-phase.ts';
import type { Layout } from '../../formats/format.ts';
import { newLeanSpec } from '../../formats/lean-spec-new.ts';
import { neverLeaves } from '../../leaving/never-leaves.ts';
import { readSettingFile } from '../../leaving/setting-file.ts';
import type { Project } from '../../projects/project.ts';
import { writeBytes } from '../edit-document.ts';
import type { CommandHandler } from '../handler.ts';
import { folderRev } from '../lookup.ts';

export const specCreate: CommandHandler<'spec-create'> = async ({ format, name, title, content }, context) => {
  const { project, now } = context;
  const layout = layoutOf(project, format);
  const taken = await takenNames(project, layout);
  checkFree(name, layout.format, taken);
  const heading = title ?? displayNameOf(name);
  const { root } = project;
  const [specsFolder = ''] = layout.folders;
  const { folder, file, text } =
    layout.format === 'lean-spec'
      ? await newLeanSpec({ root, specsFolder, name, heading, content, now, taken })
      : {
          folder: `${specsFolder}/specs/${name}`,
          file: 'requirements.md',
          text: content ?? (await templateOf(root, specsFolder)) ?? `# ${heading}\n`,
        };
  const path = `${folder}/${file}`;
  if (neverLeaves(path, false)) throw new Problem('path-refused', `"${path}" is a name that Sallyport does not touch.`);
  const bytes = new TextEncoder().encode(text);
  const spec = folder.split('/').at(-1) ?? name;
  return await writeBytes(context, { path, before: null, bytes }, (rev) => ({
    ...{ spec, folder, path, rev },
    folderRev: folderRev([{ path, rev }]),
  }));
};

/** The named format, or the only one of the project. Throws `edit-refused`. */
function layoutOf({ layouts }: Project, format: string | undefined): Layout {
  const [layout, ...others] = layouts.filter((each) => (format ?? each.format) === each.format);
  if (layout === undefined) throw new Problem('edit-refused', `The project is not kept in ${format}.`);
  if (others.length > 0)
    throw new Problem('edit-refused', 'The project is kept in several formats: name one as `format`.');
  return layout;
}

/** Names of the specs of a format, archived ones too: those that are known, and folders that hold no document yet. */
async function takenNames({ root, specs }: Project, { format, folders }: Layout): Promise<readonly string[]> {
  const known = [...specs.all()].filter((spec) => spec.format === format).map(({ spec }) => spec);
  const [base = ''] = folders;
  const places = format === 'lean-spec' ? [base, `${base}/archived`] : [`${base}/specs`, `${base}/archive/specs`];
  const onDisk = await Promise.all(places.map((place) => readdir(join(root, place)).catch((): string[] => [])));
  return [...known, ...onDisk.flat()];
}

/** Throws `edit-refused` if a spec has the name in any letter case; LeanSpec's numbers do not count. */
function checkFree(name: string, format: string, taken: readonly string[]): void {
  if (name === 'steering' || name === 'archived')
    throw new Problem('edit-refused', `"${name}" is a folder of the format itself.`);
  const other = taken.find((each) =>
    [each, chosenName({ name: each, format })].some((known) => known.toLowerCase() === name),
  );
  if (other !== undefined) throw new Problem('edit-refused', `There is a spec "${other}" already.`);
}

/** The text of the project's template for requirements: its own one, else the tool's. Throws `edit-refused` for one that may not be read. */
async function templateOf(root: string, base: string): Promise<string | undefined> {
  for (const folder of ['user-templates', 'templates']) {
    const path = `${base}/${folder}/requirements-template.md`;
    const read = await readSettingFile(root, path);
    if (read.is === 'text') return read.text;
    if (read.is === 'refused') throw new Problem('edit-refused', `The template ${path} is not read: ${read.why}.`);
  }
  return undefined;
}
