/** `sallyport doctor` in each network that breaks something: it names what is in the way, and what to do. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import tls from 'node:tls';
import { Problem } from '#contract/problems.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Patient } from '../../bridge/doctor/patient.ts';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { trustRoots } from '../../bridge/net/trust.ts';
import { createWayFinder, type Ways } from '../../bridge/net/ways.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { createCertificate } from '../kit/certificate.ts';
import { examine } from '../kit/examined.ts';
import { type Fault, openFaultProxy, openMicrosocks, openSquid, openTinyproxy } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { needsOpeningSquid, openMitmproxy, openNginx, openOpeningSquid } from '../kit/gateways.ts';
import { type Meddling, type Met, openMeddler } from '../kit/meddler.ts';
import { needs } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openSlicedSocks } from '../kit/sliced-socks.ts';
import { openWeather, type WeatherName } from '../kit/weather.ts';

type Network = (relay: TestApi, stack: AsyncDisposableStack) => Promise<Partial<Patient>>;

interface Row {
  readonly title: string;
  readonly network: Network;
  /** The checks that name it; none where nothing is wrong. */
  readonly culprits: readonly string[];
  readonly says?: RegExp;
  readonly copy?: RegExp;
  readonly skip?: string | false;
}

/** What there is to find of this machine is the same in each network. */
const ofNetwork = ['Network', 'Relay'] as const;

const html = { 'content-type': 'text/html' };

const meddled =
  (meddle: (met: Met) => Meddling): Network =>
  async (relay, stack) => ({ origin: new URL(stack.use(await openMeddler(relay.url, meddle)).url) });

const answering = (status: number, headers: Record<string, string> = html): Network =>
  meddled(() => ({ status, headers, answer: '<h1>Welcome</h1>' }));

/** Ways to the relay as a PAC file, the system or a variable gives them. */
const ways =
  (by: Ways['by'], source: string, open: (stack: AsyncDisposableStack) => Promise<readonly Hop[]>): Network =>
  async (_relay, stack) => {
    const hops = (await open(stack)).map((hop) => hop && { ...hop, source, variable: 'HTTP_PROXY' });
    return { ways: { by, source, hops }, proxy: hops[0], connectMs: 1000 };
  };

type Hop = ProxyServer | undefined;

const proxyAt = (url: string): ProxyServer => ({ url: new URL(url), source: 'ALL_PROXY' });
const gone = async () => proxyAt(`http://127.0.0.1:${await freePort()}`);
const pacFile = 'the PAC file http://wpad.corp/proxy.pac';

