/** Who decides on the proxy: `--pac`, a variable, the settings of macOS and Windows (as their commands print them), or nobody. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFailedHops } from '../../bridge/net/failed-hops.ts';
import { createWayFinder, sayWays, type WayOptions } from '../../bridge/net/ways.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const relay = 'https://relay.corp.example';

/** `scutil --proxy` of macOS 15. */
const scutil = (lines: readonly string[], exceptions: readonly string[] = []) => `<dictionary> {
  ExceptionsList : <array> {
${exceptions.map((entry, at) => `    ${at} : ${entry}\n`).join('')}  }
  FTPPassive : 1
${lines.map((line) => `  ${line}\n`).join('')}  HTTPEnable : 0
}
`;

/** `reg query` of Windows 11. */
const registry = (lines: readonly string[]) =>
  [
    '',
    'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings',
    '    DisableCachingOfSSLPages    REG_DWORD    0x0',
    '    User Agent    REG_SZ    Mozilla/4.0 (compatible; MSIE 8.0; Win32)',
    ...lines.map((line) => `    ${line}`),
    '',
    'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections',
    '',
  ].join('\r\n');

const macProxy = scutil(
  ['HTTPSEnable : 1', 'HTTPSPort : 3128', 'HTTPSProxy : proxy.corp'],
  ['*.local', '169.254/16', '10.0.0.0/8', 'relay.home.example'],
);
const winProxy = registry([
  'ProxyEnable    REG_DWORD    0x1',
  'ProxyServer    REG_SZ    proxy.corp:8080',
  'ProxyOverride    REG_SZ    *.home.example;10.*;<local>',
]);

async function waysOn(platform: NodeJS.Platform, output: string, url = relay, more: Partial<WayOptions> = {}) {
  return await createWayFinder(new URL(url), { env: {}, platform, run: async () => output, ...more }).find();
}

for (const [title, platform, output, url, said, by] of [
  ['macOS', 'darwin', macProxy, relay, 'http://proxy.corp:3128 (from the settings of macOS)', 'system'],
  ['an exception by name', 'darwin', macProxy, 'https://relay.home.example', 'directly', 'nobody'],
  ['an exception by star', 'darwin', macProxy, 'https://relay.local', 'directly', 'nobody'],
  ['an exception by network', 'darwin', macProxy, 'https://10.1.2.3', 'directly', 'nobody'],
  ['one by a short network', 'darwin', macProxy, 'https://169.254.9.9', 'directly', 'nobody'],
  [
    'no exception',
    'darwin',
    macProxy,
    'https://11.1.2.3',
    'http://proxy.corp:3128 (from the settings of macOS)',
    'system',
  ],
  [
    'SOCKS of macOS',
    'darwin',
    scutil(['SOCKSEnable : 1', 'SOCKSPort : 1080', 'SOCKSProxy : gate.corp']),
    relay,
    'socks5h://gate.corp:1080 (from the settings of macOS)',
    'system',
  ],
  [
    'what is switched off',
    'darwin',
    scutil(['HTTPSEnable : 0', 'HTTPSProxy : x', 'HTTPSPort : 1']),
    relay,
    'directly',
    'nobody',
  ],
  ['Windows', 'win32', winProxy, relay, 'http://proxy.corp:8080 (from the settings of Windows)', 'system'],
  ['an override', 'win32', winProxy, 'https://relay.home.example', 'directly', 'nobody'],
  ['an override by address', 'win32', winProxy, 'https://10.3.4.5', 'directly', 'nobody'],
  ['<local>', 'win32', winProxy, 'https://relay', 'directly', 'nobody'],
  [
    'Windows by scheme',
    'win32',
    registry(['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    http=a:1;https=b:2;socks=c:3']),
    relay,
    'http://b:2 (from the settings of Windows)',
    'system',
  ],
  [
    'SOCKS of Windows',
    'win32',
    registry(['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    socks=c:3']),
    relay,
    'socks5h://c:3 (from the settings of Windows)',
    'system',
  ],
  ['Windows with it off', 'win32', winProxy.replace('0x1', '0x0'), relay, 'directly', 'nobody'],
  ['Linux', 'linux', 'never asked', relay, 'directly', 'nobody'],
] as const)
  test(`the system's proxy: ${title}`, async () => {
    const ways = await waysOn(platform, output, url);
    assert.deepEqual([sayWays(ways), ways.by], [said, by]);
  });

