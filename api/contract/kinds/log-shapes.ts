/** What the kinds about implementation logs share: the shape of an entry, and of one that is to be written. */
import * as v from 'valibot';
import { artifactKindNames, logWords, noFiles, noTexts } from '../grammar/implementation-log.ts';
import type { LogsRead, LogFound as Read } from '../implementation-logs.ts';
import { limits } from '../limits.ts';
import { lineOf } from './args.ts';

/** Number of a task, as tasks.md has it. */
export const TaskArg = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** Words to look for. */
export const SearchWords = v.pipe(v.string(), v.maxLength(500));

const ArtifactRead = v.record(v.string(), v.union([v.string(), v.boolean(), v.array(v.string())]));
const artifactsRead = Object.fromEntries(artifactKindNames.map((kind) => [kind, v.optional(v.array(ArtifactRead))]));

/** An entry, and where it lies. */
export const LogFound = v.strictObject({
  id: v.string(),
  taskId: v.string(),
  timestamp: v.string(),
  summary: v.string(),
  filesModified: v.array(v.string()),
  filesCreated: v.array(v.string()),
  statistics: v.strictObject({ linesAdded: v.number(), linesRemoved: v.number(), filesChanged: v.number() }),
  artifacts: v.strictObject(artifactsRead),
  spec: v.string(),
  /** The spec's folder in the project. */
  folder: v.string(),
  path: v.string(),
});
export type LogFound = v.InferOutput<typeof LogFound>;

export const Logs = v.strictObject({
  /** Newest first. */
  entries: v.array(LogFound),
  /** Logs that could not be read, and why. */
  unread: v.array(v.strictObject({ path: v.string(), why: v.string() })),
});

export const LogTotals = {
  totalImplementations: v.number(),
  totalFilesModified: v.number(),
  totalFilesCreated: v.number(),
  totalLinesAdded: v.number(),
  totalLinesRemoved: v.number(),
};

/** Those entries that `isWanted` takes, as an answer. */
export function logsWith(
  { entries, unread }: LogsRead,
  isWanted: (entry: Read) => boolean,
): v.InferOutput<typeof Logs> {
  return { entries: entries.filter(isWanted).map(toFound), unread: unread.map((each) => ({ ...each })) };
}

/** An entry as answers carry it. */
export function toFound(entry: Read): LogFound {
  return structuredClone(entry) as LogFound;
}

const words = Object.values(logWords);

/** A line of a log. The tool reads the last line with one of its words, so no other may contain one. */
export const LogLine = v.pipe(
  lineOf(limits.logLineLengthMax),
  v.check(
    (text) => !words.some((word) => text.includes(word)),
    `Must not contain ${words.join(', ')}: the tool would read it as that value`,
  ),
);

/** The value of a field, which the tool must read as this very text. */
const Field = v.pipe(
  LogLine,
  v.check((text) => !noTexts.test(text), 'Must not be Yes, No or N/A alone: the tool does not read it as a text'),
);

const Names = v.pipe(
  v.array(
    v.pipe(
      LogLine,
      v.check((name) => !name.includes(','), 'Must not contain a comma: the tool separates the list by it'),
    ),
  ),
  v.minLength(1, 'Leave out an empty list'),
  v.maxLength(limits.logItemsMax),
);

/** Names of files, one line each. */
export const LogFiles = v.pipe(
  v.array(
    v.pipe(
      LogLine,
      v.check((name) => !name.includes(noFiles), `Must not contain "${noFiles}": the tool leaves such a line out`),
    ),
  ),
  v.maxLength(limits.logItemsMax),
);

const several = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.optional(
    v.pipe(
      v.array(v.strictObject(entries)),
      v.minLength(1, 'Leave out an empty list'),
      v.maxLength(limits.logItemsMax),
    ),
  );

/** The fields of what was made, by kind. */
export const artifactShapes = {
  apiEndpoints: {
    method: v.pipe(LogLine, v.regex(/^\S+$/, 'Must be one word')),
    path: LogLine,
    purpose: Field,
    location: Field,
    requestFormat: v.optional(Field),
    responseFormat: v.optional(Field),
  },
  components: {
    name: LogLine,
    type: Field,
    purpose: Field,
    location: Field,
    props: v.optional(Field),
    exports: v.optional(Names),
  },
  functions: {
    name: LogLine,
    purpose: Field,
    location: Field,
    signature: v.optional(Field),
    isExported: v.boolean(),
  },
  classes: {
    name: LogLine,
    purpose: Field,
    location: Field,
    methods: v.optional(Names),
    isExported: v.boolean(),
  },
  integrations: {
    description: Field,
    frontendComponent: Field,
    backendEndpoint: Field,
    dataFlow: Field,
  },
};

/** What was made, by kind. */
export const ArtifactsGiven = v.strictObject({
  apiEndpoints: several(artifactShapes.apiEndpoints),
  components: several(artifactShapes.components),
  functions: several(artifactShapes.functions),
  classes: several(artifactShapes.classes),
  integrations: several(artifactShapes.integrations),
});