/** A server that speaks TLS with a certificate of its own. */
async function openTlsServer(stack: AsyncDisposableStack): Promise<string> {
  const server = tls.createServer(createCertificate('proxy.corp')).listen(0, '127.0.0.1');
  stack.defer(() => void server.close());
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gateway that delivers what matches twice, the second time before the first is answered. */
const repeating =
  (path: RegExp): Network =>
  async (relay, stack) => ({
    origin: new URL(
      stack.use(
        await openMeddler(relay.url, ({ method, headers, ...met }) => {
          if (!path.test(met.path)) return undefined;
          const { authorization = '', 'content-type': type = '' } = headers;
          return {
            after: fetch(new URL(met.path, relay.url), { method, headers: { authorization, 'content-type': type } }),
          };
        }),
      ).url,
    ),
  });

/** The relay's name is one that only the proxy would know. */
const proxied =
  (fault: Fault, credentials = ''): Network =>
  async (_relay, stack) => ({
    origin: new URL('https://relay.example'),
    proxy: stack.use(await openFaultProxy(fault, credentials)).proxy,
    connectMs: 500,
  });

const answer407 = (...schemes: string[]) => ({
  answer: `HTTP/1.1 407 Proxy Authentication Required\r\n${schemes.map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`).join('')}Content-Length: 0\r\n\r\n`,
});

const nginx =
  (lines: string): Network =>
  async (relay, stack) => ({ origin: new URL(stack.use(await openNginx(relay.url, lines)).url) });

const stripped = JSON.stringify({ p: PROTOCOL, ...new Problem('key-missing').toJson() });

const rows: readonly Row[] = [
  { title: 'a free network', network: async () => ({}), culprits: [] },
  {
    title: 'a captive portal with a page',
    network: answering(200),
    culprits: ['answers'],
    says: /answered 200 with text\/html in the relay's place/,
    copy: /\/v1\/hello$/,
  },
  {
    title: 'a captive portal with a redirect',
    network: answering(302, { location: 'http://portal.example/login' }),
    culprits: ['answers'],
    says: /redirects to http:\/\/portal\.example/,
  },
  { title: 'a captive portal with 511', network: answering(511), culprits: ['answers'], says: /wants a sign-in first/ },
  {
    title: 'a gateway without its relay',
    network: answering(502),
    culprits: ['answers'],
    says: /answered 502/,
    copy: /livez/,
  },
  {
    title: 'a proxy that wants a password',
    network: proxied(answer407('Basic realm="x"')),
    culprits: ['connection'],
    says: /wants a name and password/,
    copy: /^export HTTPS_PROXY=http:\/\/NAME:PASSWORD@127/,
  },
  {
    title: 'a proxy that refuses the password',
    network: proxied(answer407('Basic realm="x"'), 'me:hunter2@'),
    culprits: ['connection'],
    says: /refused the name and password/,
  },
  {
    title: 'a proxy that wants NTLM or Negotiate',
    network: proxied(answer407('Negotiate', 'NTLM')),
    culprits: ['connection'],
    says: /sign-in by Negotiate or NTLM.*cntlm or px/,
    copy: /^export HTTPS_PROXY=http:\/\/127\.0\.0\.1:3128$/,
  },
  {
    title: 'a proxy that allows no connection to the relay',
    network: proxied({ answer: 'HTTP/1.1 403 Forbidden\r\n\r\n' }),
    culprits: ['connection'],
    says: /does not allow connections to relay\.example:443/,
    copy: /Please allow CONNECT to relay\.example:443/,
  },
  {
    title: 'a proxy that wants a sign-in in a browser',
    network: proxied({
      answer: 'HTTP/1.1 302 Found\r\nLocation: http://portal.hotel/login?back=1\r\nContent-Length: 0\r\n\r\n',
    }),
    culprits: ['connection'],
    says: /redirects to http:\/\/portal\.hotel: it wants a sign-in in a browser/,
    copy: /^http:\/\/portal\.hotel$/,
  },
  {
    title: 'a proxy that does not reach the relay',
    network: proxied({ answer: 'HTTP/1.1 503 Service Unavailable\r\n\r\n' }),
    culprits: ['connection'],
    says: /cannot reach relay\.example:443 \(503\)[\s\S]*Start the relay if it is down/,
    copy: /^Please check why/,
  },
  {
    title: 'a proxy that resets',
    network: proxied('reset'),
    culprits: ['connection'],
    says: /closed the connection at CONNECT/,
  },
  {
    title: 'a proxy that never answers',
    network: proxied('silence'),
    culprits: ['connection'],
    says: /did not answer/,
  },
  {
    title: 'a proxy that is gone',
    network: async () => ({
      origin: new URL('https://relay.example'),
      proxy: { url: new URL(`http://127.0.0.1:${await freePort()}`), source: 'ALL_PROXY' },
    }),
    culprits: ['connection'],
    says: /refuses connections/,
    copy: /^export ALL_PROXY=/,
  },
  {
    title: 'a PAC file whose first proxy is gone',
    network: ways('pac', pacFile, async (stack) => [await gone(), stack.use(await openFaultProxy('none')).proxy]),
    culprits: ['connection'],
    says: /refuses connections\. The next way works: The proxy opens one to 127\.0\.0\.1:\d+, in/,
    copy: /^export HTTP_PROXY=http:\/\/proxy\.example:3128 SALLYPORT_PAC=none$/,
  },
  {
    title: 'a PAC file whose first proxy has a name that DNS does not know',
    network: ways('pac', pacFile, async () => [proxyAt('http://proxy.invalid:3128'), undefined]),
    culprits: ['dns', 'connection'],
    says: /The name of the proxy proxy\.invalid is not known to DNS\. Another way is used\./,
    copy: /^nslookup proxy\.invalid$/,
  },
  {
    title: 'a PAC file whose proxies are all gone',
    network: ways('pac', pacFile, async () => [await gone(), await gone()]),
    culprits: ['connection'],
    says: /refuses connections\. The proxy .* refuses connections\./,
  },
  {
    title: 'a PAC file whose proxy wants a password, which a variable lends',
    network: ways('pac', pacFile, async (stack) => [
      stack.use(await openFaultProxy(answer407('Basic realm="x"'))).proxy,
    ]),
    culprits: ['connection'],
    copy: /^export HTTP_PROXY=http:\/\/NAME:PASSWORD@127\.0\.0\.1:\d+$/,
  },
  {
    title: 'a proxy of the system that wants NTLM',
    network: ways('system', 'the settings of macOS', async (stack) => [
      stack.use(await openFaultProxy(answer407('NTLM'))).proxy,
    ]),
    culprits: ['connection'],
    copy: /^export HTTP_PROXY=http:\/\/127\.0\.0\.1:3128$/,
  },
  {
    title: 'a PAC file that is not there',
    network: async () => ({
      origin: new URL('https://relay.example'),
      proxyTrouble: await createWayFinder(new URL('https://relay.example'), { env: {}, pac: '/nowhere/proxy.pac' })
        .find()
        .then(String, ({ message }: Error) => message),
    }),
    culprits: ['proxy'],
    says: /The PAC file \/nowhere\/proxy\.pac cannot be used: no such file or directory/,
    copy: /^export HTTPS_PROXY=http:\/\/proxy\.example:3128 SALLYPORT_PAC=none$/,
  },
  {
    title: 'a variable that holds no proxy',
    network: async () => ({
      origin: new URL('https://relay.example'),
      proxyTrouble: await createWayFinder(new URL('https://relay.example'), {
        env: { https_proxy: 'ftp://me:hunter2@x' },
      })
        .find()
        .then(String, ({ message }: Error) => message),
    }),
    culprits: ['proxy'],
    says: /https_proxy holds no http/,
    copy: /^export https_proxy=http:\/\/proxy\.example:3128$/,
  },
  {
    title: 'microsocks',
    network: async (_relay, stack) => ({ proxy: stack.use(await openMicrosocks()).proxy }),
    culprits: [],
    skip: needs('microsocks'),
  },
  {
    title: 'microsocks that wants a password',
    network: async (_relay, stack) => ({
      proxy: stack.use(await openMicrosocks({ name: 'me', password: 'pass-word' })).proxy,
    }),
    culprits: ['connection'],
    says: /wants a name and password: put them into ALL_PROXY/,
    copy: /^export ALL_PROXY=socks5h:\/\/NAME:PASSWORD@127\.0\.0\.1:\d+$/,
    skip: needs('microsocks'),
  },
  {
    title: 'a SOCKS proxy that does not allow the relay',
    network: async (_relay, stack) => ({ proxy: stack.use(await openSlicedSocks({ reply: 2 })).proxy }),
    culprits: ['connection'],
    says: /does not allow connections to 127/,
    copy: /^Please allow CONNECT to 127/,
  },
  {
    title: 'an HTTP proxy that is named as SOCKS',
    network: async (_relay, stack) => ({
      proxy: stack.use(await openSlicedSocks({ instead: 'HTTP/1.1 400 Bad Request\r\n\r\n' })).proxy,
    }),
    culprits: ['connection'],
    says: /speaks HTTP and not SOCKS/,
    copy: /^export ALL_PROXY=http:\/\/127\.0\.0\.1:\d+$/,
  },
  {
    title: 'a gateway that repeats POSTs',
    network: repeating(/^\/v1\/bridge\/try\?number=/),
    culprits: ['repeats'],
    says: /repeats requests: of 3, 6 arrived\. Sallyport does each once/,
    copy: /^Please deliver each POST to http:\/\/127/,
  },
  {
    title: 'a relay that is not running',
    network: async () => ({ origin: new URL(`http://127.0.0.1:${await freePort()}`) }),
    culprits: ['connection'],
    says: /Nothing listens/,
  },
  {
    title: 'a name that DNS does not know',
    network: async () => ({ origin: new URL('https://relay.invalid') }),
    culprits: ['dns'],
    says: /relay\.invalid/,
    copy: /^nslookup relay\.invalid$/,
  },
  {
    title: 'a gateway that strips Authorization',
    network: meddled(({ headers }) =>
      headers.authorization === undefined
        ? undefined
        : { status: 401, headers: { 'content-type': 'application/problem+json' }, answer: stripped },
    ),
    culprits: ['key'],
    says: /strips the Authorization header/,
    copy: /pass the header Authorization/,
  },
  {
    title: 'a gateway that takes 100 KiB',
    network: meddled(({ body }) => (body.length > 100 * 1024 ? { status: 413 } : undefined)),
    culprits: ['uploads'],
    says: /largest request that passes has 64 KiB/,
    copy: /client_max_body_size/,
  },
  {
    title: 'a gateway that takes 20 KiB',
    network: meddled(({ body }) => (body.length > 20 * 1024 ? { status: 413 } : undefined)),
    culprits: ['uploads'],
    says: /has 16 KiB\. Larger documents are not uploaded/,
  },
  {
    title: 'a gateway that changes bodies',
    network: meddled(({ body }) => (body.length > 0 ? { body: Buffer.concat([body, Buffer.from(' ')]) } : undefined)),
    culprits: ['uploads'],
    says: /changed on the way/,
  },
  {
    title: 'a gateway that spoils compressed bodies',
    network: meddled(({ headers }) => (headers['content-encoding'] === 'gzip' ? { status: 415 } : undefined)),
    culprits: ['uploads'],
    says: /compressed ones do not arrive whole/,
  },
  {
    title: 'a gateway that blocks methods',
    network: meddled(({ method }) => (/^(PUT|DELETE)$/.test(method) ? { status: 405, headers: html } : undefined)),
    culprits: ['methods'],
    says: /blocks PUT, DELETE/,
    copy: /_method=PUT/,
  },
  {
    title: 'a network that cuts held requests',
    network: meddled(({ path }) => (path.includes('wait=') ? { cutAfterMs: 400 } : undefined)),
    culprits: ['held'],
    says: /cuts a held request after 0\.\d s/,
    copy: /proxy_read_timeout/,
  },
  {
    title: 'a gateway that cuts streams',
    network: meddled(({ path }) => (path.includes('live=sse') ? { cutAfterMs: 0 } : undefined)),
    culprits: ['events'],
    says: /stream of events is cut/,
  },
  {
    title: 'nginx with small bodies and buffers',
    network: nginx('client_max_body_size 100k; proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;'),
    culprits: ['uploads', 'events'],
    says: /64 KiB[\s\S]*Buffered/,
    skip: needs('nginx'),
  },
  { title: 'nginx as Debian has it', network: nginx(''), culprits: [], skip: needs('nginx') },
  {
    title: 'squid',
    network: async (_relay, stack) => ({ proxy: stack.use(await openSquid()).proxy }),
    culprits: [],
    skip: needs('squid'),
  },
  {
    title: 'tinyproxy that wants a password',
    network: async (_relay, stack) => ({
      proxy: stack.use(await openTinyproxy({ name: 'me', password: 'pass-word' })).proxy,
    }),
    culprits: ['connection'],
    says: /wants a name and password/,
    skip: needs('tinyproxy'),
  },
  {
    title: 'another relay at the same address',
    network: async () => ({ relayKey: Buffer.alloc(32, 7).toString('base64url') }),
    culprits: ['answers'],
    says: /does not prove that it is the relay/,
    copy: /^sallyport login/,
  },
  {
    title: 'a relay of a newer edition',
    network: meddled(() => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      answer: '{"p":"sallyport/9"}',
    })),
    culprits: ['answers'],
    says: /is a relay of a newer edition \(sallyport\/9\)\. Update Sallyport on this machine\. Install/,
    copy: /^git pull/,
  },
  {
    title: 'a relay of the first edition',
    network: meddled(() => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      answer: '{"p":"sallyport/1"}',
    })),
    culprits: ['answers'],
    says: /is a relay of the first edition.* On the server, install/,
    copy: /^git pull/,
  },
  {
    title: 'a gateway that swallows everything',
    network: meddled(() => ({ after: new Promise(() => undefined) })),
    culprits: ['answers'],
    says: /The connection opens, but nothing answers/,
    copy: /livez/,
  },
  {
    title: 'an HTTPS proxy with a certificate that nobody knows',
    network: async (_relay, stack) => ({
      origin: new URL('https://relay.example'),
      proxy: proxyAt(await openTlsServer(stack)),
    }),
    culprits: ['connection'],
    says: /127\.0\.0\.1:\d+.* --ca/,
    copy: /^sallyport run --ca corp\.pem$/,
  },
  {
    title: 'https where nobody speaks TLS',
    network: async (relay) => ({ origin: new URL(relay.url.replace('http:', 'https:')) }),
    culprits: ['tls'],
    says: /does not speak TLS/,
  },
];

