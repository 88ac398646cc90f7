/** A script follows a machine with curl through gateways: each save comes once, in order and soon; by events, or by long-polls where a gateway keeps events back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls } from '../kit/bridge-calls.ts';
import { followByCurl } from '../kit/curl-reader.ts';
import { eventually } from '../kit/eventually.ts';
import { openWeather, type WeatherName } from '../kit/weather.ts';

const path = 'specs/001-first/README.md';
/** What a busy machine adds. */
const busyMs = 1500;

/** `lateMs` is what the network adds to each save. */
const rows: readonly (readonly [name: WeatherName, by: 'events' | 'long-polls', lateMs: number])[] = [
  ['clear', 'events', 0],
  ['holds back one chunk', 'events', 500],
  ['holds back one chunk', 'long-polls', 0],
  ['passes on full KiB only', 'long-polls', 0],
  ['buffers every answer to its end', 'long-polls', 0],
  ['compresses every answer', 'events', 0],
  ['compresses every answer as a whole', 'long-polls', 0],
  ['cuts every answer after 3 s', 'events', 200],
  ['strips ETag and unknown headers of answers', 'events', 0],
  ['strips unknown headers', 'events', 0],
];

test('a script with curl gets each save once, in order and soon (S2, S4)', {
  concurrency: true,
}, async (t) => {
  const all = rows.map(([name, by, lateMs]) =>
    t.test(`through a gateway that is or does: ${name}; by ${by}`, async () => {
      await using relay = await openApi();
      await using gateway = await openWeather(relay.url, name);
      const bridge = await openBridgeCalls(relay);
      await using reader = followByCurl({ url: gateway.url, key: relay.ownerKey, machine: bridge.machine }, by);
      const late: number[] = [];
      // Until the network has cut, if it cuts.
      const isCut = () => !name.startsWith('cuts') || reader.starts() > 1;
      for (let n = 0; n < 5 || !isCut(); n++) {
        const rev = await bridge.put(path, `# Save ${n}\n`);
        const savedAt = Date.now();
        late.push((await eventually(() => reader.at(rev))) - savedAt);
      }
      assert.ok(Math.max(...late.slice(1)) < lateMs + busyMs, `${late}`);
      const positions = reader.offsets.map((offset) => Number(offset.split('.').at(-1)));
      assert.deepEqual(
        positions,
        positions.map((_, index) => index + 1),
      );
    }),
  );
  await Promise.all(all);
});
