/** What the numbers that `sallyport doctor` reads off a machine mean, at each threshold, and what it tells people to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import type { Finding, Ground } from '../../bridge/doctor/check.ts';
import { clockFinding } from '../../bridge/doctor/checks/clock.ts';
import { spaceFinding } from '../../bridge/doctor/checks/disk-space.ts';
import { silenceFinding } from '../../bridge/doctor/checks/file-system.ts';
import { serviceFinding } from '../../bridge/doctor/checks/service.ts';
import { terminalFinding, terminals } from '../../bridge/doctor/checks/terminals.ts';
import { watchesFinding } from '../../bridge/doctor/checks/watches.ts';
import { otherProxyLine } from '../../bridge/doctor/setting-lines.ts';
import type { Ways } from '../../bridge/net/ways.ts';

const copyOf = (finding: Finding) => ('fix' in finding ? finding.fix?.copy : undefined);
const mib = 1024 * 1024;

test('file watches fail when nearly all are used, and the fix raises the limit', () => {
  const watches = { most: 1000, used: 0, ours: 300, instancesMost: 128, instances: 5 };
  const stateAt = (used: number) => watchesFinding({ ...watches, used }).state;
  assert.deepEqual([stateAt(799), stateAt(800), stateAt(979), stateAt(980)], ['ok', 'note', 'note', 'fail']);
  const full = watchesFinding({ ...watches, used: 1000 });
  assert.match(full.says, /^1000 of 1000 are used, 300 of them by the bridge\. Changes are found by looking/);
  assert.match(copyOf(full) ?? '', /fs\.inotify\.max_user_watches=524288 \|.* && sudo sysctl --system$/);
  const period = 'Changes in shop are looked for every 3 minutes: the system gives no more watches.';
  assert.ok(watchesFinding({ ...watches, used: 1000 }, [period]).says.endsWith(`by the bridge. ${period}`));
  const few = watchesFinding({ ...watches, used: 500 }, [period]);
  assert.equal(few.state, 'fail', 'the bridge itself says that it has too few');
  const large = watchesFinding({ ...watches, most: 600_000, used: 600_000 });
  assert.match(copyOf(large) ?? '', /max_user_watches=1200000 /);
});

test('watchers that are all taken fail, also while watches are left', () => {
  const taken = watchesFinding({ most: 1000, used: 10, ours: 0, instancesMost: 128, instances: 128 });
  assert.equal(taken.state, 'fail');
  assert.match(taken.says, /All 128 watchers of this user are taken/);
  assert.match(copyOf(taken) ?? '', /fs\.inotify\.max_user_instances=1024 /);
});

test('a clock fails beyond what signed commands allow, ahead and behind, with the command of its system', () => {
  const stateAt = (ms: number) => clockFinding(ms, 'linux').state;
  assert.deepEqual([stateAt(0), stateAt(10_000), stateAt(10_001)], ['ok', 'ok', 'note']);
  assert.deepEqual([stateAt(limits.clockSkewMs), stateAt(limits.clockSkewMs + 1)], ['note', 'fail']);
  assert.equal(stateAt(-limits.clockSkewMs - 1), 'fail');
  const ahead = clockFinding(3 * 3_600_000, 'darwin');
  assert.match(ahead.says, /^This clock is 3 h ahead of the relay’s\. Signed commands are refused/);
  assert.equal(copyOf(ahead), 'sudo sntp -sS time.apple.com');
  const behind = clockFinding(-30 * 86_400_000, 'linux');
  assert.match(behind.says, /^This clock is 30 days behind the relay’s\./);
  assert.equal(copyOf(behind), 'sudo timedatectl set-ntp true');
});

test('where this clock agrees with the relay’s own, that of its Redis is the wrong one', () => {
  const hour = 3_600_000;
  const behind = clockFinding(3 * hour, 'darwin', -3 * hour);
  assert.match(behind.says, /^The clock of the relay’s Redis is 3 h behind this one and the relay’s own\./);
  assert.equal(copyOf(behind), 'sudo timedatectl set-ntp true');
  assert.match(clockFinding(3 * hour, 'linux', 3 * hour).says, /^This clock is 3 h ahead of the relay’s\./);
});

test('a disk fails once the journal is in danger, and the folder is quoted for the shell', () => {
  const stateAt = (bytes: number) => spaceFinding(bytes, '/data').state;
  assert.deepEqual([stateAt(50 * mib - 1), stateAt(50 * mib)], ['fail', 'note']);
  assert.deepEqual([stateAt(500 * mib - 1), stateAt(500 * mib)], ['note', 'ok']);
  const full = spaceFinding(3 * mib, "/home/it's me");
  assert.match(full.says, /^Only 3 MiB are free for the bridge’s data\. It cannot keep what it has done\.$/);
  assert.equal(copyOf(full), `df -h '/home/it'\\''s me'`);
});

test('a file system that tells nothing is named, with its project; one of this machine is not', () => {
  const nfs = { name: 'shop', type: 0x6969 };
  const ext4 = { name: 'cafe', type: 0xef53 };
  const silent = silenceFinding([ext4, nfs], 'linux');
  assert.equal(silent.state, 'note');
  assert.match(silent.says, /^shop: its file system \(NFS\).*The bridge looks every few seconds instead\.$/);
  assert.doesNotMatch(silent.says, /cafe/);
  assert.equal(copyOf(silent), 'sallyport run --watch poll');
  for (const known of [[], [ext4], [{ name: 'away', type: undefined }]])
    assert.equal(silenceFinding(known, 'linux').state, 'ok');
});

test('a service that is down fails with what it said last, and the fix is that of its exit code', () => {
  const none = serviceFinding({ installed: false, running: false });
  assert.deepEqual([none.state, copyOf(none)], ['note', 'sallyport service install']);
  assert.equal(serviceFinding({ installed: true, running: true, pid: 7 }).says, 'It runs (process 7).');
  const down = (code: number) =>
    serviceFinding({ installed: true, running: false, lastExit: { code, says: 'the key is revoked' } });
  assert.equal(down(3).state, 'fail');
  assert.equal(down(3).says, 'It is installed and does not run. It ended with code 3: the key is revoked.');
  assert.equal(copyOf(down(2)), 'sallyport service install');
  assert.equal(copyOf(down(1)), 'sallyport service logs');
  // 6 is the exit code of a bridge that is too old, and the number of this signal.
  const aborted = serviceFinding({ installed: true, running: false, lastExit: { signal: 'SIGABRT' } });
  assert.equal(aborted.says, 'It is installed and does not run. It ended with signal SIGABRT.');
  assert.equal(copyOf(aborted), 'sallyport service logs');
  const away = { says: 'systemd does not run for this user here.', copy: 'export XDG_RUNTIME_DIR=/run/user/$(id -u)' };
  const unreached = serviceFinding({ installed: true, running: false, trouble: away });
  assert.equal(unreached.says, 'It is installed and does not run. systemd does not run for this user here.');
  assert.equal(copyOf(unreached), away.copy);
  const other = serviceFinding({ installed: false, elsewhere: true, running: false });
  assert.equal(other.says, 'The service that is installed runs on another data folder.');
});

test('the line that names another proxy counts: past a PAC file, past NO_PROXY, and in the variable that is set', () => {
  const [origin, plain] = [new URL('https://relay.example'), new URL('http://relay.example')];
  const ways = (by: Ways['by'], source: string): Ways => ({ by, source, hops: [undefined] });
  for (const [patient, variable, line] of [
    [{ origin, ways: undefined }, undefined, 'export HTTPS_PROXY=http://x'],
    [{ origin: plain, ways: ways('nobody', 'no proxy is set') }, undefined, 'export HTTP_PROXY=http://x'],
    [{ origin, ways: ways('environment', 'no_proxy') }, undefined, 'export no_proxy= HTTPS_PROXY=http://x'],
    [{ origin, ways: ways('pac', 'the PAC file x') }, undefined, 'export HTTPS_PROXY=http://x SALLYPORT_PAC=none'],
    [{ origin, ways: ways('system', 'the settings of macOS') }, 'https_proxy', 'export https_proxy=http://x'],
  ] as const)
    assert.equal(otherProxyLine('http://x', patient, variable), line);
});

test('a terminal by a binary is well; by script(1), and none at all, are to be known', async () => {
  assert.equal(terminalFinding({ way: 'node-pty' }).state, 'ok');
  const script = terminalFinding({ way: 'script' });
  assert.equal(script.state, 'note');
  assert.match(script.says, /by script\(1\): there is no binary for this platform\. Its size stays/);
  const none = terminalFinding({ trouble: 'No terminal can be had on linux-riscv64. Runs work.' });
  assert.equal(none.state, 'note');
  assert.match(none.says, /^No terminal can be had on linux-riscv64/);
  assert.equal(copyOf(none), 'script --version');
  const ground = { env: process.env, signal: AbortSignal.timeout(30_000) } as unknown as Ground;
  assert.equal((await terminals.run(ground)).state, 'ok');
});