let relay: TestApi;
let key: string;
before(async () => {
  relay = await openApi();
  ({ key } = await relay.api.createMachine('laptop'));
});
test.after(async () => await relay[Symbol.asyncDispose]());

for (const { title, network, culprits, says = /./, copy, skip = false } of rows)
  test(`in this network, doctor names the culprit: ${title}${culprits.length === 0 ? ' (none)' : ''}`, {
    skip,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const found = await examine({ origin: new URL(relay.url), key, ...(await network(relay, stack)) }, ofNetwork);
    assert.deepEqual(found.culprits, culprits, found.text);
    assert.match(found.text, says);
    const fixes = culprits.map((name) => found.of(name)).flatMap((one) => ('fix' in one ? (one.fix?.copy ?? []) : []));
    if (copy !== undefined)
      assert.ok(
        fixes.some((fix) => copy.test(fix)),
        fixes.join(),
      );
    assertPlain(found.text);
  });

/** What doctor names in each weather; none where the network does nothing that a person would notice. */
const named: Readonly<Record<WeatherName, readonly [culprits: readonly string[], says?: RegExp]>> = {
  clear: [[]],
  'latency of 300 ms': [['answers'], /The relay answers in \d{3} ms: it is far, or something on the way delays/],
  'far and slow: 200 ms, 100 kB/s': [
    ['answers', 'uploads'],
    /The way is slow: about \d\d kB\/s\. A request of 768 KiB takes \d+ s/,
  ],
  'narrow, in slices of 1 KiB': [['uploads'], /The way is slow: about \d+ kB\/s/],
  'byte by byte': [[]],
  'resets every third answer in its body': [['answers'], /Of \d requests, \d got no answer: .* was reset/],
  'loses every second answer, after the relay has committed': [
    ['answers'],
    /Of \d requests, \d got no answer: .* closed/,
  ],
  'repeats every POST at once': [['repeats'], /repeats requests: of 3, [456] arrived/],
  'stores POSTs and repeats them later': [['repeats'], /repeats requests: of 3, \d arrived/],
  'stores POSTs and delivers them late': [['answers'], /something on the way delays requests/],
  'answers every second request with 502': [['answers'], /Of \d requests, \d got no answer: .*502/],
  'a portal, until somebody signs in': [['answers'], /sign-in page/],
  'buffers every answer to its end': [['events'], /Buffered/],
  'holds back one chunk': [['events'], /keeps the newest event until the next one comes\. The app/],
  'passes on full KiB only': [['events'], /Buffered/],
  'compresses every answer': [[]],
  'compresses every answer as a whole': [[]],
  'cuts every answer after 3 s': [[]],
  'cuts what is held for 1 s': [['held', 'events'], /cuts a held request after 1/],
  'strips unknown headers': [[]],
  'strips ETag and unknown headers of answers': [[]],
  'stalls streams without Accept: text/event-stream': [[]],
  'takes 64 KiB at most': [['uploads'], /largest request that passes has 64 KiB/],
  'blocks all but GET and POST': [['methods'], /blocks PUT, PATCH, DELETE/],
};