test('WPAD is told and never used', async () => {
  for (const [platform, output] of [
    ['darwin', scutil(['ProxyAutoDiscoveryEnable : 1'])],
    ['win32', registry(['AutoDetect    REG_DWORD    0x1'])],
  ] as const) {
    const ways = await waysOn(platform, output);
    assert.deepEqual(ways.hops, [undefined]);
    assert.match(
      ways.note ?? '',
      /WPAD, which Sallyport never uses: name the proxy in HTTPS_PROXY, or the file by --pac/,
    );
  }
});

test('a command that fails means no settings', async () => {
  const run = async () => Promise.reject(new Error('reg is not here'));
  assert.equal((await waysOn('win32', '', relay, { run })).by, 'nobody');
});

test('--pac comes before a variable, a variable before the system, and loopback before all', async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, "function FindProxyForURL() { return 'PROXY pac.corp:1; DIRECT'; }");
  const env = { HTTPS_PROXY: 'http://me:secret@env.corp:2' };
  const flagged = await waysOn('darwin', macProxy, relay, { env, pac });
  assert.deepEqual(
    [sayWays(flagged), flagged.by],
    [`http://pac.corp:1 (from the PAC file ${pac}), then directly`, 'pac'],
  );
  const variable = await waysOn('darwin', macProxy, relay, { env });
  assert.deepEqual([sayWays(variable), variable.by], ['http://env.corp:2 (from HTTPS_PROXY)', 'environment']);
  const exempt = await waysOn('darwin', macProxy, relay, { env: { no_proxy: '.corp.example' } });
  assert.deepEqual([exempt.hops, exempt.source], [[undefined], 'no_proxy']);
  const here = await waysOn('darwin', macProxy, 'https://localhost', { env, pac });
  assert.deepEqual([here.hops, here.source], [[undefined], 'this machine']);
});

test('a variable lends its password to the same proxy in a PAC file', async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, "function FindProxyForURL() { return 'PROXY a.corp:3128; PROXY b.corp:3128'; }");
  const { hops } = await waysOn('linux', '', relay, { env: { HTTPS_PROXY: 'http://me:secret@a.corp:3128' }, pac });
  assert.deepEqual(
    hops.map((hop) => hop?.url.href),
    ['http://me:secret@a.corp:3128/', 'http://b.corp:3128/'],
  );
});

for (const [lender, named, isLent] of [
  ['https://me:secret@gate.corp:3128', 'PROXY gate.corp:3128', false],
  ['https://me:secret@gate.corp', 'PROXY gate.corp', false],
  ['https://me:secret@gate.corp', 'PROXY gate.corp:443', false],
  ['http://me:secret@gate.corp:1080', 'SOCKS gate.corp:1080', false],
  ['http://me:secret@gate.corp:3128', 'PROXY gate.corp:3129', false],
  ['https://me:secret@gate.corp', 'HTTPS Gate.corp:443', true],
  ['socks5://me:secret@gate.corp', 'SOCKS gate.corp:1080', true],
] as const)
  test(`the password for ${lender.replace('me:secret@', '')} ${isLent ? 'goes' : 'does not go'} to ${named}`, async () => {
    await using folder = await openTemporaryFolder();
    const pac = join(folder.path, 'proxy.pac');
    await writeFile(pac, `function FindProxyForURL() { return '${named}'; }`);
    const { hops } = await waysOn('linux', '', relay, { env: { HTTPS_PROXY: lender }, pac });
    assert.equal(hops[0]?.url.password, isLent ? 'secret' : '');
  });

