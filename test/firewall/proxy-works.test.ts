/** A bridge behind the proxies that companies run. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openSquid, openTinyproxy } from '../kit/fault-proxy.ts';
import { needs } from '../kit/parts.ts';
import { specText } from '../kit/projects.ts';

const first = 'specs/001-first-light/README.md';

for (const [name, openProxy] of [
  ['squid', openSquid],
  ['tinyproxy', () => openTinyproxy()],
] as const) {
  test(`through ${name} a project goes up, and a save arrives`, { skip: needs('squid', 'tinyproxy') }, async () => {
    await using relay = await openApi();
    await using through = await openProxy();
    await using machine = await openBridge(relay, { proxy: through.proxy });
    await machine.event('synced');
    await writeFile(join(machine.root, first), specText('Through the proxy'));
    await eventually(async () => (await machine.documents()).get(first)?.title === 'Through the proxy');
    assert.equal(machine.events.filter(({ event }) => event === 'trouble').length, 0, machine.log());
  });
}