test('in each weather, doctor names the culprit', { concurrency: 6 }, async (t) => {
  const all = Object.entries(named).map(([name, [culprits, says = /./]]) =>
    t.test(name, async () => {
      await using gateway = await openWeather(relay.url, name as WeatherName);
      const own = await relay.api.createMachine(name);
      const found = await examine(
        { origin: new URL(gateway.url), key: own.key, holdMs: 1500, connectMs: 5000 },
        ofNetwork,
      );
      assert.deepEqual(found.culprits, culprits, found.text);
      assert.match(found.text, says);
      assertPlain(found.text);
    }),
  );
  await Promise.all(all);
});

/** No secret, no stack, no hint of Node's. */
function assertPlain(text: string): void {
  assert.doesNotMatch(text, /hunter2|pass-word|use-system-ca|Node\.js|node:|\n\s+at /);
  assert.ok(!text.includes(key), 'the key is printed');
}

async function openTls(stack: AsyncDisposableStack, cert = createCertificate()) {
  const folder = stack.use(await openTemporaryFolder());
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await writeFile(certFile, cert.cert);
  await writeFile(keyFile, cert.key);
  const secure = stack.use(await openApi(['--tls-cert', certFile, '--tls-key', keyFile]));
  const roots = tls.getCACertificates('default');
  stack.defer(() => tls.setDefaultCACertificates(roots));
  const machine = await secure.api.createMachine('laptop');
  return { origin: new URL(`https://localhost:${new URL(secure.url).port}`), key: machine.key, certFile };
}

