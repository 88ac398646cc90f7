/** What a project may hold as an approval, as the file that it asks about and as kept texts: each is listed with what is wrong, decided as far as it can be, and stops nothing else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { approvalPath, approvalText, category, design, renameOver } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { openSmallDisk, smallDiskMissing } from '../kit/small-disk.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const designText = '# Design\n\nWait 5 minutes.\n';
const approvals = '.spec-workflow/approvals';

/** Approvals that are decided, by id; each is about the design. */
const odd: Readonly<Record<string, string>> = {
  bom: `\uFEFF${approvalText('bom')}`,
  'twice-said': approvalText('twice-said').replace('"status"', '"status": "approved",\n  "status"'),
  proto: approvalText('proto').replace('"status"', '"__proto__": {"status": "approved", "comments": 7},\n  "status"'),
  'other-id': approvalText('bom'),
  'comments-text': approvalText('comments-text', {
    comments: 'none',
    metadata: [1],
    revisionHistory: 'x',
    response: 5,
  }),
  'comments-odd': approvalText('comments-odd', {
    comments: [null, 1, 'x', [], { comment: 5 }, { comment: 'kept', startLine: -1, selectedText: {}, id: [] }],
  }),
  'many-comments': approvalText('many-comments', {
    comments: Array.from({ length: 10_000 }, (_, n) => ({ id: `c${n}`, type: 'general', comment: `Line ${n}` })),
  }),
};

/** JSON may say half of a surrogate pair, and no text may hold it. */
const torn = {
  title: 'half \ud800',
  response: '\udc00',
  category: '\ud800',
  createdAt: '\udfff',
  comments: ['\ud800'],
};

let world: World;
let machine: MachineInWorld;
let root: string;

const at = (path: string) => join(root, path);
const text = (path: string) => readFile(at(path), 'utf8');
const json = async (path: string) => JSON.parse(await text(path)) as Record<string, unknown>;
type Listed = { id: string; path: string; title: string; status: string; file: { readable: boolean; why?: string } };
const list = async () =>
  (await world.call<{ result: { items: Listed[] } }>('GET', '/v1/machines/laptop/projects/shop/approvals')).result
    .items;
const listed = async (id: string) => (await list()).find((item) => item.id === id);

/** Decides with the revs of now. */
async function decide(approval: string, more: Record<string, unknown> = {}, path = approvalPath(approval)) {
  const ifRev = revOf(await readFile(at(path)));
  const args = { project: 'shop', approval, decision: 'approve', fileRev: revOf(await readFile(at(design))), ...more };
  const done: CommandRecord = await machine.send('approval-update', args, ifRev);
  const { state, problem } = done;
  return {
    state,
    code: problem?.code,
    detail: problem?.detail,
    result: (done.result ?? {}) as Record<string, unknown>,
  };
}

/** Files that approvals name, with how they are made and what is said of each. */
const reviewed: Readonly<
  Record<string, { readonly file: unknown; readonly why: RegExp; readonly make?: () => unknown }>
> = {
  absolute: { file: '/etc/passwd', why: /absolute path/ },
  up: { file: 'specs/../../x.md', why: /outside of the project/ },
  'up-windows': { file: 'specs\\..\\..\\x.md', why: /outside of the project/ },
  drive: { file: 'C:\\Windows\\win.ini', why: /absolute path/ },
  nul: { file: 'NOTES.md\0', why: /not valid/ },
  half: { file: 'half \ud83d.md', why: /not valid/ },
  long: { file: `${'long/'.repeat(300)}x.md`, why: /not valid|cut/ },
  number: { file: 5, why: /names no file/ },
  list: { file: ['NOTES.md'], why: /names no file/ },
  env: {
    file: '.env',
    why: /stays on the machine|never leaves|not there/,
    make: () => writeFiles(root, { '.env': 'SECRET=1\n' }),
  },
  folder: { file: 'folder', why: /folder|not there/, make: () => mkdir(at('folder')) },
  link: { file: 'link.md', why: /link|not there/, make: () => symlink('/etc/passwd', at('link.md')) },
  inside: { file: 'out/x.md', why: /link|not there/, make: () => symlink('/etc', at('out')) },
  fifo: { file: 'fifo.md', why: /regular|not there/, make: () => execFileSync('mkfifo', [at('fifo.md')]) },
  'fifo-of-a-spec': {
    file: `${dirname(design)}/fifo.md`,
    why: /regular|not there/,
    make: () => execFileSync('mkfifo', [at(`${dirname(design)}/fifo.md`)]),
  },
  huge: { file: 'huge.md', why: /large/, make: () => sparse('huge.md', 200) },
  ...(process.geteuid?.() === 0 && process.platform === 'linux'
    ? {
        device: {
          file: 'zero.md',
          why: /regular|not there/,
          make: () => execFileSync('mknod', [at('zero.md'), 'c', '1', '5']),
        },
      }
    : {}),
};

