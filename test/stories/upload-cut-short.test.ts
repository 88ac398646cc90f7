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

/** A file that stays here for two reasons: its type, and what it holds. */
const plan = 'specs/001-new/plan.zip';

test('what changes of a document beside its text comes up, also where the batch with it was lost on the way', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url);
  const make = (root: string) =>
    writeFiles(root, {
      'specs/001-new/README.md': specText('New'),
      [plan]: `token ${'ghp_'}aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6\n`,
    });
  await using machine = await openBridge(relay, { through: gateway.url, make });
  await machine.event('synced');
  const says = async (why: string) => JSON.stringify((await machine.documents()).get(plan)).includes(why);
  assert.ok(await says('Its type does not leave'));
  let lost = 0;
  gateway.meddle = ({ path, text }) => {
    if (!path.startsWith('/v1/bridge/ingest') || !text().includes(plan)) return undefined;
    lost += 1;
    return lost === 1 ? { silent: true } : undefined;
  };
  // The owner allows the type: what is left is the other reason, of the same bytes.
  await writeFiles(machine.root, { '.sallyport/upload': '*.zip\n' });
  await eventually(() => lost === 1);
  // A second format is announced: the link begins again.
  await writeFiles(machine.root, { [join('.spec-workflow', 'specs', 'till', 'design.md')]: '# Till\n' });
  await eventually(async () => (await machine.documents()).has('.spec-workflow/specs/till/design.md'));
  await eventually(() => says('It seems to hold a GitHub token'), { timeoutMs: 5000 });
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