test('a relay that vouches for itself is named, and with its certificate nothing is wrong (B22)', async () => {
  await using stack = new AsyncDisposableStack();
  const { certFile, ...secure } = await openTls(stack);
  const first = await examine(secure, ofNetwork);
  assert.deepEqual(first.culprits, ['tls'], first.text);
  assert.match(first.text, /signed by itself \(localhost\)[\s\S]*--ca relay\.pem/);
  assertPlain(first.text);
  trustRoots(certFile);
  const second = await examine(secure, ofNetwork);
  assert.deepEqual(second.culprits, ['tls'], second.text);
  assert.equal(second.of('tls').state, 'note');
  assert.equal(second.of('events').says, 'Live: they arrive at once.');
});

test('a relay that is named by a bare address over TLS is examined to the end, directly and through a proxy', {
  skip: needs('microsocks'),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { certFile, key, origin } = await openTls(stack);
  trustRoots(certFile);
  for (const proxy of [undefined, stack.use(await openMicrosocks()).proxy]) {
    const found = await examine({ origin: new URL(`https://127.0.0.1:${origin.port}`), key, proxy }, ofNetwork);
    assert.deepEqual(found.culprits, ['tls'], found.text);
    assert.equal(found.of('tls').state, 'note');
    assert.equal(found.of('events').says, 'Live: they arrive at once.');
  }
});