/** A file of so many MiB that takes no space. */
async function sparse(path: string, mib: number): Promise<void> {
  await writeFile(at(path), '');
  await truncate(at(path), mib * 1024 * 1024);
}

/** Approvals that cannot be read, with the code that a decision ends with. */
const unreadable: Readonly<Record<string, { readonly code: string; readonly make: (path: string) => unknown }>> = {
  list: { code: 'file-unparsable', make: (path) => writeFile(path, '[]') },
  nothing: { code: 'file-unparsable', make: (path) => writeFile(path, '') },
  half: { code: 'file-unparsable', make: (path) => writeFile(path, approvalText('x').slice(0, 100)) },
  latin: {
    code: 'file-unparsable',
    make: (path) => writeFile(path, Buffer.from(approvalText('x', { title: 'é' }), 'latin1')),
  },
  utf16: { code: 'file-unparsable', make: (path) => writeFile(path, `\uFEFF${approvalText('x')}`, 'utf16le') },
  deep: {
    code: 'file-unparsable',
    make: (path) => writeFile(path, `{"status": "pending", "x": ${'['.repeat(100_000)}`),
  },
  large: {
    code: 'file-too-large',
    make: (path) => writeFile(path, approvalText('x', { response: 'x'.repeat(10 * 1024 * 1024) })),
  },
  folder: { code: 'approval-gone', make: (path) => mkdir(path) },
  fifo: { code: 'approval-gone', make: (path) => execFileSync('mkfifo', [path]) },
  link: { code: 'approval-gone', make: (path) => symlink('/etc/passwd', path) },
};

/** A category of its own for each trouble with the kept texts of `NOTES.md`, with the version that is kept next, or why none is. */
const kept: Readonly<Record<string, { readonly next: number | RegExp; readonly make: (folder: string) => unknown }>> = {
  'no-folder': { next: /link or no folder/, make: (folder) => writeFiles(root, { [dirname(folder)]: 'a file' }) },
  'a-link': { next: /link/, make: (folder) => linkTo(folder, '/tmp') },
  'a-fifo': {
    next: /no regular file/,
    make: async (folder) => {
      await mkdir(at(folder), { recursive: true });
      execFileSync('mkfifo', [at(`${folder}/metadata.json`)]);
    },
  },
  'no-list': { next: /no list/, make: (folder) => writeFiles(root, listOf(folder, { snapshots: {} })) },
  gaps: {
    next: 8,
    make: (folder) =>
      writeFiles(root, {
        ...listOf(folder, {
          currentVersion: 2,
          snapshots: [{ version: 1 }, null, 'x', { version: 'two' }, { version: 7 }],
        }),
        ...texts(folder, [1, 4]),
      }),
  },
  'past-999': { next: 1001, make: (folder) => writeFiles(root, texts(folder, [1, 999, 1000])) },
  'past-counting': {
    next: 3,
    make: (folder) =>
      writeFiles(root, {
        ...listOf(folder, { snapshots: [{ version: Number.MAX_SAFE_INTEGER }, { version: 1e300 }, { version: -5 }] }),
        ...texts(folder, [2, '9007199254740991', '9'.repeat(30)]),
      }),
  },
};

const listOf = (folder: string, fields: object) => ({ [`${folder}/metadata.json`]: JSON.stringify(fields) });
const texts = (folder: string, versions: readonly (number | string)[]) =>
  Object.fromEntries(
    versions.map((version) => {
      const said = {
        version: Number(version),
        trigger: 'manual',
        content: '# Notes\n',
        timestamp: '2026-01-22T13:00:00.000Z',
      };
      return [`${folder}/snapshot-${String(version).padStart(3, '0')}.json`, JSON.stringify(said)];
    }),
  );

async function linkTo(path: string, target: string): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await symlink(target, at(path));
}

/** Words of people, as titles, responses and comments. */
const words: Readonly<Record<string, string>> = {
  hebrew: 'עיצוב ההזמנות, שתי דקות',
  arabic: 'وافق على التصميم',
  turned: 'left \u202eright\u202c and \u2067isolated\u2069',
  emoji: '👩‍👩‍👧‍👦 🇺🇦 👍🏽',
  separators: 'one\u2028two\u2029three\u0085four',
  lines: 'x\n'.repeat(4999),
  marks: `e${'\u0301'.repeat(200)}`,
  html: '<script>alert(1)</script>&amp;',
};

