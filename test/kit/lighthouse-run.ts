/** Runs Lighthouse at a browser's debugging port, on the phone profile, and prints a line of JSON for each address. A program of its own: one of its libraries does not bear `--conditions=browser`, which tests run with. */
import lighthouse from 'lighthouse';

const [port = '', categories = '', ...urls] = process.argv.slice(2);

for (const url of urls) {
  const result = await lighthouse(url, {
    port: Number(port),
    output: 'json',
    logLevel: 'silent',
    onlyCategories: categories.split(','),
    formFactor: 'mobile',
    // No picture of the page is looked at, and to make it takes as long as all else.
    disableFullPageScreenshot: true,
    // The session and what was read stay: a screen of the app is looked at, not the sign-in.
    disableStorageReset: true,
  });
  if (result === undefined) throw new Error(`Lighthouse said nothing of ${url}`);
  const { lhr } = result;
  const scores = Object.fromEntries(
    Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(100 * (score ?? 0))]),
  );
  const weighed = Object.values(lhr.categories).flatMap(({ auditRefs }) =>
    auditRefs.filter(({ weight }) => weight > 0),
  );
  const amiss = weighed.flatMap(({ id }) => {
    const audit = lhr.audits[id];
    if (audit === undefined || audit.score === null || audit.score === 1) return [];
    return [`${id}: ${audit.title} ${JSON.stringify(audit.details ?? '').slice(0, 600)}`];
  });
  console.log(JSON.stringify({ url, scores, amiss }));
}
