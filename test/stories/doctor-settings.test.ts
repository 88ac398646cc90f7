/** `sallyport doctor` examines what the bridge itself has: the certificates and proxies that it was told of, and those of its service. Its fixes are for that bridge. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { openPatient } from '../../bridge/doctor/patient.ts';
import type { Examined } from '../../bridge/doctor/run-doctor.ts';
import { findServiceHere } from '../../bridge/doctor/service-here.ts';
import { keepEnvironment } from '../../bridge/service/kept-environment.ts';
import { noteRun } from '../../bridge/service/last-run.ts';
import { runProgram as runProgramOf } from '../../bridge/service/run-program.ts';
import { createSystemd, systemdUnit } from '../../bridge/service/systemd.ts';
import { unitOf } from '../../bridge/service/unit.ts';
import { openApi } from '../kit/api.ts';
import { createCertificate } from '../kit/certificate.ts';
import { examine } from '../kit/examined.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

/** What the command prints of one check. */
async function doctorOn(data: string, home: string) {
  const { stdout } = await runProgram(
    'bridge/main.ts',
    ['doctor', '--json', '--hold', '1', '--data', data],
    { HOME: home },
    home,
  );
  const { checks } = JSON.parse(stdout) as { checks: readonly Examined[] };
  return (name: string) => checks.find((one) => one.name === name) ?? assert.fail(name);
}

const copyOf = (one: Examined) => ('fix' in one ? one.fix?.copy : undefined);

test('a bridge that was started with --ca keeps the certificates: doctor trusts them too, and says so where their file is gone', async () => {
  await using folder = await openTemporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const { cert, key: secret } = createCertificate();
  await writeFile(at('cert.pem'), cert);
  await writeFile(at('key.pem'), secret);
  await using relay = await openApi(['--tls-cert', at('cert.pem'), '--tls-key', at('key.pem')]);
  const { key } = await relay.api.createMachine('laptop');
  const project = await makeSmallProject(at('shop'));
  const url = `https://localhost:${new URL(relay.url).port}`;
  await mkdir(at('home'));
  const args = ['run', '--url', url, '--key', key, '--data', at('data'), '--json'];
  {
    await using bridge = startProgram('bridge/main.ts', [...args, '--ca', at('cert.pem'), project], {
      HOME: at('home'),
    });
    await bridge.line(({ event }) => event === 'synced');
    const found = await doctorOn(at('data'), at('home'));
    assert.notEqual(found('tls').state, 'fail', found('tls').says);
    assert.equal(found('key').state, 'ok', found('key').says);
    assert.match(found('bridge').says, /^It runs \(process \d+\), connected/);
    assert.equal(await bridge.end(), 0);
  }
  await using again = startProgram('bridge/main.ts', [...args, project], { HOME: at('home') });
  await again.line(({ event }) => event === 'synced');
  await rm(at('cert.pem'));
  const gone = (await doctorOn(at('data'), at('home')))('tls');
  assert.match(gone.says, /^--ca: no such file or directory \(\S+\)\. It was named before with --ca/);
  assert.equal(copyOf(gone), `sallyport run --ca none --data ${at('data')}`);
});

test('a damaged file of the data folder is named by doctor with what to do, and no line says that all is as it was never set', async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'data');
  await (await openDataFolder(data)).keepCredentials({ url: 'https://relay.invalid', key: `spm_${'a'.repeat(40)}` });
  const damage = async (name: string, text = '{"') => await writeFile(join(data, name), text, { mode: 0o600 });
  for (const [name, check, says, copy] of [
    [
      'network.json',
      'proxy',
      /network\.json is damaged, so it is not known which PAC file/,
      /^mv \S+network\.json \S+/,
    ],
    ['projects.json', 'kept-files', /which projects were added and removed here/, /&& sallyport projects add FOLDER$/],
    [
      'device-keys.json',
      'kept-files',
      /which devices may sign commands, and none may/,
      /&& sallyport devices pin KEY$/,
    ],
    ['policy.json', 'kept-files', /damaged \(.*JSON.*\), so it is not known what may be changed/, /^sallyport doctor$/],
    ['service-environment.json', 'kept-files', /which proxies/, /^sallyport service install$/],
    ['machine-key.json', 'kept-files', /which key it held/, /^mv \S+machine-key\.json \S+\.damaged$/],
    ['own-key.json', 'kept-files', /which key it held/, /^mv \S+own-key\.json \S+\.damaged$/],
    ['own-sealing-key.json', 'kept-files', /which key it held/, /^mv \S+own-sealing-key\.json \S+\.damaged$/],
    ['known-machines.json', 'kept-files', /which keys the machines had/, /^mv \S+known-machines\.json \S+\.damaged$/],
    ['credentials.json', 'address', /credentials\.json is damaged, so it is not known which relay/, /^sallyport login/],
  ] as const) {
    await damage(name);
    const found = await examine(await openPatient({ data }, { HOME: folder.path }));
    assert.equal(found.of(check).state, 'fail', found.text);
    assert.match(found.of(check).says, says);
    const kept = found.of('kept-files');
    assert.match(kept.says, new RegExp(`^${name.replace('.', '\\.')} is damaged`));
    assert.match(copyOf(kept) ?? '', copy);
    await rm(join(data, name));
  }
  assert.deepEqual(await readdir(data), []);
});

test('what the installed service has is examined, not what this terminal has, and the fixes install it again', {
  skip: process.platform !== 'linux' && 'its unit is one of systemd',
}, async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'data');
  const env = { HOME: folder.path };
  const { file } = createSystemd(env, runProgramOf);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, systemdUnit(unitOf('systemd', data, { name: 'my desk' }, [], {}), 252));
  await (await openDataFolder(data)).keepCredentials({ url: 'https://relay.invalid', key: `spm_${'a'.repeat(40)}` });
  await noteRun(data, 0, ['--service=systemd', `--data=${data}`, '--name=my desk', '--ca=/old.pem']);
  const installs = `sallyport service install --data=${data} '--name=my desk'`;
  const patient = async (terminal: Record<string, string>) => await openPatient({ data }, { ...env, ...terminal });

  await keepEnvironment(data, { HTTPS_PROXY: 'http://127.0.0.1:9' });
  const proxied = await examine(await patient({ HTTPS_PROXY: 'http://elsewhere.invalid:1' }));
  assert.equal(proxied.of('proxy').says, 'http://127.0.0.1:9 (from HTTPS_PROXY). The service has it so.');

  await keepEnvironment(data, {});
  assert.equal((await examine(await patient({}))).of('proxy').says, 'None is set for the service.');
  const forgotten = await patient({ HTTPS_PROXY: 'http://proxy.example:3128' });
  assert.match(forgotten.terminalProxy ?? '', /^http:\/\/proxy\.example:3128/);
  const { of } = await examine({ ...forgotten, origin: new URL('http://127.0.0.2:9') });
  assert.match(('fix' in of('connection') && of('connection').says) || '', /127\.0\.0\.2/);
  assert.equal(copyOf(of('connection')), `${installs} --ca=/old.pem`);

  const service = await findServiceHere(data, env);
  assert.equal(
    service?.install('--ca corp.pem'),
    `sallyport service install --ca corp.pem --data=${data} '--name=my desk'`,
  );
  assert.equal(await findServiceHere(join(folder.path, 'other'), env), undefined);
});
