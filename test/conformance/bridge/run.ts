/** `npm run conformance -- --url URL --key KEY`: runs the cases against any relay, one line each; exit code 1 if one fails. */
import { parseArgs } from 'node:util';
import { readCases, runCase } from './cases.ts';

const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string' }, only: { type: 'string' } },
});
if (values.url === undefined || values.key === undefined) {
  console.error('Usage: npm run conformance -- --url https://relay.example --key spu_… [--only RULE]');
  process.exit(2);
}
const relay = { url: values.url, key: values.key };
let failed = 0;
for (const each of await readCases()) {
  if (values.only !== undefined && values.only !== each.rule) continue;
  try {
    await runCase(each, relay);
    console.log(`✓ ${each.rule}  ${each.title}`);
  } catch (error) {
    failed += 1;
    console.log(`✗ ${each.rule}  ${each.title}\n    ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
