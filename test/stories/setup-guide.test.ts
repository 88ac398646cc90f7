/** The setup guide, step by step as it is written: a relay behind nginx, a phone, and a machine behind a company's proxy. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser } from '../kit/browser.ts';
import { createCertificate } from '../kit/certificate.ts';
import { eventually } from '../kit/eventually.ts';
import { openSquid } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { needs, programOf } from '../kit/parts.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

before(buildApp);

/** Known to the proxy, to curl and to the browser, as a DNS would tell it; not to the bridge, which has to go through the proxy. */
const host = 'relay.example';

const root = join(import.meta.dirname, '../..');

/** The guide's commands, by the comment above each, and its nginx configuration. */
async function readGuide() {
  const text = await readFile(join(root, 'docs/setup.md'), 'utf8');
  const commands = [...text.matchAll(/```sh\n# ([^\n]+)\n([\s\S]*?)```/g)].map(
    ([, title = '', command = '']) => [title, command] as const,
  );
  return { commands: new Map(commands), nginx: /```nginx\n([\s\S]*?)```/.exec(text)?.[1] ?? '' };
}

/** A program that runs until it is disposed of; `said` is all of its output so far. */
function start(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH, HOME, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  return {
    said: () => said,
    ended: async () => {
      if (child.exitCode === null) await once(child, 'close');
      return child.exitCode;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.pid === undefined) return;
      // The whole group: npm's child is what runs.
      process.kill(-child.pid, 'SIGTERM');
      await once(child, 'close');
    },
  };
}

test('following the guide, a phone shows a machine behind a proxy', {
  skip: needs('nginx', 'squid', 'chromium'),
  timeout: 120_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await openTemporaryFolder());
  const { commands, nginx } = await readGuide();
  const [port, inner] = [await freePort(), await freePort()];
  const { cert, key } = createCertificate(host);
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), nginx: join(folder, 'nginx.conf') };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
  await writeFile(join(folder, '.curlrc'), `resolve = "${host}:${port}:127.0.0.1"\n`);
  const squid = stack.use(await openSquid(`127.0.0.1 ${host}\n`));
  const project = await makeSmallProject(join(folder, 'my-project'));
  const env = {
    RELAY: `https://${host}:${port}`,
    PROXY: squid.proxy.url.href,
    PROJECT: project,
    SALLYPORT_DATA: join(folder, 'data'),
    SALLYPORT_PORT: String(inner),
    SALLYPORT_CA: files.cert,
    CURL_CA_BUNDLE: files.cert,
    CURL_HOME: folder,
  };
  const step = (title: string) => {
    const command = [...commands].find(([comment]) => comment.startsWith(title))?.[1];
    assert.ok(command, `the guide has no command "${title}"`);
    return stack.use(start('bash', ['-c', command], env));
  };

  const relay = step('on the server: start the relay');
  const link = await eventually(() => /https:\S+\/#\/sign-in\/\S+/.exec(relay.said())?.[0], { timeoutMs: 30_000 });

  const server = nginx
    .replace('listen 443 ssl', `listen ${port} ssl`)
    .replace(/ssl_certificate +\S+;/, `ssl_certificate ${files.cert};`)
    .replace(/ssl_certificate_key +\S+;/, `ssl_certificate_key ${files.key};`)
    .replace('127.0.0.1:8787', `127.0.0.1:${inner}`);
  await mkdir(join(folder, 'tmp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/tmp/${name};`,
  );
  await writeFile(
    files.nginx,
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')} ${server} }`,
  );
  const front = stack.use(start(programOf('nginx'), ['-c', files.nginx, '-e', 'stderr']));
  const hello = await eventually(
    async () => {
      const asked = start('bash', ['-c', commands.get('on any computer: check the relay') ?? ''], env);
      return (await asked.ended()) === 0 && asked.said();
    },
    { timeoutMs: 10_000 },
  ).catch((cause: unknown) => assert.fail(`${front.said()} ${cause}`));
  assert.equal(JSON.parse(hello).p, 'sallyport/2');

  const browser = stack.use(await openBrowser(host));
  const phone = await browser.context.newPage();
  await phone.goto(link);
  await phone.getByRole('link', { name: 'Machines' }).first().waitFor();

  const login = step('on the laptop: sign in the machine');
  const code = await eventually(() => /and type (\S{9})/.exec(login.said())?.[1], { timeoutMs: 30_000 }).catch(() =>
    assert.fail(login.said()),
  );
  await phone.getByRole('link', { name: 'Machines' }).first().click();
  await phone.getByRole('link', { name: 'Enter a code' }).click();
  await phone.getByLabel('Code').fill(code);
  await phone.getByRole('button', { name: 'Continue' }).click();
  await phone.getByRole('button', { name: 'Link this machine' }).click();
  assert.equal(await login.ended(), 0, login.said());

  const bridge = step('on the laptop: start the bridge');
  await phone.goto(`${env.RELAY}/#/specs`);
  await phone
    .locator('.card a.title', { hasText: 'First light' })
    .waitFor({ timeout: 30_000 })
    .catch((cause: unknown) => assert.fail(`${bridge.said()} ${cause}`));
});
