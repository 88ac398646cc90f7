/** Decides what of a project leaves the machine: by the built-in list of names, the project's own lists, type and content. */
import * as v from 'valibot';
import { Path } from '#contract/document.ts';
import type { Classified } from '../formats/format.ts';
import { isAllowedType } from './allowed-types.ts';
import { openGitRules } from './git-rules.ts';
import { readIgnoreList } from './ignore-list.ts';
import type { NeverLeaves } from './never-leaves.ts';
import { secretIn } from './secret-content.ts';

/** The project's own lists: one excludes files, the other allows files of other types. */
export const ignoreFile = '.sallyportignore';
export const uploadFile = '.sallyport/upload';

export interface LeaveRules {
  /** Why a path stays on the machine; undefined if it may leave. */
  leftOut(path: string, folder: boolean): string | undefined;
  /** Why git ignores a file. This applies only to files that no format knows (kind `file`). */
  gitLeftOut(path: string): Promise<string | undefined>;
  /** Why a document is only listed; undefined if its content may leave. */
  withheld(path: string, document: Pick<Classified, 'kind' | 'reviewed'>, bytes: Uint8Array): string | undefined;
  /** Refused lists, with reasons. All files that they apply to stay on the machine. */
  refused(): readonly { readonly path: string; readonly why: string }[];
  /** The text of the own lists, for detecting a change. */
  readonly text: string;
}

/** The rules of the project at `root` (absolute, real). */
export async function openLeaveRules(root: string, neverLeaves: NeverLeaves): Promise<LeaveRules> {
  const [own, upload, git] = await Promise.all([
    readIgnoreList(root, ignoreFile),
    readIgnoreList(root, uploadFile),
    openGitRules(root),
  ]);
  const isAllowed = (path: string) => isAllowedType(path) || ('rules' in upload && upload.rules.test(path).ignored);
  return {
    text: `${own.text}\n\0${upload.text}`,
    leftOut: (path, folder) => {
      if (path === '') return undefined;
      if (neverLeaves(path, folder)) return 'it never leaves the machine (built-in list)';
      if (!v.is(Path, path)) return 'its name cannot be carried';
      if ('refused' in own) return `${ignoreFile} is refused (${own.refused}), so nothing leaves`;
      const found = own.rules.test(folder ? `${path}/` : path);
      return found.ignored ? `${ignoreFile}: ${found.rule?.pattern ?? 'a parent folder'}` : undefined;
    },
    gitLeftOut: (path) => git.ignored(path),
    withheld: (path, { kind, reviewed }, bytes) => {
      if (kind === 'file' && reviewed !== true && !isAllowed(path))
        return `Its type does not leave unless ${uploadFile} allows it.`;
      const secret = secretIn(bytes);
      return secret === undefined ? undefined : `It seems to hold ${secret}.`;
    },
    refused: () => [
      ...('refused' in own ? [{ path: ignoreFile, why: own.refused }] : []),
      ...('refused' in upload ? [{ path: uploadFile, why: upload.refused }] : []),
      ...git.refused(),
    ],
  };
}