test('a proxy is named in the variable that counts for the address of the relay', async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, "function FindProxyForURL() { return 'PROXY a.corp:3128'; }");
  const variableOf = async (url: string) => (await waysOn('linux', '', url, { pac })).hops[0]?.variable;
  assert.equal(await variableOf(relay), 'HTTPS_PROXY');
  assert.equal(await variableOf('http://relay.corp.example'), 'HTTP_PROXY');
  const bySystem = await waysOn('win32', winProxy, 'http://relay.corp.example');
  assert.equal(bySystem.hops[0]?.variable, 'HTTP_PROXY');
});

test('a PAC file that names too many ways is used, and the rest is told', async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(
    pac,
    "function FindProxyForURL() { let a = ''; for (let i = 0; i < 99; i++) a += 'PROXY p' + i + ':1;'; return a; }",
  );
  for (const ways of [
    await waysOn('linux', '', relay, { pac }),
    await waysOn('win32', registry([`AutoConfigURL    REG_SZ    ${pac}`])),
  ])
    assert.match(sayWays(ways), /^http:\/\/p0:1 .*, then http:\/\/p7:1 [^,]*\. It names 99 ways; only the first 8/);
});

test('what is said of a PAC file shows no name, password or query of its address', async () => {
  const gone = 'http://me:hunter2@127.0.0.1:1/proxy.pac?token=abc';
  const texts: string[] = [];
  await assert.rejects(waysOn('linux', '', relay, { pac: gone }), (error: Error) => texts.push(error.message) > 0);
  texts.push((await waysOn('win32', registry([`AutoConfigURL    REG_SZ    ${gone}`]))).note ?? '');
  for (const text of texts) {
    assert.match(text, /The PAC file http:\/\/127\.0\.0\.1:1\/proxy\.pac cannot be used/);
    assert.doesNotMatch(text, /hunter2|abc/);
  }
});

test("the system's own PAC file is used; if it cannot be read, that is told and the way is direct", async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  const output = registry([`AutoConfigURL    REG_SZ    ${pac}`]);
  const broken = await waysOn('win32', output);
  assert.deepEqual(broken.hops, [undefined]);
  assert.match(broken.note ?? '', /The PAC file .*proxy\.pac cannot be used: no such file or directory/);
  await writeFile(pac, "function FindProxyForURL() { return 'SOCKS gate:1080'; }");
  const ways = await waysOn('win32', output);
  assert.equal(sayWays(ways), `socks5h://gate:1080 (from the PAC file ${pac} in the settings of Windows)`);
});

test('a proxy that failed comes last for a minute, and then first again', async () => {
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, "function FindProxyForURL() { return 'PROXY a:1; PROXY b:2'; }");
  let now = 0;
  const finder = createWayFinder(new URL(relay), { env: {}, pac, clock: () => now });
  const hosts = async () => (await finder.find()).hops.map((hop) => hop?.url.host);
  const [first] = (await finder.find()).hops;
  finder.failed(first);
  assert.deepEqual(await hosts(), ['b:2', 'a:1']);
  now = 60_001;
  assert.deepEqual(await hosts(), ['a:1', 'b:2']);
});

test('of proxies that failed only those of the last minute are remembered, however many a PAC file names', () => {
  let now = 0;
  const failed = createFailedHops(() => now);
  const hop = (at: number) => ({ url: new URL(`http://p${at}:1`), source: 'x' });
  for (let at = 0; at < 10_000; at++) {
    now = at * 1000;
    failed.add(hop(at));
  }
  assert.equal(failed.count(), 60);
  assert.deepEqual(failed.sorted([hop(9999), undefined, hop(1)]), [undefined, hop(1), hop(9999)]);
  now += 60_000;
  assert.deepEqual(failed.sorted([hop(9999), undefined]), [hop(9999), undefined]);
  assert.equal(failed.count(), 0);
});
