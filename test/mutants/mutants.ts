/** Rules that guard data, each with a change of one line that takes it out and the story that fails then. A story is one test, named by the beginning of its title. */

export interface Mutant {
  /** What the line promises. */
  readonly rule: string;
  readonly file: string;
  /** The line, or a part of it, as it stands in the file; there only once. */
  readonly line: string;
  /** What stands there without the rule. */
  readonly without: string;
  readonly test: string;
  readonly story: string;
}

export const mutants: readonly Mutant[] = [
  // The app.
  {
    rule: 'the editor holds the version that was opened',
    file: 'pwa/views/Editor.tsx',
    line: 'await read(structuredClone(unwrap(props.document)))',
    without: 'await read(props.document)',
    test: 'test/browser/editor.test.ts',
    story: 'what an agent saves while somebody writes',
  },
  {
    rule: 'a body is what its rev says, whoever brought it',
    file: 'pwa/state/checked-body.ts',
    line: 'if (!(await isRevOf(bytes, rev))) return undefined;',
    without: '',
    test: 'test/units/pwa-checked-body.test.ts',
    story: 'what is not what its rev says is nothing',
  },
  // The relay.
  {
    rule: 'a command is leased to the connection that is the newest when the lease is written',
    file: 'api/relay/poll.ts',
    line: 'expect: [...parts.expect, ...taken.expect, fence],',
    without: 'expect: [...parts.expect, ...taken.expect],',
    test: 'test/units/relay-races.test.ts',
    story: 'a command goes to the connection of now',
  },
  {
    rule: 'a second bridge waits while the first is present',
    file: 'api/relay/holder.ts',
    line: "if (instance?.folder !== holder.folder || instance.run === holder.run) return 'in-use';",
    without: "if (instance?.folder !== holder.folder || instance.run === holder.run) return 'take';",
    test: 'test/units/relay-holder.test.ts',
    story: 'SQLite: a copied key does not silence the honest bridge',
  },
  {
    rule: 'calls of an older connection are refused',
    file: 'api/relay/rows.ts',
    line: 'if (epoch < row.epoch) throw new Problem(olderEpoch(epoch, row.holder));',
    without: '',
    test: 'test/units/relay-holder.test.ts',
    story: 'SQLite: a bridge started again takes over at once',
  },
  {
    rule: 'a batch is taken once',
    file: 'api/relay/ingest.ts',
    line: 'if (envelope.seq <= sync.value.seq) return',
    without: 'if (envelope.seq < sync.value.seq) return',
    test: 'test/units/relay-ingest.test.ts',
    story: 'a batch sent twice changes nothing',
  },
  {
    rule: 'a machine holds no more documents than its limit',
    file: 'api/relay/ingest.ts',
    line: 'checkCounts(applied.sync.counts);',
    without: '',
    test: 'test/units/relay-races.test.ts',
    story: 'a machine at its limit of documents',
  },
  {
    rule: 'a body that came in pieces is what its rev says',
    file: 'api/relay/blob.ts',
    line: 'if (sha256(await store.pieces(shard, rev)) !== rev) {',
    without: 'if (sha256(await store.pieces(shard, rev)) === "") {',
    test: 'test/units/relay-ingest.test.ts',
    story: 'a large body that arrives changed',
  },
  {
    rule: 'a reader is handed blocks only where it stands level with the pump',
    file: 'api/relay/feed-reader.ts',
    line: 'own.isLive = own.place !== undefined && own.pump.isAt(own.place);',
    without: 'own.isLive = own.place !== undefined;',
    test: 'test/units/relay-races.test.ts',
    story: 'a save that comes between the last look and the cut-over',
  },
  {
    rule: 'a place that this process has not heard of yet is looked up, not taken for lost',
    file: 'api/relay/pump.ts',
    line: 'if (place.position > (followed.state?.last ?? 0)) followed.isStale = true;',
    without: '',
    test: 'test/units/relay-races.test.ts',
    story: 'a reader who was told more by another process',
  },
  {
    rule: 'who comes while the log is being read waits for that',
    file: 'api/relay/pump.ts',
    line: 'while (followed.isStale || followed.refreshing !== undefined) {',
    without: 'while (followed.isStale) {',
    test: 'test/units/relay-races.test.ts',
    story: 'a reader who comes while another is reading the log',
  },
  // The bridge.
  {
    rule: 'a lease that ran out is renewed before anything changes',
    file: 'bridge/commands/run.ts',
    line: 'if (deps.serverNow() > command.leasedUntil && !(await deps.renew(command.id)))',
    without: 'if (deps.serverNow() > command.leasedUntil && !(await Promise.resolve(true)))',
    test: 'test/units/command-executor.test.ts',
    story: 'a lease that ran out is renewed',
  },
  {
    rule: 'a command that is known is not begun again',
    file: 'bridge/commands/execute.ts',
    line: 'if (isKnown(command)) await meetAgain(command);',
    without: 'if (isKnown(command) && journal.open(command.id)) await meetAgain(command);',
    test: 'test/units/command-executor.test.ts',
    story: 'the same id again is the same command',
  },
  {
    rule: 'what is about to change is on the disk first',
    file: 'bridge/commands/run.ts',
    line: 'await deps.journal.effect(command.id, { project, step, at, isLast, ...(isLast && { result }) });',
    without: '',
    test: 'test/security/files-killed.test.ts',
    story: 'killed behind the rename',
  },
  {
    rule: 'after a crash the disk says whether it was done',
    file: 'bridge/commands/effects/write-file.ts',
    line: "if (rev === after) return 'done';",
    without: "if (rev === after) return 'not-begun';",
    test: 'test/units/command-executor.test.ts',
    story: 'killed before the effect',
  },
  {
    rule: 'of a command with several effects that a crash cut in two, nothing stays done',
    file: 'bridge/commands/recover.ts',
    line: "await takeBack(site, found === 'done' ? steps : steps.slice(0, -1));",
    without: '',
    test: 'test/units/command-effects.test.ts',
    story: 'killed between two effects: with 1',
  },
  {
    rule: 'an edit is made of the version that its sender saw',
    file: 'bridge/commands/edit-document.ts',
    line: 'if (context.ifRev !== undefined && read.rev !== context.ifRev)',
    without: 'if (context.ifRev === "" && read.rev !== context.ifRev)',
    test: 'test/units/command-executor.test.ts',
    story: 'two edits of one version in a row',
  },
  {
    rule: 'a new file never takes the place of one that came meanwhile',
    file: 'bridge/files/write.ts',
    line: 'await link(fresh, folder.at(name)).catch(',
    without: 'await rename(fresh, folder.at(name)).catch(',
    test: 'test/security/files.test.ts',
    story: 'a file that went away, or came where none was',
  },
  {
    rule: 'two bridges never swap one file at once',
    file: 'bridge/files/write.ts',
    line: 'await using _lock = await lockTarget(folder, name, id);',
    without: '',
    test: 'test/security/files-raced.test.ts',
    story: 'in 150 rounds of two processes',
  },
  {
    rule: 'no folder on the way to a file is a link',
    file: 'bridge/files/guard.ts',
    line: 'constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);',
    without: 'constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);',
    test: 'test/security/files.test.ts',
    story: 'a link in place of a parent leads nowhere',
  },
  {
    rule: 'a file whose content looks like a secret is listed without it',
    file: 'bridge/leaving/rules.ts',
    line: 'const secret = secretIn(bytes);',
    without: 'const secret = secretIn(new Uint8Array());',
    test: 'test/units/watch-stories.test.ts',
    story: 'a token that somebody pasted into a spec',
  },
  {
    rule: 'a folder that came anew under its name is watched anew, with all below it',
    file: 'bridge/watch/watcher.ts',
    line: 'for (const path of knownBelow(watcher.getWatched(), root, folders)) letGo(path);',
    without: '',
    test: 'test/units/watch-replaced-folders.test.ts',
    story: 'folders that are replaced before anybody can look',
  },
  {
    rule: 'of two tasks with one number neither is chosen for somebody',
    file: 'bridge/commands/kinds/task-status-update.ts',
    line: 'if (numbered.length === 1) return first;',
    without: 'return first;',
    test: 'test/units/command-handlers.test.ts',
    story: 'a number that two tasks have',
  },
  {
    rule: "the machine's policy decides",
    file: 'bridge/commands/judge.ts',
    line: "if (verdict === 'refuse')",
    without: "if (verdict === 'refuse' && wish.kind.length === 0)",
    test: 'test/units/command-executor.test.ts',
    story: 'the policy decides',
  },
  {
    rule: 'a signature counts for one command',
    file: 'bridge/commands/nonces.ts',
    line: 'if (known !== undefined) return known.id === id;',
    without: 'if (known !== undefined) return true;',
    test: 'test/units/command-signatures.test.ts',
    story: 'a replay under another id',
  },
];
