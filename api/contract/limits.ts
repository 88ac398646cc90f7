/** Every limit of the system, with its unit in the name and its reason beside it. `docs/protocol.md` lists them from here. */

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const limits = {
  // Documents
  /** A larger file is listed without its body: specs are text, and a phone has to hold them. */
  documentBodyBytesMax: 5 * MIB,
  /** A larger body goes up in pieces, so that one cut connection costs one piece. */
  inlineBodyBytesMax: 256 * KIB,
  /** One piece of a body: below nginx's default of 1 MiB with room for headers. */
  blobPieceBytesMax: 512 * KIB,
  /** A smaller piece is taken only as a body's last: each costs a request and a row. */
  blobPieceBytesMin: 16 * KIB,
  /** Large bodies of one machine on their way, or complete and named by no document; the oldest is forgotten. */
  uploadsPerMachineMax: 16,
  /** How long such a body is kept. Shorter than `blobKeptMs`, after which the store drops pieces by itself. */
  uploadKeptMs: 1 * DAY,
  /** One ingest POST, before compression: below nginx's default of 1 MiB. */
  ingestBytesMax: 768 * KIB,
  /** Where halving an ingest POST after 413 or a timeout ends. */
  ingestBytesMin: 64 * KIB,
  /** A larger file is not even listed: its rev would take too long. */
  hashedBytesMax: 1024 * MIB,
  /** Ops in one ingest: one commit must not block a relay for long. */
  ingestOpsMax: 500,
  /** The longest path of a document, in UTF-16 units: PATH_MAX of Linux is 4,096 bytes. */
  pathLengthMax: 1024,
  /** What a format reads out of one file, as JSON. */
  metaBytesMax: 32 * KIB,
  /** Front matter that is larger is not parsed: parsers of YAML are easy to exhaust. */
  frontMatterBytesMax: 64 * KIB,
  /** Documents of one machine. */
  documentsPerMachineMax: 200_000,
  /** Projects of one machine. */
  projectsPerMachineMax: 200,

  // Requests
  /** A body where nothing large belongs, which is almost everywhere: what anybody may send costs next to nothing. */
  requestBytesMax: 16 * KIB,
  /** A command that carries a text, whose kind says so: a whole document, with its characters escaped. */
  textCommandBytesMax: 6 * MIB,
  /** A command that carries lists or a line of a document. */
  listCommandBytesMax: 256 * KIB,
  /** What a command has beside its args: id, guard, signature. */
  commandEnvelopeBytesMax: 4 * KIB,
  /** What a bridge announces of itself: 200 projects, kinds, policy, signers and conditions. */
  connectBytesMax: 512 * KIB,
  /** What a bridge holds, told with every poll: 1,000 ids with their leases. */
  pollBytesMax: 256 * KIB,
  /** Changed places of one document in one command: a person changes a few, a reformatted file is one. */
  textEditsMax: 5_000,
  /** Nesting of a JSON request: deeper has no use and exhausts stacks. */
  jsonDepthMax: 32,
  /** Length of a field name in UTF-16 units, and fields of one object: nothing that is sent has more. */
  jsonKeyLengthMax: 256,
  jsonKeysMax: 1_000,
  /** Bytes of bodies that are on their way or being answered, of one person or machine: two of the largest, and small ones beside. */
  bodyBytesPerCallerMax: 16 * MIB,
  /** Bytes of bodies of all people and machines together, in one process: a small server has several times as much memory. */
  bodyBytesMax: 128 * MIB,
  /** Bytes of bodies of one network whose callers nobody knows yet: 32 bodies at once. */
  bodyBytesPerNetworkMax: 512 * KIB,
  /** Bytes of bodies of all callers whom nobody knows yet: strangers never use up what the known ones need. */
  bodyBytesOfStrangersMax: 16 * MIB,
  /** Items of one page of a list, at most and by default. */
  pageItemsMax: 500,
  pageItemsDefault: 100,
  /** Bodies asked for in one request, so that its URL stays under 4 KiB. */
  bodiesPerRequestMax: 40,
  /** Requests of one key in a minute, where the relay's operator says nothing else: a bridge's first upload of a large tree over a fast line stays below. */
  requestsPerMinuteMax: 12_000,
  /** Streams that one person has open, by all keys and sessions together, and twice as many waits, where the relay's operator says nothing else: a few devices with some tabs each. Also polls of one machine. */
  streamsPerPersonMax: 50,
  /** An organisation may have so many times what one person may. */
  heldSharesPerOrganisation: 40,
  /** Calls of `hello` of one network in a minute: each proves the relay's identity by a signature, and a thousand bridges behind one address that come back at once ask a few times each. */
  helloPerMinuteMax: 6_000,
  /** How long a browser asks by https alone, once it has been answered so: a year, as the preload lists want it. */
  strictTransportMs: 365 * DAY,
  /** Time for the body of a caller whom nobody knows: 16 KiB over the slowest phone. */
  strangerBodyMsMax: 20 * SECOND,
  /** Time to send the headers of a request, and the whole of it (slow-loris). */
  headersMsMax: 20 * SECOND,
  requestMsMax: 120 * SECOND,

  // Waiting
  /** How long a poll is held: under the 28 s after which some proxies cut. */
  holdMs: 25 * SECOND,
  /** A hold is shortened by a random part of this, so that a herd spreads out. */
  holdJitterMs: 1.5 * SECOND,
  /** A relay that stops asks bridges to wait a random part of this before they poll again. */
  drainDelayMsMax: 2 * SECOND,
  /** How long a key that was looked up is taken for good by the process that did; what another process revokes ends within that. */
  callerKnownMs: 1 * SECOND,
  /** The shortest hold a bridge falls back to when a network keeps cutting. */
  holdMsMin: 5 * SECOND,
  /** The longest hold that a caller may ask for. */
  holdMsMax: 50 * SECOND,
  /** What a bridge waits beyond the hold before it takes the connection for dead. */
  holdGraceMs: 10 * SECOND,
  /** What a process re-reads a held request's key after (revocation ends holds within 5 s). */
  revocationCheckMs: 2 * SECOND,
  /** A machine is online while it was heard of within this time: one hold, its grace and a retry. */
  presenceMs: 75 * SECOND,
  /** A second bridge that claims a machine is told of for as long: three of its tries. */
  rivalKeptMs: 190 * SECOND,
  /** Backoff of a bridge: base and ceiling of the random wait. */
  backoffMsBase: 1 * SECOND,
  backoffMsMax: 60 * SECOND,

  // Streams
  /** A visible event at least this often: nginx cuts at 60 s, some gateways at 28 s. */
  streamKeepaliveMs: 15 * SECOND,
  /** The second event, for middleboxes that hold one event back. */
  streamSecondEventMs: 500,
  /** A stream is recycled after this time ± 10 %: some gateways cut at 5 minutes. */
  streamRecycleMs: 5 * MINUTE,
  /** A comment that fills small buffers at once. */
  streamPadBytes: 2 * KIB,
  /** A reader has this long to take what waits for it, and longer by what a slow line takes; then it is closed, and resumes. */
  streamStallMs: 5 * SECOND,
  streamBytesPerSecondMin: 16 * KIB,
  /** Events and age that a machine's log keeps; an older offset gets `reset`. */
  logEntriesMax: 10_000,
  logAgeMsMax: 7 * DAY,

  // The app
  /** The first event must be read this long after a stream's headers, and after its request: else something buffers it. */
  helloAfterHeadersMs: 3 * SECOND,
  helloMs: 6 * SECOND,
  /** Streams that close this soon, so many in a row: something between does not let them live. */
  streamQuickCloseMs: 1 * SECOND,
  streamQuickClosesMax: 3,
  /** Silence of a stream after which it is dead: two keepalives and a late third; and how often before the app gives streams up. */
  streamSilenceMs: 40 * SECOND,
  streamSilencesMax: 2,
  /** One message of a stream; a line without end must not fill a phone. */
  streamMessageBytesMax: 4 * MIB,
  /** Long-polls cut this soon, so many in a row: the app asks without waiting. */
  longPollCutMs: 5 * SECOND,
  longPollCutsMax: 3,
  /** Time between two reads where nothing may be held. */
  shortPollMs: 5 * SECOND,
  /** How long a network's verdict holds before events are tried again. */
  ladderVerdictMs: 30 * MINUTE,
  /** A hidden app closes its stream after this time. */
  hiddenMs: 10 * SECOND,
  /** The longest wait between two tries while somebody looks at the screen. */
  appBackoffMsMax: 15 * SECOND,
  /** An answer that nobody holds back. */
  answerMs: 20 * SECOND,
  /** Changes that come within this time are kept and drawn together. */
  replicaWriteMs: 100,
  /** What a done command has changed is shown this long without the machine's word. */
  optimisticMs: 5 * SECOND,
  /** Machines that the app keeps whole, whether they were opened or not: a small team sees all of them at once. */
  machinesKeptMax: 20,
  /** In a larger organisation the app keeps a machine this long after it was last opened on the device. */
  machineFollowedMs: 30 * DAY,
  /** How exactly the app notes when a machine was opened: it counts in days. */
  visitNotedMs: 10 * MINUTE,
  /** Snapshots that the app reads at the same time: enough to fill the line, and the first one is not held up by the rest. */
  snapshotsAtOnce: 4,
  /** Settled commands of a machine that the app remembers. */
  commandsRememberedMax: 200,
  /** JavaScript of the first screen, as brotli: a second on a slow phone network. */
  firstRouteBytesMax: 60 * KIB,

  /** Feeds of one stream: an app keeps some tens of machines, and a tool may follow all of a large organisation. */
  feedsPerStreamMax: 2_000,
  /** Bytes of a request that names them, each with its offset. */
  streamRequestBytesMax: 256 * KIB,

  // Commands
  /** Queued commands of one machine. */
  commandsQueuedMax: 1_000,
  /** How many of them one person may have, in number and in bytes. Using up one share leaves the rest to the others. */
  commandsQueuedPerPersonMax: 100,
  queuedBytesPerPersonMax: 16 * MIB,
  /** A lease: what a bridge may hold a command for without a word. */
  leaseMs: 90 * SECOND,
  /** Leases of one command; after the last its outcome is `unknown`. */
  leasesMax: 3,
  /** Expiry of what should happen now, and of "send it when it is back". */
  commandExpiryMs: 60 * SECOND,
  commandExpiryWhenOfflineMs: 24 * HOUR,
  commandExpiryMsMax: 7 * DAY,
  /** How long a settled command is kept (decisions are kept forever). */
  commandKeptMs: 30 * DAY,
  /** Settled commands of one person that a machine's shard keeps, and their bytes with args and results. Beyond that their own oldest go. */
  commandsKeptPerPersonMax: 2_000,
  keptBytesPerPersonMax: 16 * MIB,
  /** The same for all people of a machine together: where they are many, each has an equal part of it. */
  commandsKeptMax: 50_000,
  keptBytesMax: 256 * MIB,
  /** Questions that wait for one machine at once, and those of one person among them: nobody keeps the others from asking. */
  queriesPerMachineMax: 50,
  queriesPerPersonMax: 20,
  /** How long a question waits for its answer: people look at a screen meanwhile. */
  queryMs: 10 * SECOND,
  /** How long an answer is kept for the call that waits for it, on whichever process that is. */
  queryAnswerKeptMs: 30 * SECOND,
  /** Questions that a bridge works on at once; the others wait their turn, so that reading never holds up the machine. */
  queriesAtOnceMax: 8,
  /** Documents of a project that the relay or the app reads to answer a query itself: more would hold up everybody else. The machine is asked instead. */
  copyDocumentsMax: 5000,
  /** Answers of one request of a bridge. */
  answersBytesMax: 6 * MIB,
  /** The result of a command or query; more belongs into a document. */
  resultBytesMax: 5 * MIB + 64 * KIB,
  /** A result that the event of its command carries: an undo of some lines fits, so that a tap costs no further request. */
  commandResultToldBytesMax: 4 * KIB,
  /** Time a command may run where its kind says nothing else. */
  commandRunMs: 30 * SECOND,

  // Records and notices
  /** Records of one machine: what runs there and what is kept for it, of which a person overlooks some tens. */
  recordsPerMachineMax: 500,
  /** Records of one person in one organisation: looks at their machines, marks on notices, views. */
  recordsPerPersonMax: 1_000,
  /** Records that an organisation's members have made for it. */
  recordsPerOrganisationMax: 1_000,
  /** What a record says, as JSON, where its kind says nothing else. */
  recordMetaBytesMax: 32 * KIB,
  /** A record's title, in UTF-16 units: a document's is as long. */
  recordTitleLengthMax: 500,
  /** A notice's title and text, in UTF-16 units: what a lock screen shows, and some lines below. */
  noticeTitleLengthMax: 200,
  noticeTextLengthMax: 1_000,
  /** Notices of one machine: nobody acts on more, and no machine fills the Inbox of all. */
  noticesPerMachineMax: 500,
  /** How long a command that was not done is news. */
  commandNoticeMs: 7 * DAY,
  /** The lock that a bridge holds beside a file while it replaces it. An older one was left by a bridge that was killed: a swap takes milliseconds. */
  targetLockMs: 30 * SECOND,

  // Reading
  /** Descriptions of documents that a relay's process keeps as last read, in UTF-16 units: some twenty machines of a thousand documents. */
  documentTablesLengthMax: 16 * MIB,

  // Retention
  /** A machine that was never heard of again leaves. */
  machineKeptMs: 90 * DAY,
  /** A body that no document holds any more. */
  blobKeptMs: 7 * DAY,

  // Audit
  /** Entries and age that each audit log keeps; what was trimmed leaves an anchor. */
  auditEntriesMax: 100_000,
  auditKeptMs: 400 * DAY,
  /** Entries that one page of the audit looks at, when a filter finds few. */
  auditLookedAtMax: 5_000,

  // Identity
  /** A sign-in link works once, within this time. */
  signInLinkMs: 15 * MINUTE,
  /** Sign-in links that one person may make in an hour, for themselves and for others. */
  signInLinksPerHourMax: 60,
  /** Devices of one organisation that sign commands, those of one person among them, and how often one may add or take back one in a day. */
  deviceKeysMax: 200,
  deviceKeysPerPersonMax: 20,
  deviceKeyActsPerDayMax: 100,
  /** What opens doors (keys, ways to sign in, members, machines, invitations) that one person may do in a day: the audit keeps 100,000 entries of it. */
  doorActsPerDayMax: 200,
  doorActsOfAdminPerDayMax: 5_000,
  /** Keys of one person. */
  keysPerPersonMax: 100,
  /** Browsers in which one person is signed in; a further one ends the session that was not used for longest. */
  sessionsPerPersonMax: 50,
  /** Passkeys, and accounts at the provider, of one person. */
  waysPerPersonMax: 20,
  /** Members of one organisation, and invitations that are open. */
  membersMax: 2_000,
  invitationsMax: 500,
  /** Machines of one organisation. */
  machinesMax: 2_000,
  /** Organisations of one relay. */
  organisationsMax: 1_000,
  /** How far the clocks of a device and a machine may be apart for a signature to count. */
  signatureSkewMs: 5 * MINUTE,
  /** A session of the app that is not used ends. */
  invitationMs: 7 * DAY,
  deviceCodeMs: 10 * MINUTE,
  /** Seconds that a machine waits between its questions whether it was let in. */
  devicePollSeconds: 5,
  /** Codes that one person may try in the time that a code lives, and looks at one code by all: 20 of 25.6 billion. */
  deviceTriesMax: 20,
  /** Machines of one network that may ask to be let in while a code lives (10 minutes): a class, or an office behind one address. */
  deviceRequestsPerNetworkMax: 60,
  /** Machines that ask, and codes that are tried, by all together in 10 minutes: more is logged, and nobody is shut out by it. */
  deviceRequestsAlarm: 500,
  /** A form of the device flow is a few short fields. */
  formBytesMax: 4 * KIB,
  sessionMs: 90 * DAY,
  /** One answer of an OIDC provider: its description, its keys, an ID token with many groups. */
  oidcAnswerBytesMax: 256 * KIB,
  /** A browser that somebody was signed in with is known again so long: guesses of strangers do not keep it out. */
  knownDeviceMs: 180 * DAY,
  /** Browsers of one person that are known so; those signed in with latest. */
  knownDevicesMax: 20,
  /** Time to answer a passkey's challenge. */
  passkeyChallengeMs: 5 * MINUTE,
  /** Length of a password in characters (NIST SP 800-63B asks for 8, and no rules on what is in it), and what one try may cost. */
  passwordLengthMin: 10,
  passwordLengthMax: 256,
  /** Passwords that may be tried for one e-mail within a time, by each network and by each device that is known. */
  passwordTriesMax: 10,
  passwordTriesMs: 15 * MINUTE,
  /** Wrong ones of all strangers together for one e-mail in that time: nobody mistypes so often. The audit tells of it, and each network gets this many tries. */
  passwordTriesAlarm: 50,
  passwordTriesAlarmedMax: 2,
  /** Wrong ones of one network for whichever e-mails in that time; an office behind one address mistypes less. */
  passwordTriesOfNetworkMax: 100,
  /** Passwords that one process checks at a time, each for 19 MiB and some tens of ms of a core; and that wait for it, of strangers and of those who are known. */
  passwordChecksMax: 4,
  passwordChecksWaitingMax: 64,
  /** Members of one organisation who sign in by the same e-mail, each by a password of their own. */
  emailHoldersMax: 10,
  /** Wrong keys and sign-in tokens of one network in a minute. */
  signInFailuresPerMinuteMax: 30,

  // The bridge
  /** What waits in the bridge's journal, commands and results together: a handful of the largest documents; more is refused (`no-space`). */
  journalBytesMax: 64 * MIB,
  /** A line of it: an answer of the relay, written as JSON once more. A longer one is none of ours. */
  journalLineBytesMax: 24 * MIB,
  /** Lines that could not be read, kept for whoever wants to look. */
  journalAsideBytesMax: 16 * MIB,
  /** Settled commands that a bridge remembers until they expire, so that one offered again is not done again: four hours of one every second. */
  commandsEndedMax: 20_000,
  /** A word of the relay (who sent a command, its kind, a handle) as a bridge keeps and prints it, in UTF-16 units. */
  relayWordLengthMax: 200,
  /** Entries that wait for an audit log that cannot be written. */
  auditWaitingMax: 1_000,
  /** A machine whose clock is further from the relay's is told so, and its edits carry the relay's time. */
  clockSkewMs: 5 * MINUTE,
  /** A settings or ignore file of a project: hostile input, and a few lines in practice. */
  settingFileBytesMax: 64 * KIB,
  /** Rules of one ignore file: each is tried on each path. */
  ignoreRulesMax: 2_000,
  /** The first look at a project; after it the bridge goes on without. */
  projectLookMs: 20 * SECOND,
  /** The machine's own audit log; the older half goes then. And one line of it. */
  bridgeAuditBytesMax: 8 * MIB,
  auditLineBytesMax: 64 * KIB,
  /** More paths than this that change within this time are a storm (a checkout, a generator); it is gathered so long. */
  stormPathsMax: 20,
  stormWindowMs: 100,
  settleStormMs: 250,
  /** A rescan that makes a watcher's bug a delay and never a loss. */
  rescanMs: 5 * MINUTE,
  /** A tick, and how late it must come for the machine to have slept. */
  tickMs: 2 * SECOND,
  tickLateMs: 6 * SECOND,
  /** Sockets are renewed after this time. */
  connectionRenewMs: 15 * MINUTE,
  /** A file that vanished is looked for again after this time: editors rename and write anew. */
  vanishGraceMs: 150,
  /** The tools' registries of projects, and what `sallyport projects` has changed, are read this often. */
  registryLookMs: 1 * MINUTE,
  /** A folder that appeared, or came again under its name, is watched and looked at anew a moment later, and once more after this time: it may have been made anew meanwhile. */
  watchMomentMs: 50,
  watchAgainMs: 1 * SECOND,
  /** A project whose root is gone (unmounted), or that cannot be watched for want of watches, is looked at this often. */
  awayLookMs: 5 * SECOND,
  /** Bytes just read that are kept until they are uploaded, so that a file is not read twice. */
  bodyCacheBytesMax: 24 * MIB,
  /** Time for a connection to stand: TCP, a proxy's CONNECT, TLS, each. */
  connectMs: 10 * SECOND,
  /** A proxy that drops connections is tried so often, within this time, before the link backs off. */
  proxyTriesMax: 3,
  proxyTriesMs: 3 * SECOND,
  /** The answer to a call that is not held: a slow uplink needs 25 s for one batch. */
  callMs: 60 * SECOND,
  /** A longer answer is cut: the bridge does not trust a relay with its memory. */
  answerBytesMax: 16 * MIB,
  /** Conditions of one machine, and the length of each of their sentences in UTF-16 units: what a card on a phone can show. */
  conditionsMax: 50,
  conditionTextMax: 500,
  /** Where nothing accepts connections, the relay's port is looked at this often, for this long: a restart or an update takes a minute or two. */
  lookEveryMs: 2 * SECOND,
  lookForRelayMs: 5 * MINUTE,
  /** How long one look waits for TCP: two losses of the first packet. */
  knockMs: 4 * SECOND,
  /** A second bridge with a machine's key asks again after this time: once in a presence, so that a silent holder is noticed soon. */
  machineInUseRetryMs: 60 * SECOND,
  /** Empty answers in less than this, so many in a row, and a bridge slows down. */
  quickAnswerMs: 1 * SECOND,
  quickAnswersMax: 5,
} as const;
