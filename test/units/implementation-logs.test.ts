/** Implementation logs: the grammar as the tool reads it, and logs that are written from afar. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { artifactKindNames, type LogEntry, readLog, writeLog } from '#contract/grammar/implementation-log.ts';
import { readLegacyLogs } from '#contract/grammar/implementation-log-json.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { openWorkshop, type Workshop } from '../kit/executor.ts';
import { realMarkdownFiles, realProjectsMissing, writeFiles } from '../kit/projects.ts';

const entry: LogEntry = {
  id: 'd1ce28be-c94a-412e-b341-8fe1fff7b843',
  taskId: '2.1',
  timestamp: '2026-01-22T18:15:20.482Z',
  summary: 'フィルタ番号を直した: **bold**, # no heading 🙂',
  filesModified: ['internal/rtx/parsers/config.go'],
  filesCreated: ['a b/c, d.ts'],
  statistics: { linesAdded: 120, linesRemoved: 20, filesChanged: 2 },
  artifacts: {
    apiEndpoints: [{ method: 'GET', path: '/api/users/:id (v2)', purpose: 'One user', location: 'a.ts:1' }],
    components: [
      { name: 'Card', type: 'React', purpose: 'Shows: one', location: 'b.tsx', props: 'x', exports: ['a', 'b'] },
    ],
    functions: [
      { name: 'f()', purpose: 'No idea', location: 'c.ts', signature: '(a: string) => void', isExported: false },
    ],
    classes: [{ name: 'C', purpose: 'p', location: 'd.ts', methods: ['m'], isExported: true }],
    integrations: [{ description: 'd', frontendComponent: 'f', backendEndpoint: 'b', dataFlow: 'a -> b' }],
  },
};

test('a log that is written is read back as exactly what was given', () => {
  assert.deepEqual(readLog(writeLog(entry)), entry);
  const empty = { ...entry, filesModified: [], filesCreated: [], artifacts: {} };
  assert.deepEqual(readLog(writeLog(empty)), empty);
  assert.deepEqual(readLog(writeLog(entry).replaceAll('\n', '\r\n')), entry, 'CRLF');
});

test('a log is read as the tool reads it: the last line with a word counts, and without task or id it is no log', () => {
  const text = writeLog(entry);
  assert.equal(readLog(`${text}\n> **Summary:** of somebody else\n`)?.summary, 'of somebody else');
  assert.equal(readLog(text.replace('**Log ID:**', 'Log ID:')), undefined);
  assert.equal(readLog(text.replace('# Implementation Log: Task', '# Log of task')), undefined);
  const unknown = readLog(text.replace('### Classes', '### Other').replace('- **Purpose:** p', '- **__proto__:** N/A'));
  assert.equal(unknown?.artifacts.functions?.length, 2, 'a heading that it does not know changes nothing');
  assert.ok(Object.hasOwn(unknown?.artifacts.functions?.[1] ?? {}, '__proto__'));
});

test('all 80 real logs are read whole, and written again as they were', { skip: realProjectsMissing }, async () => {
  const files = (await realMarkdownFiles()).filter((path) => path.includes('/Implementation Logs/'));
  assert.equal(files.length, 80);
  const counts = Object.fromEntries(artifactKindNames.map((kind) => [kind, 0]));
  for (const path of files) {
    const text = await readFile(path, 'utf8');
    const read = readLog(text);
    assert.ok(read, path);
    for (const kind of artifactKindNames) counts[kind] = (counts[kind] ?? 0) + (read.artifacts[kind]?.length ?? 0);
    // Some logs have artifacts of no known kind: the tool then writes neither them nor that there are none.
    const none = text.includes('_No artifacts recorded_') ? '' : '_No artifacts recorded_\n';
    assert.equal(writeLog(read).replace(none, ''), text.replaceAll(':** N/A\n', ':** \n'), path);
  }
  assert.equal(
    Object.values(counts).reduce((sum, count) => sum + count),
    387,
  );
});

test('the legacy list is read, whatever lies in it', () => {
  assert.deepEqual(readLegacyLogs(JSON.stringify({ entries: [entry], lastUpdated: 'x' })), [entry]);
  for (const torn of ['', '[]', '{}', 'null', '{"entries": 1}']) assert.equal(readLegacyLogs(torn), undefined, torn);
  const hostile = { entries: [null, 1, { id: 'a' }, { id: 'b', taskId: '1', filesModified: 'x', artifacts: [1] }] };
  assert.deepEqual(
    readLegacyLogs(JSON.stringify(hostile))?.map(({ id, filesModified }) => [id, filesModified]),
    [['b', []]],
  );
});

const base = '.spec-workflow/specs/checkout';
const { summary, filesModified, filesCreated, artifacts } = entry;
const wish = { spec: 'checkout', task: '2.1', summary, filesModified, filesCreated, artifacts };
const statistics = { linesAdded: 120, linesRemoved: 20 };

const openShop = () =>
  openWorkshop((root) =>
    writeFiles(root, {
      [`${base}/tasks.md`]: '- [x] 2.1 Fix the filter\n- [ ] 3. Next\n',
      [`${base}/Implementation Logs/torn.md`]: '# Notes\n',
      [`${base}/implementation-log.json`]: JSON.stringify({
        entries: [{ ...entry, id: 'old', timestamp: '2025-01-01T00:00:00.000Z', summary: 'Long ago' }],
      }),
      '.spec-context/specs/other/tasks.md': '- [x] 2.1 Fix the filter\n',
    }),
  );

async function add(shop: Workshop, more: Record<string, unknown> = {}) {
  const { state, problem, result } = await shop.run('impl-log-add', { ...wish, statistics, ...more });
  return {
    state: `${state} ${(problem as CommandProblem | undefined)?.code ?? ''}`.trim(),
    result: result as ResultOf<'impl-log-add'>,
  };
}

async function ask<Result>(shop: Workshop, kind: string, args: Record<string, unknown>) {
  await shop.rescan();
  return (await shop.ask(kind, args)).result as Result;
}

test('a log from afar is a file of the tool, and is found by its words, its task and in the totals', async () => {
  await using shop = await openShop();
  const { state, result } = await add(shop);
  assert.equal(state, 'done');
  const { id, taskId, timestamp } = result.entry;
  assert.equal(
    result.path,
    `${base}/Implementation Logs/task-2-1_${timestamp.slice(0, 16).replace(':', '')}_${id.slice(0, 8)}.md`,
  );
  assert.deepEqual(readLog(await readFile(join(shop.root, result.path), 'utf8')), { ...entry, id, taskId, timestamp });
  assert.equal(result.taskStats.totalImplementations, 2, 'the legacy one counts');

  type Logs = ResultOf<'impl-log-read'>;
  const all = await ask<Logs>(shop, 'impl-log-read', { spec: 'checkout' });
  assert.deepEqual(
    all.entries.map((each) => each.id),
    [id, 'old'],
  );
  assert.match(all.unread[0]?.why ?? '', /Log ID/);
  const found = async (args: Record<string, unknown>) =>
    (await ask<Logs>(shop, 'impl-log-search', args)).entries.map((each) => each.id);
  assert.deepEqual(await found({ q: 'USERS  フィルタ' }), [id]);
  assert.deepEqual(await found({ q: 'long ago' }), ['old']);
  assert.deepEqual(await found({ q: 'users nowhere' }), []);
  assert.deepEqual(await found({ q: 'users', task: '3' }), [], 'the task narrows the search');
  const stats = await ask<ResultOf<'impl-log-task-stats'>>(shop, 'impl-log-task-stats', {
    spec: 'checkout',
    task: '2.1',
  });
  const { lastImplementation, ...totals } = stats;
  assert.deepEqual(totals, result.taskStats);
  assert.equal(lastImplementation?.id, id);

  // The tool moves an entry of the legacy list into a file of its own: it is one entry still.
  await writeFile(join(shop.root, base, 'Implementation Logs', 'moved.md'), writeLog({ ...entry, id: 'old' }));
  assert.equal((await ask<Logs>(shop, 'impl-log-read', { spec: 'checkout' })).entries.length, 2);
});

test('what the tool would not read back as it was given is refused, and nothing is written', async () => {
  await using shop = await openShop();
  const [endpoint] = entry.artifacts.apiEndpoints ?? [];
  const [made] = entry.artifacts.classes ?? [];
  const withEndpoint = (more: object) => ({ artifacts: { apiEndpoints: [{ ...endpoint, ...more }] } });
  const wrong: Record<string, unknown>[] = [
    ...['a\nb', 'a\u2028b', '', 'The **Log ID:** of it', '**Summary:** x', 'half \ud800'].map((text) => ({
      summary: text,
    })),
    { filesModified: ['a', 'see **Files Changed:** 3'] },
    { filesCreated: ['_No files created_'] },
    { statistics: { linesAdded: -1, linesRemoved: 0 } },
    { statistics: { linesAdded: 1.5, linesRemoved: 0 } },
    { artifacts: { tables: [] } },
    withEndpoint({ purpose: 'Yes' }),
    withEndpoint({ purpose: 'N/A' }),
    withEndpoint({ location: 'a **Timestamp:** b' }),
    withEndpoint({ method: 'GET /x' }),
    withEndpoint({ owner: 'me' }),
    { artifacts: { classes: [{ ...made, methods: ['a, b'] }] } },
  ];
  for (const more of wrong) assert.equal((await add(shop, more)).state, 'failed args-invalid', JSON.stringify(more));
  assert.equal((await add(shop, { task: '9' })).state, 'failed task-unknown');
  assert.equal((await add(shop, { task: '../../x' })).state, 'failed task-unknown');
  assert.equal((await add(shop, { spec: 'other' })).state, 'failed edit-refused');
  assert.equal((await add(shop, { spec: 'nowhere' })).state, 'failed spec-unknown');
  const { documents } = await shop.rescan();
  assert.equal([...documents.keys()].filter((path) => path.includes('Implementation Logs')).length, 1);
});
