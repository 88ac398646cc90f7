/** The manifest: its digest, its pages, and batches that change it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { emptyManifestDigest, manifestLine } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { type BatchSources, type Pending, takeBatch } from '../../bridge/sync/batch.ts';
import type { ManifestDocument } from '../../bridge/sync/digest.ts';
import {
  type Gap,
  gapOfFile,
  gapOfFolder,
  gapOfProject,
  isInGap,
  joinGaps,
  joinOverNothing,
} from '../../bridge/sync/gaps.ts';
import { manifestPages, type PageOfManifest } from '../../bridge/sync/manifest.ts';
import type { Manifest } from '../../bridge/sync/sides.ts';
import { type IndexedDocument, unreadableDescribe } from '../../bridge/watch/indexed-document.ts';
import { openSides } from '../kit/sides.ts';

const wide = { bytesMax: 768 * 1024, opsMax: 500 };

test('the digest of nothing is zeros, and that of one document the hash of its line', () => {
  assert.equal(relayWith().digest(), emptyManifestDigest);
  const one = held('a.md', 'one');
  const line = manifestLine([one.project, one.path, one.rev, one.describe]);
  assert.equal(relayWith([one]).digest(), sha256(line));
});

test('the digest does not depend on the way there', () => {
  const [a, b, c] = [held('a.md', 'one'), held('b.md', 'two'), held('c.md', 'three')];
  const manifest = relayWith([c, held('b.md', 'older'), a]);
  put(manifest, b);
  put(manifest, held('d.md', 'gone'));
  manifest.remove(documentKey({ project: 'project1', path: 'd.md' }));
  manifest.remove('nobody');
  assert.equal(manifest.digest(), relayWith([a, b, c]).digest());
});

test('the relay has what it had while documents change here, until both begin anew', () => {
  const own = ownWith('a.md', 'b.md');
  const { sides, change } = own;
  sides.begin();
  const before = sides.relay.digest();
  change('a.md', 'other');
  change('a.md', 'and other');
  change('b.md', undefined);
  change('c.md', 'new');
  assert.equal(sides.relay.digest(), before);
  assert.deepEqual(
    ['a.md', 'b.md', 'c.md'].map((path) => sides.relay.held.get(keyOf(path))?.rev),
    [sha256('a.md'), sha256('b.md'), undefined],
  );
  assert.equal(sides.relay.held.size, 2);
  change('a.md', 'a.md');
  change('b.md', 'b.md');
  change('c.md', undefined);
  assert.equal(sides.relay.digest(), before);
  change('c.md', 'new');
  sides.begin();
  assert.equal(
    sides.relay.digest(),
    relayWith([held('a.md', 'a.md'), held('b.md', 'b.md'), held('c.md', 'new')]).digest(),
  );
  assert.equal(sides.relay.held.size, 3);
});

test('after a comparison the relay has each page, but for what it wanted, and nothing else', () => {
  const { sides, change } = ownWith('a.md', 'b.md', 'c.md', 'd.md', 'e.md');
  sides.begin();
  const pages = manifestPages(sides.own.sorted(), { pageBytesMax: 250 });
  const compare = (...wanted: string[]) => {
    const value: PageOfManifest = pages.next().value ?? assert.fail();
    sides.compared(value, new Set(wanted.map(keyOf)));
    return value.entries.map(([, path]) => path);
  };
  assert.deepEqual(compare('b.md'), ['a.md', 'b.md']);
  // Meanwhile two that are in the next page change, and one before it.
  change('a.md', 'later');
  change('d.md', undefined);
  change('e.md', 'later');
  assert.deepEqual(compare(), ['c.md', 'e.md']);
  const has = ['a.md', 'b.md', 'c.md', 'd.md', 'e.md'].map((path) => sides.relay.held.get(keyOf(path))?.rev);
  // What it wanted, it may have in another version.
  assert.deepEqual(has, [sha256('a.md'), '', sha256('c.md'), undefined, sha256('later')]);
  put(sides.relay, held('b.md', 'b.md'));
  const after = relayWith([held('a.md', 'a.md'), held('b.md', 'b.md'), held('c.md', 'c.md'), held('e.md', 'later')]);
  assert.equal(sides.relay.digest(), after.digest());
  assert.equal(sides.relay.held.size, 4);
});

test('a file that goes and comes back while its page is on the way is told again: the relay drops it by that page', () => {
  const { sides, change } = ownWith('a.md', 'b.md');
  sides.begin();
  change('b.md', undefined);
  const [page = assert.fail()] = manifestPages(sides.own.sorted());
  change('b.md', 'b.md');
  sides.compared(page, new Set());
  sides.settled();
  assert.deepEqual([...sides.differing()], [keyOf('b.md')]);
  assert.equal(sides.relay.digest(), relayWith([held('a.md', 'a.md')]).digest());
});

test('pages follow on one another, cover everything, and keep the order of UTF-16 units', () => {
  const paths = ['b.md', 'a.md', 'ä.md', '\u{1f600}.md', '\uffee.md', 'a/b.md', 'a-b.md', 'Z.md'];
  const { sides } = ownWith(...paths);
  const pages = [...manifestPages(sides.own.sorted(), { pageBytesMax: 300 })];
  assert.ok(pages.length > 2);
  assert.equal(pages[0]?.from, null);
  assert.equal(pages.at(-1)?.to, null);
  for (const [at, page] of pages.entries()) if (at > 0) assert.equal(page.from, pages[at - 1]?.to);
  const listed = pages.flatMap(({ entries }) => entries.map(([project, path]) => documentKey({ project, path })));
  assert.deepEqual(listed, [...listed].sort());
  assert.equal(listed.length, paths.length);
});

test('an empty manifest is one page that speaks for everything', () => {
  assert.deepEqual([...manifestPages([])], [{ from: null, to: null, entries: [] }]);
});

test('of what is left out no page says anything, wherever it stands, and of all others the pages say everything', () => {
  const projects = ['a', 'b', 'c', 'd', 'da', 'db', 'e', 'f', 'g'];
  const paths = ['\u0001', 'a.md', 'b', 'b.md', 'b/a.md', 'b/b/a.md', 'b0', 'ä.md', '\u{1f600}.md', '\uffee.md'].sort();
  const documents = ['b', 'd', 'da', 'f'].flatMap((project) =>
    paths.filter((_, at) => at % 2 === 1).map((path) => ({ ...held(path, path), project })),
  );
  const [all, below, one] = [gapOfProject, gapOfFolder, gapOfFile];
  const all9 = projects.map(all);
  for (const some of [
    ...projects.map((project) => [all(project)]),
    ...[[all('d'), all('b')], [all('c'), all('e')], all9, [below('d', 'b'), one('d', 'b/a.md'), one('d', 'b.md')]],
    ...paths.map((path) => [one('d', path), all('f'), one('f', path), one('a', path)]),
  ]) {
    const gaps = joinGaps(some);
    for (const pageBytesMax of [300, 100_000]) {
      const pages = [...manifestPages(documents, { gaps, pageBytesMax })];
      for (const key of projects.flatMap((project) => paths.map((path) => documentKey({ project, path })))) {
        const count = pages.filter(
          ({ from, to }) => (from === null || key > from) && (to === null || key <= to),
        ).length;
        assert.equal(count, isInGap(gaps, key) ? 0 : 1, `${key} without ${JSON.stringify(gaps)}`);
      }
      const named = pages.flatMap(({ entries }) => entries.map(([project, path]) => documentKey({ project, path })));
      assert.deepEqual(
        named,
        documents.map(documentKey).filter((key) => !isInGap(gaps, key)),
      );
      for (const { from, to, entries } of pages)
        for (const [project, path] of entries) {
          const key = documentKey({ project, path });
          assert.ok((from === null || key > from) && (to === null || key <= to), 'a page names what it covers');
        }
    }
  }
});

test('a gap is a project, all in a folder or a file, and nothing beside it', () => {
  const isIn = (gap: Gap, path: string, project = 'd') => isInGap([gap], documentKey({ project, path }));
  const other = ['c', 'da', 'D', 'd0'].map((project) => isIn(gapOfProject('d'), 'a.md', project));
  assert.deepEqual([isIn(gapOfProject('d'), '\u{1f600}'), ...other], [true, false, false, false, false]);
  const beside = ['b', 'b.md', 'b0', 'ba/a.md', 'a'].map((path) => isIn(gapOfFolder('d', 'b'), path));
  assert.deepEqual([isIn(gapOfFolder('d', 'b'), 'b/\u{1f600}/a'), ...beside], [true, ...beside.map(() => false)]);
  const near = ['b', 'b.m', 'b.mc', 'b.mcz', 'b.md0', 'b.me'].map((path) => isIn(gapOfFile('d', 'b.md'), path));
  assert.deepEqual([isIn(gapOfFile('d', 'b.md'), 'b.md'), ...near], [true, ...near.map(() => false)]);
});

test('gaps that lie in one another or touch are one, and a gap that stands alone is itself', () => {
  const [all, below, one] = [gapOfProject('d'), gapOfFolder('d', 'b'), gapOfFile('f', 'a.md')];
  assert.deepEqual(joinGaps([one, below, all, gapOfFile('d', 'b/a.md')]), [all, one]);
  assert.deepEqual(
    joinGaps([
      { after: 'c', last: 'd' },
      { after: 'a', last: 'c' },
    ]),
    [{ after: 'a', last: 'd' }],
  );
  assert.equal(isInGap([], 'a'), false);
});

test('gaps of a project with nothing of the machine between them can be one', () => {
  const [one, two, three] = [gapOfFile('d', 'a.md'), gapOfFolder('d', 'b'), gapOfFile('d', 'c.md')];
  const other = gapOfFile('e', 'a.md');
  const joined = (...paths: readonly string[]) =>
    joinOverNothing(
      [one, two, three, other],
      paths.map((path) => documentKey({ project: 'd', path })),
    );
  assert.deepEqual(joined(), [{ after: one.after, last: three.last }, other]);
  assert.deepEqual(joined('0.md', 'd.md'), [{ after: one.after, last: three.last }, other]);
  assert.deepEqual(joined('b.md'), [one, { after: two.after, last: three.last }, other]);
  assert.deepEqual(joined('a0.md', 'ba.md'), [one, two, three, other]);
});

test('of what a comparison left out, the relay counts as having what it counted as having before', () => {
  const { sides, change } = ownWith('a.md');
  // The next life of this machine reads the same file again, and one more.
  change('b.md', 'b.md');
  const gaps = [gapOfProject('project1')];
  sides.begin(gaps);
  for (const page of manifestPages(sides.own.sorted(), { gaps })) sides.compared(page, new Set());
  sides.settled();
  assert.deepEqual([...sides.differing()].sort(), [keyOf('a.md'), keyOf('b.md')], 'both are to be told');
  put(sides.relay, held('a.md', 'a.md'));
  sides.begin(gaps);
  assert.equal(sides.relay.digest(), relayWith([held('a.md', 'a.md')]).digest());
  assert.equal(sides.relay.held.size, 1);
  assert.deepEqual([...sides.differing()], [keyOf('b.md')]);
});

test('what a machine had when it last ended and has not read yet is not deleted at the relay, also where that wants it', async () => {
  const world = { ...createWorld({}), isHeld: () => true };
  put(world.manifest, held('a.md', 'another version'));
  assert.equal(await takeBatch(pendingOf('a.md'), world, wide), undefined);
  assert.ok(world.manifest.held.has(keyOf('a.md')));
});

test('a batch says what the relay lacks, and its digest is that of both sides afterwards', async () => {
  const world = createWorld({ 'new.md': 'new', 'changed.md': 'now', 'same.md': 'same' });
  for (const [path, text] of [
    ['changed.md', 'before'],
    ['same.md', 'same'],
    ['gone.md', 'gone'],
  ] as const)
    put(world.manifest, held(path, text));
  const batch = await takeBatch(pendingOf('new.md', 'changed.md', 'same.md', 'gone.md'), world, wide);
  assert.deepEqual(opsOf(batch), ['put new.md', 'put changed.md', 'delete gone.md']);
  const after = relayWith([held('new.md', 'new'), held('changed.md', 'now'), held('same.md', 'same')]);
  assert.equal(batch?.manifestDigest, after.digest());
});

test('a move is one op, and the old path is not deleted as well', async () => {
  const world = createWorld({ 'there.md': 'text' });
  put(world.manifest, held('here.md', 'text'));
  const pending = new Map<string, Pending>();
  for (const entry of [
    { project: 'project1', path: 'there.md', from: 'here.md' },
    { project: 'project1', path: 'here.md' },
  ])
    pending.set(documentKey(entry), entry);
  const batch = await takeBatch(pending, world, wide);
  assert.deepEqual(opsOf(batch), ['move there.md']);
  assert.equal(batch?.manifestDigest, relayWith([held('there.md', 'text')]).digest());
});

test('of what a comparison left out, bytes go up with a move and a new description too: a relay that was put back may lack them', async () => {
  const { sides } = ownWith();
  sides.begin([gapOfProject('project1')]);
  const bytesTold = async () => {
    const world = { ...createWorld({ 'there.md': 'text', 'same.md': 'same' }), manifest: sides.relay };
    for (const [path, text] of [
      ['here.md', 'text'],
      ['same.md', 'same'],
    ] as const)
      put(sides.relay, held(path, text));
    sides.relay.remove(keyOf('there.md'));
    const move = { project: 'project1', path: 'there.md', from: 'here.md' };
    const others = [
      { project: 'project1', path: 'here.md' },
      { project: 'project1', path: 'same.md', force: true },
    ] as const;
    const pending = new Map<string, Pending>([move, ...others].map((entry) => [documentKey(entry), entry]));
    const batch = await takeBatch(pending, world, wide);
    return (batch?.ops ?? []).map((op) => {
      const { op: name, text, body } = JSON.parse(op) as Record<string, string | undefined>;
      return [name, text ?? body];
    });
  };
  sides.settled();
  const whole = [
    ['put', 'text'],
    ['delete', undefined],
    ['put', 'same'],
  ];
  assert.deepEqual(await bytesTold(), whole);
  // The next connect finds that both have the same.
  sides.settled();
  assert.deepEqual(await bytesTold(), [
    ['move', undefined],
    ['put', 'pending'],
  ]);
});

test('a relay keeps the bytes that it has of a file that cannot be read now, also where it wants the document or was not asked', async () => {
  const { sides } = ownWith();
  sides.begin([gapOfProject('project1')]);
  const made = createWorld({ 'closed.md': 'text' });
  const document = (key: string) => {
    const readable = made.document(key);
    return readable && { ...readable, describe: 1 + unreadableDescribe, meta: { unreadable: '2026-01-01T00:00:00Z' } };
  };
  const world = { ...made, manifest: sides.relay, document, bytes: async () => undefined };
  const wanted = { ...held('closed.md', 'text'), rev: '' };
  for (const before of [held('closed.md', 'text'), wanted]) {
    put(sides.relay, before);
    const [op = '{}'] = (await takeBatch(pendingOf('closed.md'), world, wide))?.ops ?? [];
    assert.equal(JSON.parse(op).body, 'pending');
  }
});

test('a file that was moved and then changed is a put and a delete', async () => {
  const world = createWorld({ 'there.md': 'other text' });
  put(world.manifest, held('here.md', 'text'));
  const pending = new Map<string, Pending>();
  for (const entry of [
    { project: 'project1', path: 'there.md', from: 'here.md' },
    { project: 'project1', path: 'here.md' },
  ])
    pending.set(documentKey(entry), entry);
  assert.deepEqual(opsOf(await takeBatch(pending, world, wide)), ['put there.md', 'delete here.md']);
});

test('what does not fit stays pending, and what was taken back is as if it had never been', async () => {
  const world = createWorld({ 'a.md': 'a'.repeat(900), 'b.md': 'b'.repeat(900), 'c.md': 'c' });
  const pending = pendingOf('a.md', 'b.md', 'c.md');
  const batch = await takeBatch(pending, world, { bytesMax: 2000, opsMax: 500 });
  assert.deepEqual(opsOf(batch), ['put a.md']);
  assert.equal(pending.size, 2);
  batch?.undo();
  assert.equal(world.manifest.digest(), emptyManifestDigest);
});

test('bytes that are no UTF-8 travel as base64, and a BOM is kept', async () => {
  const odd = Buffer.from([0xff, 0xfe, 0x00]);
  const bom = Buffer.from('\ufeff# Title\r\n');
  const world = createWorld({ 'odd.bin': odd, 'bom.md': bom });
  const batch = await takeBatch(pendingOf('odd.bin', 'bom.md'), world, wide);
  const [first, second] = (batch?.ops ?? []).map((op) => JSON.parse(op));
  assert.deepEqual(Buffer.from(first.base64, 'base64'), odd);
  assert.deepEqual(Buffer.from(second.text), bom);
});

test('a file that changed before it could be read is left for its next event', async () => {
  const world = { ...createWorld({ 'a.md': 'a' }), bytes: async () => undefined };
  const pending = pendingOf('a.md');
  assert.equal(await takeBatch(pending, world, wide), undefined);
  assert.equal(pending.size, 0);
});

function keyOf(path: string): string {
  return documentKey({ project: 'project1', path });
}

function put(manifest: Manifest, document: ManifestDocument): void {
  manifest.put(documentKey(document), document);
}

/** A relay with these documents, and a machine without any. */
function relayWith(documents: readonly ManifestDocument[] = []): Manifest {
  const { relay } = ownWith().sides;
  for (const document of documents) put(relay, document);
  return relay;
}

