/** What never leaves a machine by its name or content, and what does: secrets that lie beside specs, in any letter case and at any depth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedType } from '../../bridge/leaving/allowed-types.ts';
import { neverLeaves } from '../../bridge/leaving/never-leaves.ts';
import { secretIn } from '../../bridge/leaving/secret-content.ts';
import { previewUpload } from '../../bridge/projects/preview.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../kit/projects.ts';

const secrets = `
.env .env.local .env.production .envrc prod.env staging.env production.env app.env.local env.production .dev.vars
.npmrc .yarnrc.yml .netrc _netrc .pypirc pip.conf .htpasswd .htdigest .pgpass pgpass.conf .my.cnf .mylogin.cnf .boto .s3cfg .dockercfg
.git-credentials .terraformrc .vault-token .databrickscfg .curlrc .wgetrc .muttrc .msmtprc
id_rsa id_dsa id_ecdsa id_ed25519 id_ed25519_sk id_work deploy_rsa github_ed25519 ssh_host_rsa_key authorized_keys known_hosts
server.pem server.key cert.p12 cert.pfx AuthKey_ABC.p8 release.jks debug.keystore vault.kdbx putty.ppk secret.asc secret.gpg backup.age vpn.ovpn
dist.mobileprovision login.keychain login.keychain-db service.keytab wallet.wallet key.der
credentials credentials.json credentials.yml aws-credentials.csv client_secret.json client_secret_123.apps.json client-secrets.json
service-account.json service-account-prod.json service_account.json my-service-account.json gcp-key.json google-services.json GoogleService-Info.key
firebase-adminsdk-x.json application_default_credentials.json secrets.yml secrets.yaml secrets.json secrets.toml secret.txt passwords.txt password.csv passwd
tokens.json token.txt api-key.txt api_keys.json apikey.txt private-key.txt kubeconfig kubeconfig.yaml prod-kubeconfig.yml
appsettings.Production.json local.settings.json wp-config.php settings.local.py master.key database.yml credentials.yml.enc production.key
filezilla.xml sitemanager.xml WinSCP.ini sftp-config.json .ftpconfig
terraform.tfstate terraform.tfstate.backup prod.tfvars prod.auto.tfvars
dump.sql db.sql.gz backup.sql prod-dump.sql.xz app.dump dump.rdb appendonly.aof users.bson backup.tar.gz database-backup.zip traffic.har capture.pcap heap.hprof core.1234
.bash_history .zsh_history .psql_history .mysql_history .node_repl_history .python_history .rediscli_history .lesshst .viminfo .histfile ConsoleHost_history.txt
app.db app.sqlite app.sqlite3 app.sqlite-wal Cookies key4.db logins.json
.aws/credentials .aws/config .kube/config .ssh/config .gnupg/pubring.kbx .docker/config.json .azure/accessTokens.json .gcloud/x.json .config/gcloud/creds.txt
.password-store/site.txt .terraform/state.json .git/config node_modules/x/README.md
env.prod.json .flaskenv rootkey.csv accessKeys.csv user_accessKeys.csv serviceAccountKey.json sa-key.json keyfile.json key.json keys.json keys.txt age-key.txt
bitwarden_export.json lastpass.csv 1password-export.csv 1password.1pux logins.csv vault.yml ansible-vault.yaml dockerconfig.json .dockerconfigjson credentials.tfrc.json terraform.rc
secrets.enc.yaml SECRET_KEY.txt secret_key_base signing_key oauth.json oauth2.json oauth_creds.json htpasswd.txt passphrase.txt recovery-codes.txt github-recovery-codes.txt 2fa-backup-codes.txt
seed-phrase.txt mnemonic.txt wallet.json wallet.dat keystore.json connection-strings.json cookies.txt cookies.json storage_state.json storageState.json kaggle.json ngrok.yml
npmrc pypirc netrc settings-security.xml keystore.properties cwallet.sso .smbcredentials .passwd-s3fs rclone.conf .sentryclirc .mongorc.js github-rsa private.pkcs8 x.pk8 app.heapsnapshot shadow
firebase.json.enc prod-firebase-adminsdk-1a2b.json gcloud-service-key.json jwt_secret.txt access_token.txt refresh-token.json aws_secret_access_key.txt
.m2/settings.xml .gem/credentials .cargo/credentials.toml .kaggle/kaggle.json .rclone/x.txt .op/config .anthropic/key.txt .claude/.credentials.json .gemini/oauth_creds.json .codex/auth.json
`
  .trim()
  .split(/\s+/);

test(`none of ${secrets.length} names of secrets leaves, in no letter case and at no depth`, () => {
  const leaving = secrets.flatMap((name) => [
    name,
    name.toUpperCase(),
    `specs/001-x/${name}`,
    `specs/001-x/deep/er/${name}`,
  ]);
  assert.deepEqual(
    leaving.filter((path) => !neverLeaves(path, false)),
    [],
  );
});

test('specs whose names speak of secrets leave: only files are taken for one', () => {
  const specs = [
    'specs/012-refresh-tokens/README.md',
    '.spec-workflow/specs/credentials/design.md',
    'specs/7-passwords/api-keys.md',
  ];
  const others = [
    'specs/1-a/environment.md',
    'specs/1-a/keyboard.png',
    'specs/1-a/tokens-design.json',
    'specs/1-a/history.md',
    'specs/1-a/core.md',
    'specs/1-a/design-tokens.json',
    'specs/1-a/color.tokens.json',
    'specs/1-a/backup-plan.json',
    'specs/1-a/token-usage.csv',
    'specs/1-a/key-results.json',
    'specs/1-a/production.yml',
    'specs/1-a/storage.json',
  ];
  for (const path of [...specs, ...others]) assert.equal(neverLeaves(path, false), false, path);
});

test('what lies in hidden folders beside documents is listed by name only', () => {
  for (const path of ['specs/1-a/.gemini/google.json', 'specs/1-a/.auth/user.json', '.spec-workflow/specs/a/.notes.md'])
    assert.equal(isAllowedType(path), false, path);
  for (const path of ['specs/1-a/notes.md', '.spec-workflow/specs/a/notes.md'])
    assert.equal(isAllowedType(path), true, path);
});

/** Made up, and put together here, so that no scanner takes this file for a leak. */
const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6hJ9kL2nP5qR8tU1wX4y';
const contents: Record<string, string> = {
  'a private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${letters}${letters}\n-----END RSA PRIVATE KEY-----\n`,
  'a private key in JSON': `{"private_key": "-----BEGIN ${'PRIVATE'} KEY-----\\n${letters}${letters}\\n"}`,
  'an AWS key': `key = ${'AKIA'}J7Q2MX9B4TZK8W3R`,
  'a GitHub token': `token: ${'ghp_'}${letters.slice(0, 36)}`,
  'a fine-grained GitHub token': `${'github_pat_'}${letters}${letters.slice(0, 27)}`,
  'a GitLab token': `${'glpat-'}${letters.slice(0, 20)}`,
  'a Slack token': `${'xoxb-'}2847561930-5928374610-${letters.slice(0, 24)}`,
  'a Google key': `${'AIza'}${letters.slice(0, 35)}`,
  'a Stripe key': `${'sk_live_'}${letters.slice(0, 24)}`,
  'an Anthropic key': `${'sk-ant-'}api03-${letters}${letters.slice(0, 20)}`,
  'a key in a quotation': `> -----BEGIN RSA ${'PRIVATE'} KEY-----\n> ${letters}\n> ${letters}\n`,
  'a key in a comment': `# -----BEGIN ${'PRIVATE'} KEY-----\n# ${letters}\n`,
  'a key in HTML': `<pre>-----BEGIN ${'PRIVATE'} KEY-----<br>${letters}`,
  'an encrypted key': `-----BEGIN RSA ${'PRIVATE'} KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n${letters}`,
  'a PGP key': `-----BEGIN PGP ${'PRIVATE'} KEY BLOCK-----\nVersion: GnuPG v2\n\n${letters}`,
  'an AWS secret': `aws_secret_access_key = ${letters.slice(0, 40)}`,
  'a long OpenAI key': `${'sk-'}proj-${letters}${letters}`,
  'an OpenAI key with its mark in the middle': `${'sk-'}${letters.slice(0, 24)}${'T3Blbk'}FJ${letters.slice(20, 44)}`,
  'an old OpenAI key': `${'sk-'}${letters.slice(0, 48)}`,
  'a Slack app token': `${'xapp-'}1-A0B1C2D3E4F-2847561930574-${letters}`,
  'a Docker token': `${'dckr_pat_'}${letters.slice(0, 27)}`,
  'an Atlassian token': `${'ATATT3xFfGF0'}${letters}${letters}`,
  'a Grafana token': `${'glsa_'}${letters.slice(0, 32)}_0a1b2c3d`,
  'a Notion token': `${'ntn_'}${letters.slice(0, 46)}`,
  'a Linear key': `${'lin_api_'}${letters.slice(0, 40)}`,
  'a Supabase token': `${'sbp_'}${'0a1b2c3d4e5f67899f8e'.repeat(2)}`,
  'a Discord webhook': `https://discord.com/api/webhooks/283947561930574829/${letters}${letters.slice(0, 12)}`,
  'an npm token': `//registry/:_authToken=${'npm_'}${letters.slice(0, 36)}`,
};

