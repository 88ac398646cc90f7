/** The files that approvals ask about: shown while an approval waits, wherever in the project they lie, and nothing else with them. */
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { previewUpload } from '../../bridge/projects/preview.ts';
import { approvalPath, approvalText } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { openWatched, watchOf } from '../kit/watched.ts';

const asks = (id: string, filePath: string, more: object = {}) => ({
  [approvalPath(id)]: approvalText(id, { filePath, ...more }),
});

test('a source file under review is there with its changes until nobody asks about it', async () => {
  await using watched = await openWatched((root) =>
    writeFiles(root, { 'src/x.ts': 'one', 'src/y.ts': 'not asked about', ...asks('a1', 'src/x.ts') }),
  );
  assert.ok(watched.has('src/x.ts'), 'with the first look');
  assert.ok(!watched.has('src/y.ts'));
  const { kind, meta } = watched.document('src/x.ts') ?? {};
  assert.deepEqual([kind, meta?.withheld], ['file', undefined]);
  const before = watched.document('src/x.ts')?.rev;
  await writeFile(join(watched.root, 'src/x.ts'), 'another text');
  await eventually(() => watched.document('src/x.ts')?.rev !== before);

  await writeFiles(watched.root, asks('a2', 'NOTES.md'));
  await writeFiles(watched.root, { 'NOTES.md': '# Notes\n' });
  await eventually(() => watched.has('NOTES.md'));
  await watched.rescan();
  assert.ok(watched.has('NOTES.md') && watched.has('src/x.ts'), 'a full look takes nothing away');
  await writeFiles(watched.root, asks('a1', 'src/x.ts', { status: 'approved' }));
  await eventually(() => !watched.has('src/x.ts'));
  assert.ok(watched.has('NOTES.md'));
});

test('a project is read whole with the files under review, also where its disk comes back: what it lacks then is gone', async () => {
  await using folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  const seen: boolean[] = [];
  const onWhole = () => seen.push(watch.project.documents.has('src/x.ts'));
  await using watch = watchOf(root, { onWhole });
  await watch.begin();
  assert.deepEqual(seen, []);
  await writeFiles(root, { 'src/x.ts': 'one', ...asks('a1', 'src/x.ts') });
  await watch.rescan();
  assert.deepEqual(seen, [true]);
});

test('an approval opens no secret, no link, no ignored file, nothing outside; and a dry run lists what it opens', async () => {
  const files = ['.env', 'link.md', 'private/x.md', '/etc/passwd', '../up.md', 'id_rsa', 'plain.rs'];
  await using watched = await openWatched(async (root) => {
    await writeFiles(root, {
      '.env': 'SECRET=1\n',
      id_rsa: 'key',
      'private/x.md': '# Private\n',
      'plain.rs': 'fn main() {}\n',
      '.sallyportignore': 'private/\n',
      ...Object.assign({}, ...files.map((file, n) => asks(`a${n}`, file))),
    });
    await symlink('/etc/passwd', join(root, 'link.md'));
  });
  const shown = files.filter((file) => watched.has(file));
  assert.deepEqual(shown, ['plain.rs']);
  const { documents } = await previewUpload(watched.root);
  assert.deepEqual(
    documents.filter(({ kind }) => kind === 'file').map(({ path, body, why }) => [path, body, why]),
    [['plain.rs', 'uploaded', 'an approval asks about it']],
  );
});