/** A machine whose documents hold their own names, which can be changed. */
function ownWith(...paths: readonly string[]) {
  const { sides, change } = openSides('project1');
  const changeText = (path: string, text: string | undefined) =>
    change(path, text === undefined ? undefined : held(path, text));
  for (const path of paths) changeText(path, path);
  return { sides, change: changeText };
}

function held(path: string, text: string): ManifestDocument {
  return { project: 'project1', path, rev: sha256(text), describe: 1 };
}

function pendingOf(...paths: string[]): Map<string, Pending> {
  return new Map(paths.map((path) => [documentKey({ project: 'project1', path }), { project: 'project1', path }]));
}

/** A machine with these files, and a relay that holds nothing yet. */
function createWorld(files: Readonly<Record<string, string | Buffer>>): BatchSources {
  const documents = new Map<string, IndexedDocument>();
  const bodies = new Map<string, Buffer>();
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content as string);
    const rev = sha256(bytes);
    bodies.set(rev, bytes);
    documents.set(documentKey({ project: 'project1', path }), {
      ...{ project: 'project1', path, kind: 'file', rev, size: bytes.length, mtime: 1 },
      ...{ meta: { format: 'lean-spec' }, format: 'lean-spec', describe: 1 },
    } as IndexedDocument);
  }
  return {
    document: (key) => documents.get(key),
    bytes: async ({ rev }) => bodies.get(rev),
    isHeld: (key) => documents.has(key),
    manifest: relayWith(),
    uploaded: new Set(),
    telling: new Set(),
    records: new Map(),
  };
}

function opsOf(batch: { readonly ops: readonly string[] } | undefined): string[] {
  return (batch?.ops ?? []).map((op) => {
    const { op: name, path, document } = JSON.parse(op) as { op: string; path?: string; document?: { path: string } };
    return `${name} ${path ?? document?.path}`;
  });
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