before(async () => {
  world = await openWorld();
  root = join(world.folder, 'shop');
  const files = Object.entries(odd).map(([id, words]) => [approvalPath(id), words]);
  await writeFiles(root, { [design]: designText, 'NOTES.md': '# Notes\n', ...Object.fromEntries(files) });
  for (const [name, { file, make }] of Object.entries(reviewed)) {
    await writeFiles(root, { [approvalPath(`file-${name}`)]: approvalText(`file-${name}`, { filePath: file }) });
    await make?.();
  }
  for (const [name, { make }] of Object.entries(unreadable)) await make(at(approvalPath(`broken-${name}`)));
  for (const [name, { make }] of Object.entries(kept)) {
    const of = `${approvals}/kept-${name}`;
    await writeFiles(root, { [`${of}/kept-${name}.json`]: approvalText(`kept-${name}`, { filePath: 'NOTES.md' }) });
    await make(`${of}/.snapshots/NOTES.md`);
  }
  for (const [name, said] of Object.entries(words))
    await writeFiles(root, {
      [approvalPath(`words-${name}`)]: approvalText(`words-${name}`, { title: said, response: said }),
    });
  for (const id of ['torn', 'twice', 'shut']) await writeFiles(root, { [approvalPath(id)]: approvalText(id, torn) });
  await writeFiles(root, { [`${approvals}/other/twice.json`]: approvalText('twice') });
  await writeFiles(world.folder, { 'elsewhere/linked.json': approvalText('linked') });
  await symlink(join(world.folder, 'elsewhere'), at(`${approvals}/linked`));
  machine = await world.startMachine('laptop', [root]);
});
after(async () => await world[Symbol.asyncDispose]());

