/** The grammar of spec-workflow's implementation logs: one Markdown file per entry (the legacy JSON is in `implementation-log-json.ts`). It reads what the tool reads: the last line that contains a word such as `**Summary:**` counts. */

export type ArtifactValue = string | boolean | readonly string[];
export type Artifact = Readonly<Record<string, ArtifactValue>>;
export type ArtifactKind = keyof typeof artifactKinds;
export type Artifacts = { readonly [Kind in ArtifactKind]?: readonly Artifact[] };

export interface LogEntry {
  readonly id: string;
  readonly taskId: string;
  /** ISO 8601, as written. */
  readonly timestamp: string;
  readonly summary: string;
  readonly filesModified: readonly string[];
  readonly filesCreated: readonly string[];
  readonly statistics: { readonly linesAdded: number; readonly linesRemoved: number; readonly filesChanged: number };
  readonly artifacts: Artifacts;
}

/** The kinds of artifacts, in the order of the file: their heading, and the label of each field in its order. */
export const artifactKinds = {
  apiEndpoints: {
    heading: 'API Endpoints',
    fields: {
      purpose: 'Purpose',
      location: 'Location',
      requestFormat: 'Request Format',
      responseFormat: 'Response Format',
    },
  },
  components: {
    heading: 'Components',
    fields: { type: 'Type', purpose: 'Purpose', location: 'Location', props: 'Props', exports: 'Exports' },
  },
  functions: {
    heading: 'Functions',
    fields: { purpose: 'Purpose', location: 'Location', signature: 'Signature', isExported: 'Exported' },
  },
  classes: {
    heading: 'Classes',
    fields: { purpose: 'Purpose', location: 'Location', methods: 'Methods', isExported: 'Exported' },
  },
  integrations: {
    heading: 'Integrations',
    fields: {
      description: 'Description',
      frontendComponent: 'Frontend Component',
      backendEndpoint: 'Backend Endpoint',
      dataFlow: 'Data Flow',
    },
  },
} as const satisfies Record<string, { heading: string; fields: Readonly<Record<string, string>> }>;

export const artifactKindNames = Object.keys(artifactKinds) as readonly ArtifactKind[];

const title = '# Implementation Log: Task ';

/** The words by which the tool finds a value anywhere in the file. A text that contains one of them is not read back. */
export const logWords = {
  id: '**Log ID:**',
  timestamp: '**Timestamp:**',
  summary: '**Summary:**',
  linesAdded: '**Lines Added:**',
  linesRemoved: '**Lines Removed:**',
  filesChanged: '**Files Changed:**',
} as const;

/** Fields that hold several values, separated by commas. */
const lists: readonly string[] = ['exports', 'methods'];

/** What the tool reads as something else than a text: it cannot be the value of a field. */
export const noTexts = /^(?:yes|no|n\/a)$/i;

/** What marks a list of files as empty. */
export const noFiles = '_No files';

/** The entry of a Markdown log; undefined where the tool would not take the file: it has no task or no id. */
export function readLog(text: string): LogEntry | undefined {
  const entry = readLogFields(text);
  return entry.taskId === '' || entry.id === '' ? undefined : entry;
}

/** The same, with empty texts for what is missing. */
export function readLogFields(text: string): LogEntry {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const after = (word: string) =>
    lines
      .findLast((line) => line.includes(word))
      ?.split(word)[1]
      ?.trim() ?? '';
  const number = (word: string, form: RegExp) =>
    Number(form.exec(lines.findLast((line) => line.includes(word)) ?? '')?.[1] ?? 0);
  return {
    id: after(logWords.id),
    taskId:
      lines
        .findLast((line) => line.startsWith(title))
        ?.slice(title.length)
        .trim() ?? '',
    timestamp: after(logWords.timestamp),
    summary: after(logWords.summary),
    statistics: {
      linesAdded: number(logWords.linesAdded, /\+(\d+)/),
      linesRemoved: number(logWords.linesRemoved, /-(\d+)/),
      filesChanged: number(logWords.filesChanged, /(\d+)/),
    },
    ...readSections(lines),
  };
}

