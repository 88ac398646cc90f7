/**
 * What the relay's core does, free of HTTP and of the engine. `createRelay` (create-relay.ts) puts it together over a store.
 * Inputs are typed by the contract's schemas before they come here, but for the ops line of an ingest, which is checked here.
 */
import type { Actor } from '#contract/audit.ts';
import type * as bridge from '#contract/bridge.ts';
import type * as channel from '#contract/channel.ts';
import type { SnapshotTold } from '#contract/channel.ts';
import type { Author, CommandRecord, CommandRequest, CommandSummary } from '#contract/command.ts';
import type { CommandState } from '#contract/command-life.ts';
import type { ProjectCopy } from '#contract/copy.ts';
import type { IngestEnvelope, ManifestPage } from '#contract/delta.ts';
import type { Document } from '#contract/document.ts';
import type { Machine, Project } from '#contract/machine.ts';
import type { Notice } from '#contract/notice.ts';
import type { AnswersRequest, Asker, QueryAnswer, QueryRequest } from '#contract/query.ts';
import type { RecordChange, RecordCreate, RecordItem } from '#contract/record.ts';
import type { Scope } from '#contract/scopes.ts';
import type { Audit } from '../audit/view.ts';
import type { FeedSink } from './feeds/feed-reader.ts';
import type { FeedBlock } from './feeds/pump.ts';
import type { Left } from './person-left.ts';
import type { Waiter } from './waiter.ts';

/** An answer of the contract before the edge adds `p`. */
export type Bare<Answer> = Omit<Answer, 'p'>;

/** JSON text, already serialised: it goes out as it is. */
export type Serialised = string;

/** A page of a list; `next` is the opaque `after` of the following one, absent at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  /** `next` of the page before. Throws Problem `parameter-invalid` if it was not given here. */
  readonly after?: string;
}

/** A page of commands: those in a state, those about something (by names of `about`). */
export interface CommandsPage extends PageRequest {
  readonly state?: CommandState;
  readonly about?: Readonly<Record<string, string>>;
}

/** The machines of an organisation. */
export interface Machines {
  /** Registers a machine; readers of the organisation hear of it. */
  create(organisation: string, name: string, by: Actor): Promise<Machine>;
  /** The machine's id, by id or by a name that only one has. Throws `machine-unknown`, `machine-ambiguous`. */
  resolve(organisation: string, idOrName: string): Promise<string>;
  /** By id or unambiguous name. Throws `machine-unknown`, `machine-ambiguous`. */
  get(organisation: string, idOrName: string): Promise<Machine>;
  /** In the order of their ids. */
  list(organisation: string, page: PageRequest): Promise<Page<Machine>>;
  rename(organisation: string, idOrName: string, name: string, by: Actor): Promise<Machine>;
  /** Nobody holds the machine any more: it is offline, and whichever bridge connects next gets it. */
  release(machine: string): Promise<void>;
  /** Removes a machine with all that the relay holds of it; its bridge's calls then throw `machine-removed`. */
  remove(organisation: string, idOrName: string, by: Actor): Promise<void>;
}

/** Where a piece belongs: from `offset` on in a body of `size` bytes. */
export interface PieceRange {
  readonly offset: number;
  readonly size: number;
}