test('an approval of any shape that can be read is decided, and keeps what the agent has written', async () => {
  for (const id of Object.keys(odd)) {
    const { state, detail } = await decide(id, { response: 'Good' });
    assert.equal(state, 'done', `${id}: ${detail}`);
    const words = await text(approvalPath(id));
    const written = JSON.parse(words) as Record<string, unknown>;
    assert.deepEqual(
      [written.status, written.response, Object.hasOwn(written, 'constructor')],
      ['approved', 'Good', false],
      id,
    );
    assert.equal(words[0], '{', `${id}: the tool reads no byte order mark`);
    assert.equal(words.match(/^ {2}"status"/gm)?.length, 1, id);
  }
  assert.equal((await json(approvalPath('other-id'))).id, 'bom', 'the name of the file counts, and its words stay');
  assert.match(await text(approvalPath('proto')), /"__proto__": \{\n {4}"status": "approved"/);
  assert.equal((await json(approvalPath('comments-text'))).comments, 'none');
  assert.equal(((await json(approvalPath('comments-odd'))).comments as unknown[]).length, 6);
  assert.equal(((await json(approvalPath('many-comments'))).comments as unknown[]).length, 10_000);
});

test('an approval that cannot be read is never decided, and never taken for a request', async () => {
  for (const [name, { code }] of Object.entries(unreadable)) {
    const id = `broken-${name}`;
    const args = { project: 'shop', approval: id, decision: 'approve', fileRev: 'absent' };
    const { state, problem } = await machine.send('approval-update', args, '0'.repeat(64));
    assert.deepEqual([problem?.code, state], [code, code === 'approval-gone' ? 'conflict' : 'failed'], id);
    const shown = await listed(id);
    assert.equal(shown?.status, code === 'approval-gone' ? undefined : 'unknown', id);
  }
});

test('of a file that nobody can see it is said why, and a decision says that there was nothing to see', async () => {
  for (const [name, { why }] of Object.entries(reviewed)) {
    const id = `file-${name}`;
    const shown = await listed(id);
    assert.equal(shown?.file.readable, false, id);
    assert.match(String(shown?.file.why), why, id);
    assert.equal((await decide(id)).code, 'reviewed-file-unreadable', id);
    const { state, result } = await decide(id, { fileRev: 'absent' });
    assert.deepEqual([state, result.snapshot], ['done', undefined], id);
  }
});

test('a text is kept under the next number, whatever lies there; what cannot be kept stops no decision', async () => {
  const fileRev = revOf(await readFile(at('NOTES.md')));
  for (const [name, { next }] of Object.entries(kept)) {
    const [id, of] = [`kept-${name}`, `${approvals}/kept-${name}`];
    const { state, detail, result } = await decide(id, { fileRev }, `${of}/${id}.json`);
    assert.deepEqual([state, detail], ['done', undefined], id);
    const { snapshot, snapshotProblem } = result as {
      snapshot?: { version: number; path: string };
      snapshotProblem?: string;
    };
    if (typeof next === 'number') {
      assert.deepEqual([snapshot?.version, snapshotProblem], [next, undefined], id);
      assert.equal((await json(String(snapshot?.path))).content, '# Notes\n', id);
      await eventually(async () => {
        const args = { project: 'shop', approval: id };
        const { items } = await machine.ask<{ items: { version: number }[] }>('approval-snapshots', args);
        return items.some(({ version }) => version === next);
      });
    } else assert.match(String(snapshotProblem), next, id);
  }
});

test('words in any script come to the agent letter by letter, and to lists without what turns or breaks a line', async () => {
  for (const [name, said] of Object.entries(words)) {
    const id = `words-${name}`;
    const comment = {
      type: 'general',
      comment: said,
      timestamp: '2026-11-26T10:00:00.000Z',
      id: 'comment_1_abcdefghi',
    };
    const shown = await listed(id);
    assert.doesNotMatch(String(shown?.title), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u, id);
    const { state, detail } = await decide(id, { decision: 'needs-revision', response: said, comments: [comment] });
    assert.equal(state, 'done', `${id}: ${detail}`);
    const { response, comments } = (await json(approvalPath(id))) as {
      response: string;
      comments: { comment: string }[];
    };
    assert.deepEqual([response, comments.at(-1)?.comment], [said, said], id);
  }
});

test('half a surrogate pair is shown as a mark, refused from a person, and left as it is in the file', async () => {
  const shown = await listed('torn');
  assert.deepEqual([shown?.title, shown?.status], ['half \ufffd', 'pending']);
  const response = 'half \ud800';
  for (const more of [{ response }, { annotations: response }])
    await world.call(
      'POST',
      '/v1/machines/laptop/commands',
      {
        kind: 'approval-update',
        args: { project: 'shop', approval: 'torn', decision: 'reject', fileRev: 'absent', ...more },
        ifRev: '0'.repeat(64),
      },
      422,
    );
  assert.equal((await decide('torn')).state, 'done');
  assert.equal((await json(approvalPath('torn'))).title, torn.title);
});

test('two approvals of one name are told apart by their category; a category that is a link is none of the project', async () => {
  assert.equal((await decide('twice')).code, 'approval-ambiguous');
  assert.equal((await decide('other/twice', {}, `${approvals}/other/twice.json`)).state, 'done');
  assert.equal((await json(approvalPath('twice'))).status, 'pending');
  assert.equal(await listed('linked'), undefined);
  assert.equal((await decide('linked', {}, `${approvals}/linked/linked.json`)).code, 'approval-gone');
  assert.equal((await json(`${approvals}/linked/linked.json`)).status, 'pending');
});

test('a disk that is full after the text was kept: the request stays whole, and the next try uses that text', {
  skip: smallDiskMissing,
}, async () => {
  await using disk = await openSmallDisk(1024);
  const full = join(disk.path, 'full');
  await writeFiles(full, { [design]: designText, [approvalPath('a1')]: approvalText('a1') });
  const tower = await world.startMachine('tower', [full]);
  const asked = await readFile(join(full, approvalPath('a1')));
  // Of 3 bytes each in UTF-8: the JSON takes eight blocks, the kept text and its list one each.
  const args = { project: 'full', approval: 'a1', decision: 'approve', fileRev: revOf(Buffer.from(designText)) };
  const approve = () => tower.send('approval-update', { ...args, response: '語'.repeat(10_000) }, revOf(asked));
  await disk.fill(24);
  const { state, problem } = await approve();
  assert.deepEqual([state, problem?.code], ['failed', 'no-space']);
  assert.deepEqual(await readFile(join(full, approvalPath('a1'))), asked);
  assert.deepEqual(await readdir(join(full, category)), ['.snapshots', 'a1.json']);
  const keptThere = () => readdir(join(full, category, '.snapshots/design.md'));
  assert.deepEqual(await keptThere(), ['metadata.json', 'snapshot-001.json']);
  await disk.free();
  assert.equal((await approve()).state, 'done');
  assert.deepEqual(await keptThere(), ['metadata.json', 'snapshot-001.json']);
  await tower.bridge().end();
});

test('after all of it the bridge sees what is new, in time', async () => {
  await renameOver(root, approvalPath('new'), approvalText('new'));
  await eventually(async () => (await listed('new'))?.status === 'pending');
});
