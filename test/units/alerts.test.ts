/** The alert rules, as Prometheus' own tool reads them, and when they fire. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const rules = join(import.meta.dirname, '../../docs/alerts.yaml');
const promtool = findProgram('promtool');
const skip =
  promtool === undefined && "promtool is not installed (Debian's package prometheus): the rules are not checked";

/** With a label that the operator's Prometheus adds to each series, as one in Kubernetes does. */
const heldByThousands = 'sallyport_held_requests{job="sallyport",pod="relay-1",route="/v1/bridge/poll"}';

/** Each rule with a series that must make it fire, and one that must not; in some, another series is there as well. */
const cases: readonly (readonly [alert: string, series: string, fires: string, rests: string, beside?: string])[] = [
  ['SallyportDown', 'up{job="sallyport"}', '1x60 0x120', '1x180'],
  ['SallyportMachinesLeave', 'sallyport_machines{status="online"}', '10x60 4x30', '10x60 6x30'],
  ['SallyportCommandsWait', 'sallyport_commands{state="queued"}', '0x10 300x170', '0x10 300x30 0x140'],
  ['SallyportCommandsUnknown', 'sallyport_commands{state="unknown"}', '2x150 5x30', '5x180'],
  ['SallyportFeedsNotTrimmed', 'sallyport_feed_entries_max', '30000x200', '10000x200'],
  ['SallyportFeedsNotTrimmed', 'sallyport_feed_age_seconds_max', '900000x200', '600000x200'],
  ['SallyportStoreFails', 'sallyport_store_failures_total{operation="commit"}', '0+2x60', '5x60'],
  ['SallyportFails', 'sallyport_http_requests_total{route="/v1/me",method="GET",status="500"}', '0+2x60', '5x60'],
  ['SallyportStoreGrows', 'sallyport_store_bytes', '1000000+1000x2000', '100000000+10x2000'],
  ['SallyportAlarm', 'sallyport_alarms_total{alarm="many-codes-tried"}', '0x30 1x5', '1x60'],
  ['SallyportMemory', 'process_resident_memory_bytes{job="sallyport"}', '600000000x60', '300000000x60'],
  [
    'SallyportMemory',
    'process_resident_memory_bytes{job="sallyport",pod="relay-1"}',
    '900000000x60',
    '700000000x60',
    heldByThousands,
  ],
];

test('promtool takes the alert rules, and they fire when they should', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  const run = (...args: readonly string[]) => spawnSync(promtool ?? '', args, { encoding: 'utf8', cwd: folder.path });
  const checked = run('check', 'rules', rules);
  assert.equal(checked.status, 0, checked.stderr);
  // No alert is expected of either: promtool names each that fires.
  const firing = async (name: string, valuesOf: (one: (typeof cases)[number]) => string) => {
    const tests = cases.map((one) => {
      const [alertname, series, , , beside] = one;
      const values = valuesOf(one);
      const minutes = values.split(' ').reduce((sum, part) => sum + Number(part.split('x')[1]), 0);
      const expected = [{ eval_time: `${minutes}m`, alertname, exp_alerts: [] }];
      const others = beside === undefined ? [] : [{ series: beside, values: `3000x${minutes}` }];
      return { interval: '1m', input_series: [{ series, values }, ...others], alert_rule_test: expected };
    });
    await writeFile(join(folder.path, name), JSON.stringify({ rule_files: [rules], evaluation_interval: '5m', tests }));
    const { stdout, stderr } = run('test', 'rules', name);
    return [...`${stdout}${stderr}`.matchAll(/Labels:\{[^}]*alertname="(\w+)"/g)].map(([, alert]) => alert);
  };
  assert.deepEqual(await firing('rests.json', ([, , , rests]) => rests), []);
  assert.deepEqual(
    await firing('fires.json', ([, , fires]) => fires),
    cases.map(([alert]) => alert),
  );
});
