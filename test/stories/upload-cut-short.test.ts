/** A batch that does not get through: it was lost on its way, or is too large for a gateway. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openMeddler } from '../kit/meddler.ts';
import { specText, writeFiles } from '../kit/projects.ts';

const old = 'specs/archived/001-old/README.md';

test('what changes of a document beside its text comes up, also where the batch with it was lost on the way', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url);
  const make = (root: string) =>
    writeFiles(root, { [old]: specText('Old'), 'specs/002-new/README.md': specText('New') });
  await using machine = await openBridge(relay, { through: gateway.url, make });
  await machine.event('synced');
  const isArchived = async () => JSON.stringify((await machine.documents()).get(old)).includes('archived":true');
  assert.ok(await isArchived());
  let lost = 0;
  gateway.meddle = ({ path, text }) => {
    if (!path.startsWith('/v1/bridge/ingest') || !text().includes(old)) return undefined;
    lost += 1;
    return lost === 1 ? { silent: true } : undefined;
  };
  // The archive becomes the folder of specs: what is in it is archived no more.
  await writeFiles(machine.root, { '.lean-spec/config.json': JSON.stringify({ specsDir: 'specs/archived' }) });
  await eventually(() => lost === 1);
  // A second format is announced: the link begins again.
  await writeFiles(machine.root, { [join('.spec-workflow', 'specs', 'till', 'design.md')]: '# Till\n' });
  await eventually(async () => (await machine.documents()).has('.spec-workflow/specs/till/design.md'));
  await eventually(async () => !(await isArchived()), { timeoutMs: 5000 });
});

test('behind a gateway that takes little, what people work on still comes first and archives last', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url);
  const came: string[] = [];
  gateway.meddle = ({ path, text }) => {
    if (!path.startsWith('/v1/bridge/ingest')) return undefined;
    if (text().length > limits.ingestBytesMax / 2) return { status: 413, answer: 'too large' };
    came.push(...(text().match(/specs\/[^"]*README\.md/g) ?? []));
    return undefined;
  };
  // More than are read at once.
  const fresh = Array.from({ length: 48 }, (_, n) => `1${String(n).padStart(2, '0')}-new`);
  const names = ['archived/001-old', 'archived/002-older', ...fresh];
  const body = () => 'x'.repeat((0.6 * limits.ingestBytesMax) / names.length);
  const texts = names.map((name) => [`specs/${name}/README.md`, specText(name, {}, body())] as const);
  await using machine = await openBridge(relay, {
    through: gateway.url,
    make: (root) => writeFiles(root, Object.fromEntries(texts)),
  });
  await machine.event('synced');
  const archived = [...new Set(came)].flatMap((path, nth) => (path.includes('/archived/') ? [nth] : []));
  assert.ok(
    archived.every((nth) => nth >= fresh.length / 2),
    `archives came as ${archived}`,
  );
});
