/** What a format declares: which projects are kept in it, and what each file of one is. One file a format beside this one; the list is `index.ts`. */
import type { DocumentKind, Format, Meta, NoticeSaid } from '#contract/document.ts';
import type { Finding } from '../watch/findings.ts';

/** What the path alone says of a file. */
export interface Classified {
  readonly kind: DocumentKind;
  /** Name of the spec's folder, where the file belongs to a spec. */
  readonly spec?: string;
  /** The spec's folder in the project, for commands on the whole spec. */
  readonly folder?: string;
  readonly archived?: true;
}

/** What path and bytes say of it. */
export interface Described extends Classified {
  readonly title?: string;
  readonly meta: Meta;
  /** What people should hear of as long as the file says so. */
  readonly notice?: NoticeSaid;
}

/** A project as one format sees it. Paths are relative to the project's root, with `/`. */
export interface Layout {
  readonly format: Format;
  /** Folders whose files are documents of this format; they need not exist yet. */
  readonly folders: readonly string[];
  /** Single files beside them (settings). */
  readonly files: readonly string[];
  /** Folders among them that are another tool's, and whose files are no documents. */
  readonly foreign?: readonly string[];
  /** What the owner should hear of: settings that were refused, another tool's folders. */
  readonly findings?: readonly Finding[];
  /** What a file of those folders is; undefined for what is not a document (temporary files, databases). No I/O. */
  classify(path: string): Classified | undefined;
  /** The whole description; a file that cannot be parsed is described with `meta.problem`. No I/O, never throws, depends on path and bytes alone. */
  describe(path: string, bytes: Uint8Array): Described;
}

export interface FormatReader {
  readonly format: Format;
  /** Raised when the same bytes would be described otherwise: documents are then uploaded again. */
  readonly describeVersion: number;
  /** The layout of a project in this format at `root` (absolute), or undefined where there is none. Reads settings only. */
  detect(root: string): Promise<Layout | undefined>;
}