function readSections(lines: readonly string[]): Pick<LogEntry, 'filesModified' | 'filesCreated' | 'artifacts'> {
  const files: Record<string, string[]> = { 'Files Modified': [], 'Files Created': [] };
  const artifacts: { [Kind in ArtifactKind]?: Map<string, ArtifactValue>[] } = {};
  let section = '';
  let kind: ArtifactKind | undefined;
  let item: Map<string, ArtifactValue> | undefined;
  for (const line of lines) {
    const opened = /^## (Files Modified|Files Created|Artifacts)/.exec(line)?.[1];
    const field = /^- \*\*([^:]+):\*\* (.*)$/.exec(line);
    if (opened !== undefined) {
      section = opened;
      kind = item = undefined;
    } else if (line.startsWith('### ')) {
      kind = kindIn(line) ?? kind;
      item = undefined;
    } else if (line.startsWith('#### ') && kind !== undefined) {
      item = new Map(readHead(kind, line.slice(5).trim()));
      artifacts[kind] = [...(artifacts[kind] ?? []), item];
    } else if (files[section] !== undefined && line.startsWith('- ') && !line.includes(noFiles))
      files[section]?.push(line.slice(2).trim());
    else if (item !== undefined && field !== null) item.set(...readField(field[1] ?? '', (field[2] ?? '').trim()));
  }
  const read = Object.entries(artifacts).map(([name, items]) => [name, items.map((each) => Object.fromEntries(each))]);
  return {
    filesModified: files['Files Modified'] ?? [],
    filesCreated: files['Files Created'] ?? [],
    artifacts: Object.fromEntries(read) as Artifacts,
  };
}

function kindIn(heading: string): ArtifactKind | undefined {
  const words = heading.toLowerCase();
  const singular = { apiEndpoints: 'api endpoint', classes: 'class' } as Readonly<Record<string, string>>;
  return artifactKindNames.find((name) => words.includes(singular[name] ?? name.slice(0, -1)));
}

/** What the heading of an artifact says: `GET /api/users` of an endpoint, nothing of an integration, else its name. */
function readHead(kind: ArtifactKind, head: string): [string, string][] {
  const [method = '', ...path] = head.split(' ');
  if (kind === 'apiEndpoints' && path.length > 0)
    return [
      ['method', method],
      ['path', path.join(' ')],
    ];
  return kind === 'integrations' && head === 'Integration' ? [] : [['name', head]];
}

function readField(label: string, value: string): [string, ArtifactValue] {
  const [first = '', ...others] = label.toLowerCase().trim().split(/\s+/);
  const name = first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (name === 'exported') return ['isExported', value.toLowerCase() === 'yes'];
  if (lists.includes(name)) return [name, namesIn(value)];
  return [name, value.toLowerCase() === 'n/a' ? '' : value];
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The file of an entry, as the tool writes it. */
export function writeLog({ id, taskId, timestamp, summary, statistics, artifacts, ...files }: LogEntry): string {
  const { linesAdded, linesRemoved, filesChanged } = statistics;
  return [
    `${title}${taskId}\n`,
    `${logWords.summary} ${summary}\n`,
    `${logWords.timestamp} ${timestamp}`,
    `${logWords.id} ${id}\n`,
    '---\n\n## Statistics\n',
    `- ${logWords.linesAdded} +${linesAdded}`,
    `- ${logWords.linesRemoved} -${linesRemoved}`,
    `- ${logWords.filesChanged} ${filesChanged}`,
    `- **Net Change:** ${linesAdded - linesRemoved}\n`,
    `## Files Modified\n${writeFiles(files.filesModified, `${noFiles} modified_`)}\n`,
    `## Files Created\n${writeFiles(files.filesCreated, `${noFiles} created_`)}\n`,
    `---\n\n## Artifacts\n\n${writeArtifacts(artifacts)}`,
  ].join('\n');
}

/** The name of an entry's file. */
export function logFileName({ id, taskId, timestamp }: Pick<LogEntry, 'id' | 'taskId' | 'timestamp'>): string {
  const minute = timestamp.slice(0, 16).replaceAll(':', '');
  return `task-${taskId.replace(/[./]/g, '-')}_${minute}_${id.slice(0, 8)}.md`;
}

function writeFiles(files: readonly string[], none: string): string {
  return files.length === 0 ? none : files.map((file) => `- ${file}`).join('\n');
}

function writeArtifacts(artifacts: Artifacts): string {
  const sections = artifactKindNames.flatMap((kind) => {
    const items = (artifacts[kind] ?? []).map((artifact) => writeArtifact(kind, artifact));
    return items.length === 0 ? [] : [`### ${artifactKinds[kind].heading}\n\n${items.join('')}`];
  });
  return sections.length === 0 ? '_No artifacts recorded_\n' : sections.join('');
}

function writeArtifact(kind: ArtifactKind, artifact: Artifact): string {
  const head = kind === 'apiEndpoints' ? `${artifact.method} ${artifact.path}` : (artifact.name ?? 'Integration');
  const fields = Object.entries(artifactKinds[kind].fields).flatMap(([name, label]) => {
    const value = artifact[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    return [`- **${label}:** ${textOf(value)}\n`];
  });
  return `#### ${head}\n${fields.join('')}\n`;
}

/** The value of a field as one text. */
export function textOf(value: ArtifactValue): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return typeof value === 'string' ? value : value.join(', ');
}
