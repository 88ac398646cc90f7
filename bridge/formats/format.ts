/** What a format declares: which projects use it, and what each file of such a project is. Each format has a file beside this one; `index.ts` lists them. */
import type { DocumentKind, Format, Meta, NoticeSaid } from '#contract/document.ts';
import type { Finding } from './finding.ts';

/** What the path alone says about a file. */
export interface Classified {
  readonly kind: DocumentKind;
  /** Name of the spec's folder, if the file belongs to a spec. */
  readonly spec?: string;
  /** The spec's folder in the project, for commands on the whole spec. */
  readonly folder?: string;
  readonly archived?: true;
  /** An approval asks about it, so it leaves whatever its type. */
  readonly reviewed?: true;
}

/** What path and bytes say about a file. */
export interface Described extends Classified {
  readonly title?: string;
  readonly meta: Meta;
  /** A notice for people, for as long as the file says so. */
  readonly notice?: NoticeSaid;
}

/** A project as one format sees it. Paths are relative to the project's root, with `/`. */
export interface Layout {
  readonly format: Format;
  /** Folders whose files are documents of this format; they need not exist yet. */
  readonly folders: readonly string[];
  /** Single files beside them (settings). */
  readonly files: readonly string[];
  /** Folders among them that belong to another tool, and whose files are not documents. */
  readonly foreign?: readonly string[];
  /** The name of each spec's main file, where settings say it: files are described by it. */
  readonly mainFile?: string;
  /** What the settings of this project say of how its files are described; absent where they say what holds without them. */
  readonly settings?: string;
  /** Sentences for the owner: refused settings, folders of another tool. */
  readonly findings?: readonly Finding[];
  /** What a file of those folders is; undefined if it is not a document (temporary files, databases). No I/O. */
  classify(path: string): Classified | undefined;
  /** The whole description. For a file that cannot be parsed, `meta.problem` says why. No I/O, never throws, depends only on path and bytes. */
  describe(path: string, bytes: Uint8Array): Described;
}

export interface FormatReader {
  readonly format: Format;
  /** Raise it when the same bytes are described in another way: documents are then uploaded again. */
  readonly describeVersion: number;
  /** The layout of a project in this format at `root` (absolute), or undefined if there is none. Reads only settings. */
  detect(root: string): Promise<Layout | undefined>;
}