for (const [what, text] of Object.entries(contents))
  test(`${what} inside of a file keeps its content here`, () => {
    const file = `# Notes\n\n${text}\n`;
    assert.ok(secretIn(Buffer.from(file)), text.slice(0, 20));
    // What PowerShell's `>` writes.
    assert.ok(secretIn(Buffer.from(`\ufeff${file}`, 'utf16le')), `${text.slice(0, 20)} in UTF-16`);
  });

test('placeholders and documentation of tokens are no secrets', () => {
  const examples = [
    `${'AKIA'}IOSFODNN7EXAMPLE`,
    `${'ghp_'}${'x'.repeat(36)}`,
    `-----BEGIN ${'PRIVATE'} KEY-----\n...\n-----END PRIVATE KEY-----`,
    'sk-... or ghp_<token>',
    `A line such as -----BEGIN ${'PRIVATE'} KEY----- and all that follows, up to the line that ends it, is looked for in every file.`,
    `-----BEGIN ${'PRIVATE'} KEY-----\n-----END ${'PRIVATE'} KEY-----\n${letters}`,
    'aws_secret_access_key = YOUR_SECRET_KEY',
    `${'sk_live_'}${'0'.repeat(24)}`,
  ];
  for (const text of examples) assert.equal(secretIn(Buffer.from(text)), undefined, text);
});

test('a file that consists of the beginnings of secrets does not stop the bridge', () => {
  // Seconds at worst; a pattern that tries every end for every beginning takes hours for as many bytes.
  const patienceMs = 60_000;
  const units = [
    'sk-',
    'sk-proj-',
    `-----BEGIN ${'PRIVATE'} KEY-----`,
    'T3BlbkFJ',
    'xoxb-ab-',
    'xoxb-1-Ask-aAAKIAAeyJ',
  ];
  const began = performance.now();
  for (const unit of units) secretIn(Buffer.alloc(2_000_000, unit));
  assert.ok(performance.now() - began < patienceMs);
});

test('nothing of the real projects stays here: neither what a format knows nor what lies beside it', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  for (const name of ['lean-spec', 'spec-workflow'] as const) {
    const { documents, leftOut } = await previewUpload(await copyRealProject(name, folder.path));
    assert.ok(documents.length > 400, `${documents.length} documents of ${name}`);
    assert.deepEqual(
      documents.filter(({ body }) => body !== 'uploaded').map(({ path, why }) => `${path}: ${why}`),
      [],
    );
    assert.deepEqual(leftOut, []);
  }
});