test('a sign-in page with a certificate of its own is told from a relay that vouches for itself', async () => {
  await using stack = new AsyncDisposableStack();
  const { certFile: _, ...page } = await openTls(stack, createCertificate('portal.hotel'));
  const found = await examine(page);
  assert.deepEqual(found.culprits, ['tls'], found.text);
  assert.match(found.text, /is for another name; portal\.hotel issued it[\s\S]*sign-in page there[\s\S]*\/v1\/hello/);
  assertPlain(found.text);
});

test('mitmproxy is named as who intercepts, with the place of its root; with that root, all the rest is examined', {
  skip: needs('mitmproxy'),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { certFile: _, ...secure } = await openTls(stack);
  const gateway = stack.use(await openMitmproxy());
  const first = await examine({ ...secure, proxy: gateway.proxy, connectMs: 5000 }, ofNetwork);
  assert.deepEqual(first.culprits, ['tls'], first.text);
  assert.match(first.of('tls').says, /intercepted by mitmproxy: mitmproxy issued the certificate/);
  assert.match(first.text, /mitmproxy-ca-cert\.pem in ~\/\.mitmproxy where it runs/);
  assertPlain(first.text);
  trustRoots(gateway.caFile);
  const second = await examine({ ...secure, proxy: gateway.proxy, connectMs: 5000 }, ofNetwork);
  assert.equal(second.of('tls').state, 'note', second.text);
  assert.match(second.of('tls').says, /intercepted by mitmproxy/);
  assert.equal(second.of('key').state, 'ok');
});

test('squid that opens TLS is named by what it says of itself, with the place of its root; with that root all is well', {
  skip: needs('squid') || needsOpeningSquid(),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { certFile: _, ...secure } = await openTls(stack);
  const gateway = stack.use(await openOpeningSquid());
  const first = await examine({ ...secure, proxy: gateway.proxy, connectMs: 5000 }, ofNetwork);
  assert.deepEqual(first.culprits, ['tls'], first.text);
  assert.match(first.of('tls').says, /is intercepted, or its authority is unknown here: Corp Root issued/);
  assert.match(
    first.text,
    /the file that tls-cert= .* names in squid\.conf, on the line with ssl-bump\. If squid does not open TLS, ask .* Save it as corp/,
  );
  assertPlain(first.text);
  trustRoots(gateway.caFile);
  const second = await examine({ ...secure, proxy: gateway.proxy, connectMs: 5000 }, ofNetwork);
  assert.match(second.of('tls').says, /Trusted, and issued by Corp Root/);
  assert.equal(second.of('key').state, 'ok', second.text);
});