/** The calls of one machine's bridge. All throw `machine-removed`; those with an epoch throw `superseded` for an older one. */
export interface BridgeSide {
  connect(machine: string, request: bridge.ConnectRequest): Promise<Bare<bridge.ConnectAnswer>>;
  /** Drops what the page does not name, answers what it wants put. */
  manifest(machine: string, page: ManifestPage): Promise<Bare<bridge.ManifestAnswer>>;
  /** `ops` is the raw second line. Throws `digest-mismatch`, `gap` with `expected`, `resync`, `body-invalid` with `pointer`, `project-unknown`. */
  ingest(machine: string, envelope: IngestEnvelope, ops: Uint8Array): Promise<Bare<bridge.IngestAnswer>>;
  /** One piece of a large body. Throws `offset-wrong` with `offset`, `digest-mismatch` (the whole starts again at 0), `body-too-large`. */
  blob(machine: string, rev: string, place: PieceRange, bytes: Uint8Array): Promise<Bare<bridge.BlobAnswer>>;
  /** Holds for at most `waitSeconds`; answers empty when `signal` aborts. */
  poll(machine: string, request: bridge.PollRequest, signal: AbortSignal): Promise<Bare<bridge.PollAnswer>>;
  results(machine: string, request: bridge.ResultsRequest): Promise<Bare<bridge.ResultsAnswer>>;
  /** Answers of queries. Each wakes the call that waits for it; `unknown` where none does. */
  answers(machine: string, request: AnswersRequest): Promise<Bare<bridge.ResultsAnswer>>;
  /** Adds to channels; `line` is the raw second line. Throws `digest-mismatch`, `body-invalid`. */
  channels(
    machine: string,
    envelope: channel.ChannelsEnvelope,
    line: Uint8Array,
  ): Promise<Bare<channel.ChannelsAnswer>>;
  /** Holds for at most `waitSeconds`; answers what there is when `signal` aborts. */
  inbox(machine: string, request: channel.InboxRequest, signal: AbortSignal): Promise<Bare<channel.InboxAnswer>>;
  /** The same again and again: at once, then whenever there is news, and every 15 s. Ends when `signal` aborts. */
  followInbox(
    machine: string,
    request: channel.InboxRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Bare<channel.InboxAnswer>>;
  bye(machine: string, request: bridge.ByeRequest): Promise<void>;
}

/** What the route adds to a command request: who sends it, and what its kind declares. */
export interface Sending {
  readonly by: Author;
  /** Whether the settled record is kept for good, as a decision. */
  readonly keep: boolean;
}

/** Who follows commands. */
export type CommandReader = Pick<FeedCaller, 'organisation' | 'scope'>;

/** Commands, as people send and follow them. One that the caller may not read is as if it were not there. */
export interface Commands {
  /** Throws `machine-unknown`, `machine-ambiguous`, `id-reused`, `machine-unavailable`, `kind-unsupported`, `queue-full`. */
  send(caller: CommandReader, machine: string, request: CommandRequest, sending: Sending): Promise<CommandRecord>;
  /** Throws `command-unknown`. */
  get(caller: CommandReader, machine: string, id: string): Promise<CommandRecord>;
  /** The record as soon as it is settled, or as it is after `waitMs` or when `signal` aborts. Throws `command-unknown`. */
  wait(caller: CommandReader, machine: string, id: string, waitMs: number, signal: AbortSignal): Promise<CommandRecord>;
  /** A queued one is cancelled at once; of one with the machine it is asked. Throws `command-unknown`, `not-cancellable`. */
  cancel(caller: CommandReader, machine: string, id: string, by: Author): Promise<CommandRecord>;
  /** Newest first. */
  list(caller: CommandReader, machine: string, page: CommandsPage): Promise<Page<CommandSummary>>;
}

/** Questions to a machine. */
export interface Queries {
  /** What the machine answers. Throws `machine-unknown`, `machine-ambiguous`, `machine-unavailable`, `kind-unsupported`, `too-many-queries`, `machine-silent`, and what the machine says. */
  ask(
    organisation: string,
    machine: string,
    request: QueryRequest,
    by: Asker,
    signal: AbortSignal,
  ): Promise<QueryAnswer>;
}

export interface DocumentFilter {
  /** Id or unambiguous name. */
  readonly project?: string;
  readonly kind?: string;
  readonly spec?: string;
  /** Case-insensitive substring of title, path or spec. */
  readonly q?: string;
  /** By name (`status` for `meta.status=`): equal as a string, or an entry of a list. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface DocumentFound {
  readonly machine: string;
  readonly document: Document;
  /** Absent where the body is pending or omitted. */
  readonly body?: Uint8Array;
}

/** A project as the relay holds it. */
export interface CopyHeld extends ProjectCopy {
  /** When its machine was last heard of (ISO 8601). */
  readonly asOf: string;
}

export interface BodyFound {
  readonly rev: string;
  readonly bytes: Uint8Array;
}

/** Items of a feed, all or a page of them. */
export interface Snapshot {
  readonly handle: string;
  readonly feed: string;
  /** Of the first page, read before all items. */
  readonly offset: string;
  /** Serialised `{item, key, value}`. */
  readonly items: readonly Serialised[];
  /** `after` of the next page; absent on the last one. */
  readonly next?: string;
}

/** What the relay holds of the machines' files. All throw `machine-unknown` and `machine-ambiguous`. */
export interface Documents {
  /** Serialised `Document`s in the order of project and path; a page may be short of `limit` and still have a `next`. */
  list(organisation: string, machine: string, filter: DocumentFilter, page: PageRequest): Promise<Page<Serialised>>;
  /** `project` by id or unambiguous name. Throws `project-unknown`, `project-ambiguous`, `document-unknown`. */
  get(organisation: string, machine: string, project: string, path: string): Promise<DocumentFound>;
  /** Throws `body-unknown`. */
  body(organisation: string, machine: string, rev: string): Promise<Uint8Array>;
  /** Those that are held, in the order asked, up to `bytesMax` in all. */
  bodies(
    organisation: string,
    machine: string,
    revs: readonly string[],
    bytesMax: number,
  ): Promise<readonly BodyFound[]>;
  /** What is held of a project, for queries; undefined while it is not all that the machine has. Throws `project-unknown`, `project-ambiguous`. */
  copy(organisation: string, machine: string, project: string): Promise<CopyHeld | undefined>;
  /** The copies of all projects of all machines; of a project that has documents of these kinds. `copy` is absent while it is not whole. */
  copies(
    organisation: string,
    kinds: readonly string[],
  ): AsyncIterable<{ readonly machine: Machine; readonly project: Project; readonly copy: CopyHeld | undefined }>;
  /** Wakes whenever something that is told of the machine changes. Throws `machine-unknown`, `machine-ambiguous`. */
  changes(organisation: string, machine: string): Promise<Waiter>;
  /** Documents of all projects of a machine as serialised items of its feed. */
  items(machine: Machine, page: PageRequest): Promise<Page<Serialised>>;
}

/** What of the records is wanted. */
export interface RecordFilter {
  readonly kind?: string;
  readonly state?: string;
  readonly project?: string;
  /** Of those that are no machine's. */
  readonly owner?: 'person' | 'organisation';
  /** By name: equal as a string, or an entry of a list. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** Who makes and changes records. */
export interface RecordCaller extends FeedCaller {
  readonly name: string;
  readonly by: Actor;
}

/** Records: of machines, of the organisation, of the caller. One whose kind the caller may not read is as if it were not there. */
export interface Records {
  /** Throws `machine-unknown`, `machine-ambiguous`. */
  ofMachine(caller: FeedCaller, machine: string, filter: RecordFilter, page: PageRequest): Promise<Page<RecordItem>>;
  /** Throws `record-unknown`, `machine-unknown`, `machine-ambiguous`. */
  oneOfMachine(caller: FeedCaller, machine: string, id: string): Promise<RecordItem>;
  /** The caller's own, then the organisation's. */
  list(caller: FeedCaller, filter: RecordFilter, page: PageRequest): Promise<Page<RecordItem>>;
  /** The caller's own, the organisation's, or a machine's. Throws `record-unknown`, `record-ambiguous`. */
  get(caller: FeedCaller, id: string): Promise<RecordItem>;
  /** Throws `body-invalid`, `forbidden`, `id-reused`, `too-many-kept`. */
  create(caller: RecordCaller, request: RecordCreate): Promise<RecordItem>;
  /** Throws `record-unknown`, `record-changed` with `currentRev`, `body-invalid`, `forbidden`. */
  change(caller: RecordCaller, id: string, change: RecordChange): Promise<RecordItem>;
  /** Throws `record-unknown`, `forbidden`. */
  remove(caller: RecordCaller, id: string): Promise<void>;
  /** Those of a shard as serialised items of its feed. */
  items(shard: string, caller: FeedCaller): Promise<readonly Serialised[]>;
}

/** Who reads what is there. */
export interface FeedCaller {
  readonly organisation: string;
  readonly person: string;
  readonly scope: Scope;
}

/** Who follows feeds and types into channels, and by which key or session. */
export interface Attending extends FeedCaller {
  readonly name: string;
  readonly via: 'session' | 'key';
  /** Id of that session or key. */
  readonly device: string;
}

/** Channels, as people type into them; they are read as feeds. One that the caller may not read is as if it were not there. */
export interface Channels {
  /** Throws `channel-unknown`, `inputs-unsupported`, `channel-closed`, `machine-unavailable`, `too-many-inputs`, `gap` with `expected`. */
  send(caller: Attending, record: string, request: channel.InputsRequest): Promise<Bare<channel.InputsAnswer>>;
  /** The gzip bytes of a snapshot. Throws `channel-unknown`, `snapshot-gone`. */
  snapshot(caller: Attending, record: string, rev: string): Promise<Uint8Array>;
}

/** One page of several feeds. */
export interface FeedPage {
  readonly blocks: readonly FeedBlock[];
  /** Feeds whose place was lost: the reader reads their snapshots and goes on from `offset`. */
  readonly resets: readonly { readonly feed: string; readonly offset: string }[];
  /** Of channels, each before the blocks that follow it. */
  readonly snapshots: readonly ({ readonly feed: string; readonly offset: string } & SnapshotTold)[];
  /** Feeds that are not there, or no longer. */
  readonly gone: readonly string[];
  /** Where each feed stands for this reader. */
  readonly offsets: Readonly<Record<string, string>>;
}

/** A reader's place in several feeds. */
export interface Subscription extends Disposable {
  offsets(): Record<string, string>;
  /** Tells what comes until `waitMs` are over or `signal` aborts (true), or the sink can take no more (false). Rejects where the store is away. */
  run(sink: FeedSink, waitMs: number, signal: AbortSignal): Promise<boolean>;
  /** What there is, a bounded number of blocks; where there is nothing, what comes first within `waitMs`. */
  read(waitMs: number, signal: AbortSignal): Promise<FeedPage>;
}

/** Feeds, as people follow them. */
export interface Feeds {
  /** Opens a reader of feeds from their offsets; with `all` also of every machine's that is not named (from now on) or comes later (from its start). A feed that is not there is told as gone. */
  open(
    caller: Attending,
    wanted: ReadonlyMap<string, string>,
    more?: { readonly all?: boolean; readonly handle?: string | undefined },
  ): Promise<Subscription>;
  /** Throws `feed-unknown` or `machine-unknown` where the caller has no such feed. */
  check(caller: FeedCaller, feed: string): Promise<void>;
  /** The offset of a feed's end. Throws `feed-unknown`, `machine-unknown`. */
  now(caller: FeedCaller, feed: string): Promise<string>;
  /** All items of a feed, or a page of them: `limit` counts documents, and the last page has all else. Throws `feed-unknown`, `machine-unknown`, `parameter-invalid`. */
  snapshot(caller: FeedCaller, feed: string, page?: PageRequest): Promise<Snapshot>;
}

/** The relay's core. */
export interface Relay {
  readonly handle: string;
  /** The relay's clock in ms since 1970. */
  now(): number;
  readonly machines: Machines;
  readonly bridge: BridgeSide;
  readonly commands: Commands;
  readonly queries: Queries;
  readonly documents: Documents;
  readonly records: Records;
  readonly feeds: Feeds;
  readonly channels: Channels;
  /** What people should hear of now, as far as the caller may read it. */
  notices(caller: FeedCaller, page: PageRequest): Promise<Page<{ readonly key: string; readonly notice: Notice }>>;
  readonly audit: Audit;
  /** Drops what the core keeps of a person who has left. Nothing of theirs is due any more: all else must be gone. Safe to repeat. */
  forgetPerson(whose: Left): Promise<void>;
  /** Does what is due (offline, expiry, lost leases, retention) until `signal` aborts; one runs in each process. */
  runDue(signal: AbortSignal): Promise<void>;
  /** One sweep of what is due now; resolves to how much was done. */
  sweep(): Promise<number>;
}
