/** Which proxy the environment means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProxy, isSocks, portOf, proxyName, signInOf } from '../../bridge/net/proxy.ts';

const relay = 'https://relay.corp.example';
const proxy = 'http://proxy:3128';

for (const [title, url, env, expected] of [
  ['https asks HTTPS_PROXY', relay, { HTTPS_PROXY: proxy, HTTP_PROXY: 'http://other:1' }, 'proxy:3128'],
  ['http asks HTTP_PROXY', 'http://relay.example', { HTTPS_PROXY: 'http://other:1', HTTP_PROXY: proxy }, 'proxy:3128'],
  ['https never falls back to HTTP_PROXY', relay, { HTTP_PROXY: proxy }, undefined],
  ['ALL_PROXY stands in', relay, { ALL_PROXY: proxy }, 'proxy:3128'],
  ['lower case wins', relay, { https_proxy: 'http://lower:1', HTTPS_PROXY: proxy }, 'lower:1'],
  ['an empty lower-case variable masks nothing', relay, { https_proxy: '', HTTPS_PROXY: proxy }, 'proxy:3128'],
  ['a scheme may be left out', relay, { HTTPS_PROXY: 'proxy:3128' }, 'proxy:3128'],
  ['loopback is never proxied', 'http://127.0.0.1:8787', { HTTP_PROXY: proxy }, undefined],
  ['localhost neither', 'http://localhost:8787', { ALL_PROXY: proxy }, undefined],
  ['nor ::1', 'http://[::1]:8787', { ALL_PROXY: proxy }, undefined],
  ['NO_PROXY=* exempts all', relay, { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['a name exempts itself', relay, { HTTPS_PROXY: proxy, NO_PROXY: 'x.example, relay.corp.example' }, undefined],
  ['a suffix exempts what is below', relay, { HTTPS_PROXY: proxy, no_proxy: '.corp.example' }, undefined],
  ['so does one without its dot', relay, { HTTPS_PROXY: proxy, NO_PROXY: 'corp.example' }, undefined],
  ['and one with a star', relay, { HTTPS_PROXY: proxy, NO_PROXY: '*.corp.example' }, undefined],
  ['a part of a name exempts nothing', relay, { HTTPS_PROXY: proxy, NO_PROXY: 'orp.example' }, 'proxy:3128'],
  ['a port has to be the same', relay, { HTTPS_PROXY: proxy, NO_PROXY: 'corp.example:8443' }, 'proxy:3128'],
  ['the port may be the scheme’s own', relay, { HTTPS_PROXY: proxy, NO_PROXY: 'corp.example:443' }, undefined],
  ['a network exempts its addresses', 'https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['and no others', 'https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, 'proxy:3128'],
  ['IPv6 too', 'https://[fd00::1]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
  ['an odd entry is no exemption', relay, { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/99,,/,:' }, 'proxy:3128'],
] as const) {
  test(`the proxy for an address: ${title}`, () => {
    assert.equal(chooseProxy(new URL(url), env)?.url.host, expected);
  });
}

test('a variable that holds no proxy is named', () => {
  assert.throws(
    () => chooseProxy(new URL(relay), { HTTPS_PROXY: 'ftp://x:1' }),
    /HTTPS_PROXY holds no http:\/\/, https:\/\/ or socks5h:\/\/ proxy/,
  );
  assert.throws(() => chooseProxy(new URL(relay), { all_proxy: 'http://' }), /all_proxy/);
});

test('a proxy is named with who said so, and without its password', () => {
  const chosen = chooseProxy(new URL(relay), { HTTPS_PROXY: 'http://me:secret@proxy:3128' });
  assert.ok(chosen);
  assert.equal(proxyName(chosen), 'http://proxy:3128 (from HTTPS_PROXY)');
  assert.equal(chosen.url.password, 'secret');
});

for (const [written, name, password] of [
  ['me:100%', 'me', '100%'],
  ['m%e:50%of%41', 'm%e', '50%ofA'],
  ['me:%C3%A9%zz%', 'me', 'é%zz%'],
  ['me:%ff', 'me', '%ff'],
  ['me%40corp:a%25b', 'me@corp', 'a%b'],
] as const)
  test(`${written} before a proxy's host are a name and a password, a bare % for itself`, () => {
    const chosen = chooseProxy(new URL(relay), { HTTPS_PROXY: `http://${written}@proxy:3128` });
    assert.ok(chosen);
    assert.deepEqual(signInOf(chosen), { name, password });
  });

for (const scheme of ['socks5h', 'socks5', 'socks'])
  test(`${scheme}:// is a proxy that resolves names itself, at port 1080 where none is given`, () => {
    const chosen = chooseProxy(new URL(relay), { ALL_PROXY: `${scheme}://me:secret@proxy` });
    assert.ok(chosen && isSocks(chosen));
    assert.equal(chosen.url.href, 'socks5h://me:secret@proxy');
    assert.equal(portOf(chosen.url), '1080');
  });

test('SOCKS 4 is refused by name', () => {
  assert.throws(() => chooseProxy(new URL(relay), { ALL_PROXY: 'socks4://proxy:1080' }), /ALL_PROXY holds a SOCKS 4/);
});
