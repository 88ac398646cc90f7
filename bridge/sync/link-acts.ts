/** The work of a link in each state: connect, compare the manifests, then upload, poll and send results in parallel. */
import { documentKey, documentPlace } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { runAnswers } from './answers.ts';
import type { Pending } from './batch.ts';
import { runChannels } from './channels.ts';
import { inOrder } from './in-order.ts';
import { runInbox } from './inbox.ts';
import type { LeftNow } from './left.ts';
import { type LinkNow, type LinkSession, move } from './link-state.ts';
import { manifestPages } from './manifest.ts';
import { createPace } from './pace.ts';
import { persist } from './persist.ts';
import { runPoll } from './poll.ts';
import { runResults } from './results.ts';
import { untilFirstEnds } from './side-by-side.ts';
import { runUpload } from './upload.ts';

/** Does the work of the current state; returns or throws when it is over. */
export async function act(link: LinkNow, signal: AbortSignal): Promise<void> {
  const { state, session } = link;
  if (state === 'connecting' || session === undefined) await connect(link, signal);
  else if (state === 'comparing') await compare(link, session, signal);
  else await live(link, session, signal);
}

async function connect(link: LinkNow, signal: AbortSignal): Promise<void> {
  const { client, clock, hears, sides } = link.deps;
  const attempt = async () => {
    link.attempt += 1;
    const body = connectBody(link, sides.relay.digest());
    return await client.call('bridgeConnect', { body, gzip: link.tuning.gzip, signal });
  };
  const answer = await persist(attempt, { contact: link.contact, signal });
  clock.set(answer);
  const { memory } = link;
  if (answer.handle !== memory.handle) memory.after = 0;
  Object.assign(memory, {
    handle: answer.handle,
    wishedMs: answer.waitSeconds * 1000,
    learned: link.holds.recall(),
  });
  link.session = { answer };
  link.deps.records.wanted(answer.wantRecords ?? []);
  hears.connected(answer);
  if (!answer.resync) tellDifferences(link.deps);
  move(link, answer.resync ? 'differs' : 'matched', client.where);
}

/** The relay has what it was taken to have: only that is told in which this machine differs. */
function tellDifferences({ sides, untold }: LinkNow['deps']): void {
  sides.settled();
  for (const key of sides.differing()) if (!untold.pending.has(key)) untold.pending.set(key, documentPlace(key));
}

function connectBody({ deps, attempt, memory }: LinkNow, manifestDigest: string) {
  const { instance, commands, announced, acknowledged } = deps;
  return {
    ...announced(),
    instance,
    attempt,
    journal: commands.journal(),
    acknowledged: memory.acknowledged ?? acknowledged(),
    manifestDigest,
    records: deps.records.revs(),
  };
}

async function compare(link: LinkNow, { answer }: LinkSession, signal: AbortSignal): Promise<void> {
  const { client, untold, documents, sides } = link.deps;
  const { epoch } = answer;
  const gaps = documents.comparing();
  sides.begin(gaps);
  const wanted: { key: string; project: string; path: string; mtime: number | undefined }[] = [];
  for (const page of manifestPages(sides.own.sorted(), { gaps })) {
    const attempt = () => client.call('bridgeManifest', { body: { epoch, ...page }, gzip: link.tuning.gzip, signal });
    const { want } = await persist(attempt, { contact: link.contact, signal, untilLost: true });
    const keys = new Set<string>();
    for (const [project, path] of want) {
      const key = documentKey({ project, path });
      keys.add(key);
      wanted.push({ key, project, path, mtime: documents.document(key)?.mtime });
    }
    sides.compared(page, keys);
  }
  for (const { key, project, path } of inOrder(wanted))
    if (!untold.pending.has(key)) untold.pending.set(key, { project, path });
  tellDifferences(link.deps);
  move(link, 'compared', client.where);
}

async function live(link: LinkNow, session: LinkSession, signal: AbortSignal): Promise<void> {
  const { contact, deps } = link;
  const { client, untold, commands, queries, channels, hears } = deps;
  const common = { client, epoch: session.answer.epoch, contact, pending: untold.pending };
  const telling = new Set<string>();
  await untilFirstEnds(signal, [
    (loop) => runUpload({ ...common, ...uploadOf(link, session, telling) }, loop),
    (loop) => runPoll({ ...common, ...pollOf(link) }, loop),
    (loop) => runResults({ ...common, source: commands, telling, wakeup: untold.results }, loop),
    (loop) => runAnswers({ ...common, source: queries, wakeup: untold.answers }, loop),
    (loop) => runChannels({ ...common, source: channels.source, bytesMax: bytesOfChannels(link) }, loop),
    (loop) => runInbox({ ...common, sink: channels.inbox, ladders: link.ladders, onWay: hears.inbox }, loop),
  ]);
}

/** No more than the network has taken of documents. */
function bytesOfChannels({ tuning }: LinkNow): number {
  return Math.min(tuning.bytesMax, limits.channelAppendBytesMax);
}

function uploadOf({ deps, tuning, memory }: LinkNow, { answer }: LinkSession, telling: Set<string>) {
  const { untold, hears } = deps;
  const { document, bytes, unread, total } = deps.documents;
  const { epoch, handle } = answer;
  let told = false;
  return {
    pieces: new Map(),
    pace: createPace(),
    total,
    wakeup: untold.upload,
    tuning,
    sources: {
      document,
      bytes,
      isHeld: (key: string) => deps.sides.own.heldAt(key) !== undefined,
      manifest: deps.sides.relay,
      uploaded: new Set<string>(),
      telling,
      records: untold.records,
    },
    onAcknowledged: (seq: number, ops: readonly Pending[], left: LeftNow | undefined) => {
      memory.acknowledged = { handle, epoch, seq };
      hears.acknowledged(memory.acknowledged, ops);
      hears.uploading(left && { ...left, there: left.of - left.left });
      untold.results.ring();
    },
    onRefused: hears.refused,
    onDone: () => {
      untold.results.ring();
      if (told || unread() !== undefined) return;
      told = true;
      hears.synced();
    },
  };
}

function pollOf({ deps, memory, holds }: LinkNow) {
  const { clock, commands, queries, hears } = deps;
  return {
    memory,
    clock,
    sink: commands,
    queries,
    onConditions: hears.conditions,
    onCut: (livedMs: number) => {
      holds.learn(memory.learned);
      hears.note(`the network cut a held request after ${Math.round(livedMs / 1000)} s; asking for less`);
    },
  };
}
