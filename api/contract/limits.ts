/** Every limit of the system, with its unit in the name and its reason beside it. `docs/protocol.md` lists them from here. */

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const limits = {
  // Documents
  /** A larger file is listed without its body: specs are text, and a phone must be able to store them. */
  documentBodyBytesMax: 5 * MIB,
  /** A larger body is uploaded in pieces, so that a cut connection costs one piece. */
  inlineBodyBytesMax: 256 * KIB,
  /** One piece of a body: below nginx's default of 1 MiB with room for headers. */
  blobPieceBytesMax: 512 * KIB,
  /** Only the last piece of a body may be smaller: each piece costs a request and a row. */
  blobPieceBytesMin: 16 * KIB,
  /** Large bodies of one machine that are being uploaded or wait for their document. Beyond this the oldest is dropped. */
  uploadsPerMachineMax: 16,
  /** How long such a body is kept. Shorter than `blobKeptMs`, after which the store itself drops pieces. */
  uploadKeptMs: 1 * DAY,
  /** One ingest POST, before compression: below nginx's default of 1 MiB. */
  ingestBytesMax: 768 * KIB,
  /** A bridge does not halve an ingest POST below this after a 413 or a timeout. */
  ingestBytesMin: 64 * KIB,
  /** A larger file is not listed at all: hashing it would take too long. */
  hashedBytesMax: 1024 * MIB,
  /** Ops in one ingest: one commit must not block a relay for long. */
  ingestOpsMax: 500,
  /** The longest path of a document, in UTF-16 units: PATH_MAX of Linux is 4,096 bytes. */
  pathLengthMax: 1024,
  /** What a format reads from one file, as JSON. */
  metaBytesMax: 32 * KIB,
  /** Larger front matter is not parsed: YAML parsers are easy to exhaust. */
  frontMatterBytesMax: 64 * KIB,
  /** Documents of one machine. */
  documentsPerMachineMax: 200_000,
  /** Projects of one machine. */
  projectsPerMachineMax: 200,
  /** The registry of a tool on the machine: a thousand projects with their agents. A larger file is no registry. */
  registryBytesMax: 4 * MIB,
  /** Entries of one registry, and agents of one entry. */
  registryEntriesMax: 1_000,
  /** The path of a folder on the machine, in UTF-16 units: PATH_MAX of Linux. */
  rootLengthMax: 4_096,
  /** Checkouts of one project that are listed: people have a handful of worktrees, tools a few dozen. */
  workspacesPerProjectMax: 100,
  /** The name of a branch, in UTF-16 units: git itself takes about 250 bytes. */
  branchLengthMax: 250,
  /** A file of git that names a branch or a folder is one short line. */
  gitFileBytesMax: 4 * KIB,

  // Requests
  /** The body of almost every call. Reading one costs next to nothing, even from strangers. */
  requestBytesMax: 16 * KIB,
  /** A command of a kind that carries a text: a whole document, with its characters escaped. */
  textCommandBytesMax: 6 * MIB,
  /** A command that carries lists or a line of a document. */
  listCommandBytesMax: 320 * KIB,
  /** The rest of a command beside its args: id, guard, signature. */
  commandEnvelopeBytesMax: 4 * KIB,
  /** What a bridge announces when it connects: 200 projects, kinds, policy, signers and conditions. */
  connectBytesMax: 512 * KIB,
  /** One poll: the ids of 1,000 commands with their leases. */
  pollBytesMax: 256 * KIB,
  /** Edits of one document in one command: a person makes a few, and a reformatted file is one. */
  textEditsMax: 5_000,
  /** Lines of a tasks.md that a write warns of: nobody reads more, and a result has a size. */
  warningsMax: 100,
  /** Letters of a new spec's name: it becomes the name of a folder. */
  specNameLengthMax: 100,
  /** UTF-16 units and lines of a text that is compared with another: a comparison holds up everybody on the relay while it runs. */
  diffTextLengthMax: MIB,
  diffLinesMax: 20_000,
  /** A line of an implementation log, in UTF-16 units: agents write summaries of a few thousand. */
  logLineLengthMax: 10_000,
  /** Files, and artifacts of one kind, in one implementation log: one task touches dozens. */
  logItemsMax: 500,
  /** Comments in one decision: a review of a long text; and their length, which an agent must read. */
  commentsMax: 200,
  commentLengthMax: 10_000,
  /** Decisions in one command: what the tool's dashboard takes. */
  decisionsAtOnceMax: 100,
  /** Between looks at files that approvals ask about: they lie in folders that are not watched. */
  reviewedLookMs: 1000,
  /** The same, while no approval asks about a file. */
  unaskedLookMs: 10 * SECOND,
  /** How long a call of an agent waits for a decision: silently less than the 60 s after which MCP clients give up, and with progress as long as people take. */
  agentWaitSilentMs: 50 * SECOND,
  agentWaitMs: 30 * MINUTE,
  /** One message of an agent to `sallyport mcp`, in UTF-16 units. The longest that makes sense has a reason of 10,000. */
  agentMessageMax: MIB,
  /** Agents that wait at the door of one machine. */
  agentsWaitingMax: 200,
  /** Between signs of life to an agent that waits at the door: the fetch of Node gives up where it hears nothing for 5 minutes. */
  agentSignMs: 1 * MINUTE,
  /** How long an approval that nobody knows may take to be seen: an agent asks right after it has written the file. */
  agentUnseenMs: 2 * SECOND,
  /** Bytes of a request at the door: one path. */
  agentBodyBytesMax: 16 * KIB,
  /** Depth of a JSON request. No call needs more, and deep nesting exhausts stacks. */
  jsonDepthMax: 32,
  /** Length of a field name in UTF-16 units, and fields of one object. No call needs more. */
  jsonKeyLengthMax: 256,
  jsonKeysMax: 1_000,
  /** Bytes of request bodies in progress, of one person or machine: two of the largest, and small ones beside them. */
  bodyBytesPerCallerMax: 16 * MIB,
  /** Bytes of request bodies in progress, of all people and machines in one process. A small server has several times as much memory. */
  bodyBytesMax: 128 * MIB,
  /** Bytes of request bodies in progress, of one network without a valid key: 32 bodies at once. */
  bodyBytesPerNetworkMax: 512 * KIB,
  /** Bytes of request bodies in progress, of all callers without a valid key. They cannot use up what others need. */
  bodyBytesOfStrangersMax: 16 * MIB,
  /** Documents in one page of a snapshot: some 1.5 MB. */
  snapshotDocumentsMax: 5_000,
  /** Items of one page of a list, at most and by default. */
  pageItemsMax: 500,
  pageItemsDefault: 100,
  /** Bodies in one request, so that its URL stays under 4 KiB. */
  bodiesPerRequestMax: 40,
  /** Requests of one key per minute, unless the operator sets another limit. The first upload of a large tree over a fast line stays below it. */
  requestsPerMinuteMax: 12_000,
  /** Open streams of one person, over all keys and sessions, unless the operator sets another limit: a few devices with some tabs each. Also polls of one machine. */
  streamsPerPersonMax: 50,
  /** A person may have this many times as many waiting requests as streams: a script runs something on each of some hundred machines. */
  waitsPerStream: 10,
  /** An organisation may have this many times the streams of one person, and twice as many waiting requests. */
  heldSharesPerOrganisation: 40,
  /** Calls of `hello` from one network per minute. Each costs a signature; a thousand bridges behind one address that reconnect at once make a few calls each. */
  helloPerMinuteMax: 6_000,
  /** How long a browser uses only https after an answer by https: a year, as preload lists require. */
  strictTransportMs: 365 * DAY,
  /** Time for the body of a caller without a valid key: 16 KiB over the slowest phone. */
  strangerBodyMsMax: 20 * SECOND,
  /** Time to send the headers of a request, and the whole request (slow-loris). */
  headersMsMax: 20 * SECOND,
  requestMsMax: 120 * SECOND,

  // Waiting
  /** How long a poll is held: less than the 28 s after which some proxies cut. */
  holdMs: 25 * SECOND,
  /** A hold is shortened by a random part of this, so that many bridges do not ask at the same moment. */
  holdJitterMs: 1.5 * SECOND,
  /** A relay that stops asks bridges to wait a random part of this before they poll again. */
  drainDelayMsMax: 2 * SECOND,
  /** How long a process trusts a key that it has looked up. A key that another process revokes ends within this time. */
  callerKnownMs: 1 * SECOND,
  /** The shortest hold that a bridge falls back to when a network keeps cutting. */
  holdMsMin: 5 * SECOND,
  /** The longest hold that a caller may ask for. */
  holdMsMax: 50 * SECOND,
  /** How long a bridge waits beyond the hold before it gives up the connection. */
  holdGraceMs: 10 * SECOND,
  /** How often a process reads the key of a held request again (a revoked key loses its holds within 5 s). */
  revocationCheckMs: 2 * SECOND,
  /** A machine is online for this long after its last call: one hold, its grace and a retry. */
  presenceMs: 75 * SECOND,
  /** A machine that has been offline for so long is a notice: a restart, or a way between two networks, is none. */
  machineAwayMs: 10 * MINUTE,
  /** A second bridge that claims a machine is shown for this long: three of its tries. */
  rivalKeptMs: 190 * SECOND,
  /** Backoff of a bridge: base and maximum of the random wait. */
  backoffMsBase: 1 * SECOND,
  backoffMsMax: 60 * SECOND,
  /** A service whose runs fail one after the other waits so long before the second, twice as long before each next one, and at most so long. */
  serviceRestartMsBase: 5 * SECOND,
  serviceRestartMsMax: 5 * MINUTE,
  /** A run that lasted longer went well: failures are counted anew. */
  serviceCalmMs: 10 * MINUTE,

  // Streams
  /** A visible event at least this often: nginx cuts at 60 s, some gateways at 28 s. */
  streamKeepaliveMs: 15 * SECOND,
  /** The event after `hello`, and after the last one of a burst, for gateways that hold back the newest event. */
  streamSecondEventMs: 500,
  /** A stream is recycled after this time ± 10 %: some gateways cut at 5 minutes. */
  streamRecycleMs: 5 * MINUTE,
  /** A comment that fills small buffers at once. */
  streamPadBytes: 2 * KIB,
  /** How long a stream that tries the network stays open after its second event: one that is delivered late then differs from one that is not. */
  tryStreamOpenMs: 1 * SECOND,
  /** How long the relay counts the requests that try the network with one number. */
  tryNumberMs: 1 * MINUTE,
  /** A reader has this long to take what waits for it, and longer by what a slow line takes; then it is closed, and resumes. */
  streamStallMs: 5 * SECOND,
  streamBytesPerSecondMin: 16 * KIB,
  /** Number and age of the events that a machine's log keeps. An older offset gets `reset`. */
  logEntriesMax: 10_000,
  logAgeMsMax: 7 * DAY,

  // The app
  /** The app must read the first event within these times after a stream's headers and after its request. Otherwise something buffers the stream. */
  helloAfterHeadersMs: 3 * SECOND,
  helloMs: 6 * SECOND,
  /** A `ready` must be read so soon after the event before it, else something holds events back. */
  readyAfterEventMs: 3.5 * SECOND,
  /** An app asks by a long-poll beside a stream that is silent for so long before it is through; what that is told, the stream must tell within the other time. */
  witnessAfterMs: 1 * SECOND,
  witnessGraceMs: 500,
  /** A bridge asks by long-polls beside a stream that is not through after this time (its second event comes 0.5 s after the first): no key waits for the verdict. */
  besideStreamMs: 1.5 * SECOND,
  /** After this many streams in a row that closed this soon, the app gives up streams on this network. */
  streamQuickCloseMs: 1 * SECOND,
  streamQuickClosesMax: 3,
  /** Silence after which a stream is dead (two keepalives and a late third), and how often this may happen before the app gives up streams. */
  streamSilenceMs: 40 * SECOND,
  streamSilencesMax: 2,
  /** One message of a stream; a line without end must not fill a phone. */
  streamMessageBytesMax: 4 * MIB,
  /** After this many long-polls in a row that were cut this soon, the app asks without waiting. */
  longPollCutMs: 5 * SECOND,
  longPollCutsMax: 3,
  /** Time between two reads where the network lets nothing be held. */
  shortPollMs: 5 * SECOND,
  /** How long a network's verdict holds before events are tried again. */
  ladderVerdictMs: 30 * MINUTE,
  /** A hidden app closes its stream after this time. */
  hiddenMs: 10 * SECOND,
  /** The longest wait between two tries while somebody looks at the screen. */
  appBackoffMsMax: 15 * SECOND,
  /** Time for an answer to a call that is not held. */
  answerMs: 20 * SECOND,
  /** Changes that arrive within this time are stored and drawn together. */
  replicaWriteMs: 100,
  /** How long the app shows the effect of a done command before the document itself arrives. */
  optimisticMs: 5 * SECOND,
  /** Up to this many machines, the app keeps all of them, so that a small team sees everything at once. */
  machinesKeptMax: 20,
  /** In a larger organisation the app keeps a machine for this long after it was last opened on the device. */
  machineFollowedMs: 30 * DAY,
  /** How often at most the app notes that a machine was opened; it counts in days. */
  visitNotedMs: 10 * MINUTE,
  /** Snapshots that the app reads at the same time: enough to fill the line, without delaying the first one. */
  snapshotsAtOnce: 4,
  /** Settled commands of a machine that the app remembers. */
  commandsRememberedMax: 200,
  /** JavaScript of the first screen, as brotli: a second on a slow phone network. */
  firstRouteBytesMax: 60 * KIB,
  /** What a terminal needs beside it: most of it is xterm.js. */
  terminalBytesMax: 85 * KIB,

  /** Feeds of one stream: an app keeps some tens of machines, and a tool may follow all of a large organisation. */
  feedsPerStreamMax: 2_000,
  /** Bytes of a request that names them, each with its offset. */
  streamRequestBytesMax: 256 * KIB,

  // Programs that commands run
  /** How long a run may take. What takes longer is for a terminal. */
  runSecondsMax: 3_600,
  /** What the result of a run has of each of its outputs: the beginning, and the end. */
  runResultHeadBytes: 64 * KIB,
  runResultTailBytes: 192 * KIB,
  /** What one answer has of the output of a run. */
  runOutputPieceBytes: 256 * KIB,

  // Commands
  /** Queued commands of one machine. */
  commandsQueuedMax: 1_000,
  /** Queued commands of one person for one machine, in number and in bytes. The rest is left to others. */
  commandsQueuedPerPersonMax: 100,
  queuedBytesPerPersonMax: 16 * MIB,
  /** A lease: how long a bridge may hold a command without renewing it. */
  leaseMs: 90 * SECOND,
  /** Leases of one command; after the last its outcome is `unknown`. */
  leasesMax: 3,
  /** Expiry of a command for an online machine, and of one that was queued for an offline machine. */
  commandExpiryMs: 60 * SECOND,
  commandExpiryWhenOfflineMs: 24 * HOUR,
  commandExpiryMsMax: 7 * DAY,
  /** How long a settled command is kept (decisions are kept forever). */
  commandKeptMs: 30 * DAY,
  /** Settled commands of one person that the relay keeps of one machine, and their bytes with args and results. Beyond this, it drops the oldest of that person. */
  commandsKeptPerPersonMax: 2_000,
  keptBytesPerPersonMax: 16 * MIB,
  /** The same for all people of a machine together. If they are many, each has an equal part of it. */
  commandsKeptMax: 50_000,
  keptBytesMax: 256 * MIB,
  /** Queries that wait for one machine, and those of one person among them, so that nobody can block the others. */
  queriesPerMachineMax: 50,
  queriesPerPersonMax: 20,
  /** Queries of one organisation that wait in one process, over all its machines: as many as ten busy machines have. */
  queriesPerOrganisationMax: 500,
  /** Those of one person among them, so that it takes several to use up what an organisation has. */
  queriesPerPersonInAllMax: 100,
  /** How long a query waits for its answer: a person is looking at the screen. */
  queryMs: 10 * SECOND,
  /** How long an answer is kept for the call that waits for it, which another process may hold. */
  queryAnswerKeptMs: 30 * SECOND,
  /** How long a run of the doctor is answered to everybody who asks, so that nobody can make a machine try its network all the time. */
  doctorFreshMs: 2 * MINUTE,
  /** How long one that is asked for from afar holds a request, and when it is answered as it is: both within `queryMs`. */
  doctorHoldMs: 5 * SECOND,
  doctorAnswerMs: 8 * SECOND,
  /** Queries that a bridge works on at once. Others wait, so that reading never slows the machine down. */
  queriesAtOnceMax: 8,
  /** Documents of a project that the relay or the app reads to answer a query itself: more would hold up everybody else. The machine is asked instead. */
  copyDocumentsMax: 5000,
  /** Answers in one request of a bridge. */
  answersBytesMax: 6 * MIB,
  /** The result of a command or query. Larger content belongs in a document. */
  resultBytesMax: 5 * MIB + 64 * KIB,
  /** The largest result that the event of its command carries. An undo of some lines fits, so a tap needs no second request. */
  commandResultToldBytesMax: 4 * KIB,
  /** Time that a command may run, unless its kind sets another limit. */
  commandRunMs: 30 * SECOND,

  // Records and notices
  /** Records of one machine: what runs there and what is kept for it, of which a person overlooks some tens. */
  recordsPerMachineMax: 500,
  /** What all of them say (`meta`, as JSON): the relay reads them together. */
  recordBytesPerMachineMax: 2 * MIB,
  /** Records of one machine that the relay keeps although the machine does not name them, of each kind: years of decisions. Beyond it the oldest leave. */
  recordsKeptPerMachineMax: 5_000,
  /** What those of one kind say (`meta`, as JSON): 5,000 decisions with their words, or the progress of a thousand specs. */
  recordKeptBytesPerMachineMax: 8 * MIB,
  /** Decisions that a bridge remembers, so that a relay that has lost them gets them again. */
  decisionsToldMax: 200,
  /** Specs whose progress a bridge counts: an organisation's largest project has a tenth of them active. */
  progressToldMax: 250,
  /** Between two writes of what was counted: the file is written as a whole, and what a crash loses of it is counted again. */
  progressKeepMs: 10 * SECOND,
  /** Points of one spec. Beyond it the last of each day stays, then the newest: two years of work. */
  progressPointsMax: 400,
  /** An agent asks for its decision every few seconds. One that has not taken it by then is most often gone. */
  decisionTakenMs: 10 * MINUTE,
  /** Records of one person in one organisation: looks at their machines, marks on notices, views. */
  recordsPerPersonMax: 1_000,
  /** Records that an organisation's members have made for it. */
  recordsPerOrganisationMax: 1_000,
  /** Those of one member among them, so that nobody leaves the others no room. */
  recordsPerMemberMax: 200,
  /** What a record says, as JSON, where its kind says nothing else. */
  recordMetaBytesMax: 32 * KIB,
  /** A record's title, in UTF-16 units: a document's is as long. */
  recordTitleLengthMax: 500,
  // Channels
  /** One entry of a channel, as JSON: more than a screen full of output, in the colours of the rainbow. */
  channelEntryBytesMax: 256 * KIB,
  /** One POST of a bridge for all its channels, before compression: below nginx's default of 1 MiB. */
  channelAppendBytesMax: 768 * KIB,
  /** Entries of one part: they are committed at once. */
  channelEntriesMax: 1_000,
  /** Channels of one such POST, and of one inbox: all terminals and runs of a machine. */
  channelsPerMachineMax: 50,
  /** Entries of a channel that are kept, in bytes: what a phone loads of a run. The oldest go first. */
  channelTailBytesMax: 1 * MIB,
  /** A snapshot, inflated: a screen with its history takes some tens of KiB. */
  snapshotBytesMax: 5 * MIB,
  /** A snapshot up to this size (gzip) travels in the stream; a larger one is fetched. */
  snapshotInlineBytesMax: 16 * KIB,
  /** Beyond so many bytes or entries behind its snapshot, the owner of a channel is asked for another. */
  compactBytes: 512 * KIB,
  compactEntries: 500,
  /** What a bridge notes beside its entries, so that it knows where to go on: some numbers. */
  channelMarkLengthMax: 200,
  /** How long a channel stays after it was closed. */
  channelKeptMs: 7 * DAY,
  /** Channels that one stream follows: those that are open on the screen. */
  channelsFollowedMax: 20,
  /** One POST of inputs: a large paste. */
  inputBytesMax: 64 * KIB,
  /** Inputs of one POST: the keys pressed during a round trip. Never more than `inputsPerSecondMax`, which would take none of them. */
  inputsPerPostMax: 100,
  /** Inputs of a person in a second: a key held down repeats 30 times. */
  inputsPerSecondMax: 100,
  /** What is typed and waits to be sent, as JSON: a large paste goes in several requests. More is refused as a whole, since the end of it would come too late. */
  inputsWaitingBytesMax: 512 * KIB,
  /** An older input is dropped: a key pressed into a dead network must not act later. */
  inputAgeMsMax: 10 * SECOND,
  /** A sealed input that its device made longer ago, or so much in the future, is not typed. By the clocks of device and machine, which may differ a little. */
  sealedInputAgeMsMax: 60 * SECOND,
  /** Attaches of one sealed channel that may type; beyond it the oldest must attach again. */
  attachesPerChannelMax: 100,
  /** Keys for what goes out of a sealed channel that its machine still gives to devices: one for each start of the bridge, and each device that was unpinned. Beyond it the oldest entries open no more. */
  keysPerChannelMax: 16,
  /** After another attach: how long keys wait for the word of what was typed by the one before. A machine says it at once, and one of an earlier release never. */
  typedSaidMs: 1 * SECOND,
  /** Between two attaches of a device because it cannot open what its machine seems to say. */
  attachAnewMs: 10 * SECOND,
  /** Output that waits for the line. Beyond it a terminal sends its screen in the place of its output. A run waits at half of it; where it waits no longer, the oldest is left out of its channel. */
  outputPendingBytesMax: 128 * KIB,
  runPendingBytesMax: 768 * KIB,
  /** How long a run waits for a line on which nothing moves: a relay that restarts is back by then. */
  runWaitMs: 10 * SECOND,
  /** What a terminal sends at once, and a second after it: half of what a slow phone's line carries. Beyond it screens are sent, some ten a second. */
  outputBurstBytes: 128 * KIB,
  outputBytesPerSecond: 48 * KIB,
  /** A terminal that nobody watches sends its screen this often, if it has changed. */
  unwatchedMs: 30 * SECOND,
  /** A run that nobody watches gathers its output for this long. */
  runGatherMs: 2 * SECOND,
  /** Ended terminals and runs that a machine lists, and for how long. */
  sessionsEndedMax: 100,
  sessionsEndedMs: 7 * DAY,
  /** The files of what a run wrote, and recordings of terminals. */
  runOutputKeptMs: 30 * DAY,
  /** How often old ones are looked for. */
  runOutputLookMs: 1 * DAY,
  /** How long `terminal-open` waits for the relay to have the terminal. */
  sessionToldMs: 5 * SECOND,
  /** How long a channel counts as watched after the last sign of a reader. */
  watchedMs: 30 * SECOND,
  /** Who reads a channel or types into it is entered in the audit once they begin, but not again within this time. */
  attendedAgainMs: 1 * HOUR,
  /** Keys and sessions that a channel names as its readers: many more than look at one screen. */
  attendantsMax: 50,
  /** Tabs and scripts by which a person types into a channel, each with numbers of its own. Beyond it the one that typed longest ago leaves, if that is so long ago that it repeats nothing any more. */
  inputProducersMax: 200,
  inputProducerKeptMs: 10 * MINUTE,

  /** A notice's title and text, in UTF-16 units: what a lock screen shows, and some lines below. */
  noticeTitleLengthMax: 200,
  noticeTextLengthMax: 1_000,
  /** Notices of one machine: nobody acts on more, and no machine fills the Inbox of all. */
  noticesPerMachineMax: 500,
  /** Notices of one machine for one person alone, of commands that were not done: they leave room for those of others. */
  noticesPerSenderMax: 100,
  /** How long a command that was not done is news. */
  commandNoticeMs: 7 * DAY,
  /** The age at which the lock beside a file counts as left behind by a killed bridge. Replacing a file takes milliseconds. */
  targetLockMs: 30 * SECOND,

  // Reading
  /** Descriptions of documents that a process caches, in UTF-16 units: about twenty machines with a thousand documents each. */
  documentTablesLengthMax: 16 * MIB,

  // Push and webhooks
  /** One request of the relay to a push service or webhook, from the look-up of its name to the end of the answer. */
  outboundMs: 10 * SECOND,
  /** The answer of such a request: nobody reads more than its status. */
  outboundAnswerBytesMax: 64 * KIB,
  /** Devices of one person that are notified: phones, tablets, browsers of work and home. */
  pushDevicesPerPersonMax: 20,
  /** How long a push service keeps a message for a device that is off. */
  pushKeptMs: 1 * DAY,
  /** Test notices of one person: as many as one needs to find out what keeps them away. */
  pushTestsPerHourMax: 30,
  /** Webhooks of one organisation. */
  webhooksMax: 20,
  /** Deliveries of one webhook that are listed: enough to see why it fails. */
  webhookDeliveriesMax: 50,
  /** Tries of one message after the first: the last comes about an hour after it. */
  outboundRetriesMax: 5,
  /** Messages that wait in one organisation for their next try, of push and of webhooks each. The others are left out. */
  outboxMax: 2_000,

  // Retention
  /** A machine that has not called for this long is removed. */
  machineKeptMs: 90 * DAY,
  /** How long a body is kept after the last document that used it is gone. */
  blobKeptMs: 7 * DAY,

  // Audit
  /** Number and age of the entries that each audit log keeps. An anchor stands for those that were trimmed. */
  auditEntriesMax: 100_000,
  auditKeptMs: 400 * DAY,
  /** Entries that one page of the audit reads when its filter matches few. */
  auditLookedAtMax: 5_000,

  // Identity
  /** A sign-in link works once, within this time. */
  signInLinkMs: 15 * MINUTE,
  /** Sign-in links that one person may create per hour, for themselves and for others. */
  signInLinksPerHourMax: 60,
  /** Device keys of one organisation, those of one person among them, and how many times per day a person may add or remove one. */
  deviceKeysMax: 200,
  deviceKeysPerPersonMax: 20,
  deviceKeyActsPerDayMax: 100,
  /** Changes of access (keys, ways to sign in, members, machines, invitations) that one person may make per day. The audit keeps 100,000 entries of them. */
  doorActsPerDayMax: 200,
  doorActsOfAdminPerDayMax: 5_000,
  /** Keys of one person. */
  keysPerPersonMax: 100,
  /** Browsers in which one person is signed in. One more ends the session that was unused for longest. */
  sessionsPerPersonMax: 50,
  /** Passkeys of one person, and their accounts at the provider. */
  waysPerPersonMax: 20,
  /** Members of one organisation, and its open invitations. */
  membersMax: 2_000,
  invitationsMax: 500,
  /** Machines of one organisation. */
  machinesMax: 2_000,
  /** Organisations of one relay. */
  organisationsMax: 1_000,
  /** How far apart the clocks of a device and a machine may be for a signature to be valid. */
  signatureSkewMs: 5 * MINUTE,
  /** A session of the app that is not used ends. */
  invitationMs: 7 * DAY,
  deviceCodeMs: 10 * MINUTE,
  /** Seconds that a machine waits before it asks again whether its code was confirmed. */
  devicePollSeconds: 5,
  /** Codes that one person may try while a code is valid, and tries of one code by everyone: 20 of 25.6 billion. */
  deviceTriesMax: 20,
  /** Machines of one network that may ask for a code within 10 minutes: a class, or an office behind one address. */
  deviceRequestsPerNetworkMax: 60,
  /** Machines that ask for a code, and codes that are tried, by everyone within 10 minutes. More is logged, and nobody is refused. */
  deviceRequestsAlarm: 500,
  /** A form of the device flow has a few short fields. */
  formBytesMax: 4 * KIB,
  sessionMs: 90 * DAY,
  /** One answer of an OIDC provider: its description, its keys, an ID token with many groups. */
  oidcAnswerBytesMax: 256 * KIB,
  /** How long a browser that a person was signed in with is recognised, so that guesses of strangers do not lock it out. */
  knownDeviceMs: 180 * DAY,
  /** Recognised browsers of one person: those with the latest sign-ins. */
  knownDevicesMax: 20,
  /** Time to answer the challenge of a passkey. */
  passkeyChallengeMs: 5 * MINUTE,
  /** Length of a password in characters. NIST SP 800-63B asks for at least 8 and for no rules on its characters; the maximum bounds the cost of one try. */
  passwordLengthMin: 10,
  passwordLengthMax: 256,
  /** Passwords that each network and each recognised browser may try for one e-mail, within this time. */
  passwordTriesMax: 10,
  passwordTriesMs: 15 * MINUTE,
  /** Wrong passwords of all strangers for one e-mail in that time, which is more than anyone mistypes. After that the audit says so, and each network gets this many tries. */
  passwordTriesAlarm: 50,
  passwordTriesAlarmedMax: 2,
  /** Wrong passwords of one network for all e-mails in that time. An office behind one address mistypes less. */
  passwordTriesOfNetworkMax: 100,
  /** Passwords that one process checks at the same time (19 MiB and some tens of ms of a core each), and that wait, of strangers and of recognised browsers each. */
  passwordChecksMax: 4,
  passwordChecksWaitingMax: 64,
  /** Members of one organisation who use the same e-mail, each with their own password. */
  emailHoldersMax: 10,
  /** Wrong keys and sign-in tokens of one network per minute. */
  signInFailuresPerMinuteMax: 30,

  // The bridge
  /** Commands and results that wait in the bridge's journal: a handful of the largest documents. More is refused (`no-space`). */
  journalBytesMax: 64 * MIB,
  /** One line of the journal: an answer of the relay, written as JSON once more. The bridge writes none that is longer. */
  journalLineBytesMax: 24 * MIB,
  /** Unreadable lines of the journal, kept for inspection. */
  journalAsideBytesMax: 16 * MIB,
  /** Settled commands that a bridge remembers until they expire, so that it does none of them twice: four hours with one every second. */
  commandsEndedMax: 20_000,
  /** A text of the relay (the sender of a command, its kind, a handle) as a bridge keeps and prints it, in UTF-16 units. */
  relayWordLengthMax: 200,
  /** Entries that wait for an audit log that cannot be written. */
  auditWaitingMax: 1_000,
  /** If a machine's clock is further from the relay's, the machine says so, and its edits carry the relay's time. */
  clockSkewMs: 5 * MINUTE,
  /** A settings or ignore file of a project: hostile input, and a few lines in practice. */
  settingFileBytesMax: 64 * KIB,
  /** Rules of one ignore file. Each is tried on each path. */
  ignoreRulesMax: 2_000,
  /** A project is uploaded while its first scan goes on, if that takes longer than this. */
  firstLookMs: 2 * SECOND,
  /** The same for a project that was known when the bridge last ended: it begins with what it had then. */
  knownLookMs: 300,
  /** Files and folders that cannot be read and of which the bridge knows nothing: at most so many ranges of them are left out when it compares with the relay, since each is one more request. */
  hiddenLeftOutMax: 64,
  /** Time for the first scan of a project. After that the bridge starts without waiting for it. */
  projectLookMs: 20 * SECOND,
  /** Entries that the audit makes of one command beside its own: one for each decision. */
  auditItemsMax: 100,
  /** Size of the machine's own audit log, after which its older half is removed; and of one line of it. */
  bridgeAuditBytesMax: 8 * MIB,
  auditLineBytesMax: 64 * KIB,
  /** More paths than this that change within this time are a storm (a checkout, a generator); it is gathered until nothing has changed for so long. */
  stormPathsMax: 20,
  stormWindowMs: 100,
  settleStormMs: 250,
  /** A storm without a pause is looked at after this time: what is saved meanwhile is visible within 3 s. */
  gatherStormMsMax: 1_500,
  /** Time between full scans. A bug of the watcher then causes a delay and never a loss. */
  rescanMs: 5 * MINUTE,
  /** A timer, and how late it must fire to show that the machine was asleep. */
  tickMs: 2 * SECOND,
  tickLateMs: 6 * SECOND,
  /** Connections are renewed after this time. */
  connectionRenewMs: 15 * MINUTE,
  /** The bridge looks again for a vanished file after this time: editors rename a file and write it anew. */
  vanishGraceMs: 150,
  /** How often the bridge reads the tools' registries of projects and the changes of `sallyport projects`. */
  registryLookMs: 1 * MINUTE,
  /** A folder that appeared or was replaced is watched and scanned again after the first of these times, and once more after the second: it may have been replaced meanwhile. */
  watchMomentMs: 50,
  watchAgainMs: 1 * SECOND,
  /** How often the bridge looks at a project whose folder is gone (unmounted), or for which the system has no watches left. */
  awayLookMs: 5 * SECOND,
  /** Bytes that the bridge keeps between reading and uploading a file, so that it reads it once. */
  bodyCacheBytesMax: 24 * MIB,
  /** Changes that wait at a bridge for their upload before it reads no further in a large project: four requests. A save that comes behind them is up within 3 s where the relay takes 700 in a second. */
  changesWaitingMax: 2_000,
  /** The same while the relay is away: about 5 MB of memory. */
  changesWaitingAwayMax: 10_000,
  /** What a bridge notes for its next start while it runs, on average: 30 MB for 200,000 documents are written every eight minutes at most. */
  keptBytesPerSecond: 64 * KIB,
  /** The longest wait before a bridge tells what it watches again, if that changes several times in a row. */
  announceAgainMsMax: 2 * SECOND,
  /** Time for each step of a connection: TCP, CONNECT of a proxy, TLS. */
  connectMs: 10 * SECOND,
  /** How many times within this time the bridge tries a proxy that drops connections, before it backs off. */
  proxyTriesMax: 3,
  proxyTriesMs: 3 * SECOND,
  /** How long the choice of proxies holds: the other network is there a minute after the laptop is. */
  waysFreshMs: MINUTE,
  /** How long a proxy that failed comes after the others of a PAC file. */
  hopFailedMs: MINUTE,
  /** A PAC file, and all of one question to it: how many bytes it may have, ms it may take, names it may look up, ways of its answer that are tried. */
  pacBytesMax: 1024 * 1024,
  pacMs: 10 * SECOND,
  pacNamesMax: 32,
  pacWaysMax: 8,
  /** Time for the answer to a call that is not held: a slow uplink needs 25 s for one batch. */
  callMs: 60 * SECOND,
  /** A longer answer is cut, so that a relay cannot fill the memory of a bridge. */
  answerBytesMax: 16 * MIB,
  /** Conditions of one machine, and the length of each sentence in UTF-16 units: as much as a card on a phone can show. */
  conditionsMax: 50,
  conditionTextMax: 500,
  /** A condition in which only a count or a time is another one is told at the earliest so long after the last connect, since each telling is a connect. */
  conditionNumbersMs: MINUTE,
  /** How often, and for how long, the bridge tries the port of a relay that accepts no connections, or asks a gateway for it: a restart or an update takes a minute or two. */
  lookEveryMs: 2 * SECOND,
  lookForRelayMs: 5 * MINUTE,
  /** For as long, a bridge tries a call again at least so often where connections are accepted and cut: the network may lose every second one. */
  cutBackoffMsMax: 10 * SECOND,
  /** How long one such try waits for TCP: two losses of the first packet. */
  knockMs: 4 * SECOND,
  /** How long what a command removed stays in the trash: until the mistake is noticed after a holiday. */
  trashKeptMs: 30 * DAY,
  /** How often the bridge looks for what has been there that long. */
  trashLookMs: 6 * HOUR,
  /** Bytes of a tool's settings or history of jobs; the tool's 1,000 runs take 300 KB. */
  jobFileBytesMax: 1 * MIB,
  /** Runs that the history of a tool holds, as the tool itself keeps them. */
  jobHistoryMax: 1000,
  /** Jobs of one tool; a dozen is many. */
  jobsMax: 200,
  /** Days that a job may ask for: ten years. */
  jobDaysMax: 3650,
  /** Entries of a spec's folder that a plan looks at for the newest change; a larger one is left alone. */
  jobSpecEntriesMax: 5000,
  /** How often the bridge looks whether a job is due, and how late it may still run: later, it was missed. */
  jobLookMs: 30 * SECOND,
  jobLateMs: 2 * MINUTE,
  /** How long what a missed run would do is said without looking again. */
  jobPlanKeptMs: 1 * HOUR,
  /** Files and folders that one run of a job moves, or one command restores; each has a line in the journal. */
  jobItemsMax: 200,
  /** Output of a terminal or run that the keeper holds for a bridge that is away: several minutes of a busy build. */
  keeperRingBytes: 4 * MIB,
  /** Terminals of one machine that run at a time. Each costs up to 5 MB with what the ring holds. */
  terminalsPerMachineMax: 20,
  /** Runs of one machine at a time. */
  runsPerMachineMax: 10,
  /** What is kept on the machine of the beginning of a run's stdout, and as much of its stderr. Of a longer one the end is kept too (`runResultTailBytes`). */
  runOutputBytesMax: 16 * MIB,
  /** The recording of one terminal. */
  recordingBytesMax: 32 * MIB,
  /** Recordings in one list: those of a month of busy days. */
  recordingsListedMax: 500,
  /** The size of a terminal in characters: a large screen with small type. */
  terminalColsMax: 1_000,
  terminalRowsMax: 500,
  /** All words of one program's command line together: Linux takes 128 KiB for one word. */
  argvBytesMax: 128 * KIB,
  /** All variables of one program together: Linux takes 2 MiB with the command line. */
  environmentBytesMax: 1 * MIB,
  /** How long the login shell may take to tell its environment. */
  loginShellMs: 5 * SECOND,
  /** How long a run waits for a bridge that takes nothing: longer than the bridge waits for its line (`runWaitMs`). */
  keeperWaitMs: 30 * SECOND,
  /** How far a run may be ahead of what its bridge has taken: as much as is on its way at a time. */
  keeperAheadBytesMax: 512 * KIB,
  /** Closing a terminal or run: how long it has between SIGHUP and SIGKILL. */
  closeChildMs: 5 * SECOND,
  /** How long the keeper stays without a child. */
  keeperLingerMs: 1 * MINUTE,
  /** How long the end of a child can be asked for after a bridge was told it, in case that bridge ended before it could say so; and where no bridge came. */
  keeperToldMs: 10 * MINUTE,
  keeperUntoldMs: 1 * DAY,
  /** A keeper that runs says hello within this, and one that is begun within the other. */
  keeperHelloMs: 5 * SECOND,
  keeperBeginMs: 15 * SECOND,
  /** An answer of a keeper. One that closes something has `closeChildMs` more. */
  keeperAnswerMs: 10 * SECOND,
  /** A second bridge with a machine's key asks again after this time, which is less than `presenceMs`, so that it soon notices when the first one is gone. */
  machineInUseRetryMs: 60 * SECOND,
  /** After this many empty answers in a row within less than this time each, a bridge slows down. */
  quickAnswerMs: 1 * SECOND,
  quickAnswersMax: 5,
} as const;
