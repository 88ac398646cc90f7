/** PAC files: what they may do, what they may not, and what their answers mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluatePac } from '../../bridge/net/pac/evaluate.ts';
import { parsePacAnswer } from '../../bridge/net/pac/parse.ts';

const relay = new URL('https://relay.corp.example:8443/secret?key=1');

/** A PAC file that answers the value of an expression. */
const answering = (expression: string) => `function FindProxyForURL(url, host) { return String(${expression}); }`;
const today = new Date();
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

for (const [expression, answer] of [
  ["url + ' ' + host", 'https://relay.corp.example:8443/ relay.corp.example'],
  ["isPlainHostName('relay') + ' ' + isPlainHostName(host)", 'true false'],
  ["dnsDomainIs(host, '.corp.example') + ' ' + dnsDomainIs(host, '.other')", 'true false'],
  ["localHostOrDomainIs('relay', 'relay.corp.example') + ' ' + localHostOrDomainIs('a.b', 'a.c')", 'true false'],
  ['dnsDomainLevels(host)', '2'],
  ["shExpMatch(host, '*.corp.*') + ' ' + shExpMatch('a+b', 'a?b') + ' ' + shExpMatch('ab', 'a.')", 'true true false'],
  ["isInNet('10.1.2.3', '10.0.0.0', '255.0.0.0') + ' ' + isInNet('11.1.2.3', '10.0.0.0', '255.0.0.0')", 'true false'],
  ["dnsResolve('localhost') + ' ' + isInNet('localhost', '127.0.0.0', '255.0.0.0')", '127.0.0.1 true'],
  ["dnsResolve('no-such-name.invalid') + ' ' + isResolvable('no-such-name.invalid')", 'null false'],
  ['/^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(myIpAddress())', 'true'],
  [`weekdayRange('${days[today.getDay()]}')`, 'true'],
  [`weekdayRange('${days[(today.getDay() + 2) % 7]}', '${days[(today.getDay() + 4) % 7]}')`, 'false'],
  [
    "weekdayRange('SUN', 'SAT', 'GMT') + ' ' + timeRange(0, 24) + ' ' + timeRange(0, 0, 23, 59, 'GMT')",
    'true true true',
  ],
  [`dateRange(${today.getFullYear()}) + ' ' + dateRange(${today.getFullYear() + 1})`, 'true false'],
  ["dateRange(1, 'JAN', 31, 'DEC') + ' ' + dateRange('JAN', 'DEC') + ' ' + dateRange(1, 31)", 'true true true'],
  ['[1, 2].at(-1) ?? [...host].length', '2'],
] as const)
  test(`a PAC file that asks for ${expression}`, async () => {
    assert.equal(await evaluatePac(answering(expression), relay), answer);
  });

test('a PAC file finds no way to the network, to files, or to Node', async () => {
  const reach = ['process', 'require', 'fetch', 'WebSocket', 'XMLHttpRequest', 'Deno', 'setTimeout', 'std', 'os'];
  const text = answering(`[${reach.map((name) => `typeof ${name}`)}]`);
  assert.equal(await evaluatePac(text, relay), reach.map(() => 'undefined').join());
  const getaway = answering(
    `(function () { try { return Function('return this')().constructor.constructor('return process')(); } catch (error) { return error; } })()`,
  );
  assert.match(await evaluatePac(getaway, relay), /ReferenceError/);
  const importing = `function FindProxyForURL() { import('node:fs'); return 'DIRECT'; }`;
  assert.equal(await evaluatePac(importing, relay), 'DIRECT');
});

for (const [title, text, sentence] of [
  ['does not end', 'function FindProxyForURL() { for (;;); }', /runs for more than 1 s/],
  ['hides that it does not end', 'function FindProxyForURL() { for (;;) try { for (;;); } catch {} }', /runs for more/],
  ['wants all memory', "function FindProxyForURL() { let a = 'x'; for (;;) a += a; }", /memory|string too long/i],
  ['calls itself', 'function FindProxyForURL() { return FindProxyForURL() + 1; }', /stack|recursion/i],
  ['has an error', 'function FindProxyForURL() { return nobody.home; }', /nobody is not defined/],
  ['has a typing error', 'function FindProxyForURL( {', /invalid property name/],
  ['lacks its function', 'var x = 1;', /FindProxyForURL is not defined/],
  [
    'asks for endless names',
    answering(`(function () { for (let i = 0; ; i++) dnsResolve(i + '.invalid'); })()`),
    /more than 32 names|within 10 s/,
  ],
] as const)
  test(`a PAC file that ${title} is stopped, and says so`, async () => {
    await assert.rejects(evaluatePac(text, relay), sentence);
  });

const said = { source: 'the PAC file x', variable: 'HTTPS_PROXY' };

for (const [answer, expected] of [
  ['DIRECT', ['direct']],
  ['', ['direct']],
  ['null', ['direct']],
  ['PROXY a:3128; SOCKS b:1080; DIRECT', ['http://a:3128/', 'socks5h://b:1080', 'direct']],
  ['https a:443;socks5 b ; HTTP c:80', ['https://a/', 'socks5h://b', 'http://c/']],
  ['SOCKS4 old:1080; PROXY a:8080;', ['http://a:8080/']],
  ['PROXY [::1]:3128', ['http://[::1]:3128/']],
  ['PROXY a:1; DIRECT; proxy a:1; PROXY b:2; DIRECT', ['http://a:1/', 'direct', 'http://b:2/']],
] as const)
  test(`the answer "${answer}" is tried in its order`, () => {
    assert.deepEqual(
      parsePacAnswer(answer, said).hops.map((hop) => hop?.url.href ?? 'direct'),
      expected,
    );
  });

test('of endless ways the first eight are used, and that is said', () => {
  const endless = Array.from({ length: 5000 }, (_, at) => `PROXY p${at}:1`).join(';');
  const { hops, note } = parsePacAnswer(`${endless}; DIRECT`, said);
  assert.deepEqual(
    hops.map((hop) => hop?.url.hostname),
    ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'],
  );
  assert.equal(note, 'It names 5001 ways; only the first 8 are used.');
  assert.equal(parsePacAnswer(endless.split(';', 8).join(';'), said).note, undefined);
});

test('an answer without a usable proxy is no direct connection', () => {
  assert.throws(
    () => parsePacAnswer('SOCKS4 old:1080', said),
    /answers "SOCKS4 old:1080", which names no usable proxy/,
  );
  assert.throws(
    () => parsePacAnswer('\u001b[2J nonsense', said),
    (error: Error) => !error.message.includes('\u001b'),
  );
});
