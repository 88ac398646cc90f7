/** Names that never leave a machine, even if a project's own lists allow them: secrets, and files that are not documents. Applies at any depth, in upper and lower case. */

/** Folders, with everything in them. */
const folders: ReadonlySet<string> = new Set([
  // Folders of other programs: version control, packages, temporary files.
  ...['.git', '.hg', '.svn', '.jj', 'node_modules', 'tmp', '.terraform', '.vagrant', '__macosx'],
  // What our commands have removed.
  '.sallyport-trash',
  // Keys and sign-ins.
  ...[
    '.ssh',
    '.gnupg',
    '.gpg',
    '.aws',
    '.azure',
    '.gcloud',
    '.gcp',
    '.kube',
    '.docker',
    '.helm',
    '.oci',
    '.doctl',
    '.fly',
  ],
  ...['.config', '.password-store', '.pki', '.secrets', '.vault', '.keys', '.credentials', '.bitcoin', '.ethereum'],
  ...['.gem', '.cargo', '.m2', '.gradle', '.kaggle', '.rclone', '.op', '.sops', '.heroku', '.netlify', '.stripe'],
  ...['.anthropic', '.openai', '.huggingface', '.cloudflared', '.ngrok2', '.wrangler', '.snowsql', '.dbt', '.chef'],
]);

const names: readonly RegExp[] = [
  // Environments: `.env`, `.env.local`, `prod.env`, `env.production`, `.envrc`, `.dev.vars`.
  /^\.env/,
  /\.env(\..+)?$/,
  /^\.flaskenv$/,
  /^env\.(local|dev|development|stag(e|ing)|prod|production|test)(\.(json|ya?ml|js|ts|sh))?$/,
  /^\.?dev\.vars$/,
  // Settings of tools that may contain passwords or tokens.
  /^[._](npmrc|yarnrc(\.yml)?|netrc|pypirc|pip\.conf|htpasswd|htdigest|pgpass|my\.cnf|mylogin\.cnf|boto|s3cfg|dockercfg|gemrc|curlrc|wgetrc|fetchmailrc|msmtprc|muttrc|esmtprc|ncftp|git-credentials|terraformrc|vault-token|databrickscfg|snowsql|rediscli_auth|dockerconfigjson|smbcredentials|passwd-s3fs|sentryclirc|mongorc\.js)$/,
  /^(npmrc|yarnrc|netrc|pypirc|my\.cnf|terraform\.rc|rclone\.conf|settings-security\.xml|shadow)$/,
  /^(pip\.conf|htpasswd(\.txt)?|pgpass(\.conf)?|credentials|dockercfg|kubeconfig|\.?vault[-_.]?(pass|password|token)(\.txt)?)$/,
  /^(.*[-_.])?kubeconfig(\.ya?ml)?$/,
  /^(.*[-_.])?(credentials?|secrets?|passwords?|passwd|tokens?|passphrases?|((api|private|secret|signing|encryption|access|deploy|service|account|age|sa|root|user|client|ssh|gpg|pgp|jwt|aws|gcp|admin)[-_]?keys?)|keys?|keyfile|keystore|(seed|recovery)[-_]?phrase|mnemonic|(recovery|backup)[-_]?codes|secret[-_]?key[-_]?base|logins?|cookies?|storage[-_]?state|wallet|vault|dockerconfig|kaggle|ngrok|connection[-_]?strings)([-_.](local|dev|development|staging|prod|production|test|backup|old|default|enc))?(\.(json|ya?ml|toml|ini|txt|dat|csv|xml|properties|conf|cfg|xlsx?|docx?|plist|enc))?$/,
  /^(.*[-_.])?(service[-_]?account([-_]?key)?|client[-_]?secrets?|google[-_]?services|gcp[-_]?key|firebase[-_]?adminsdk|application_default_credentials)([-_.].*)?\.(json|plist|ya?ml)$/,
  /^(appsettings\.(production|staging|secrets)|local\.settings|secrets?\.local|auth|oauth2?([-_]?(tokens?|creds))?)\.json$/,
  /^(wp-config|configuration|settings\.local|localsettings|local_settings)\.(php|py)$/,
  /^(database|credentials)\.yml$/,
  /\.enc$/,
  /(^|[-_.])credentials\.tfrc\.json$/,
  // Exports of password managers.
  /^(1password|bitwarden|lastpass|keepass|dashlane|enpass|chrome|firefox)([-_. ].*)?\.(csv|json|1pux|1pif|xml|txt)$/,
  /^(filezilla|sitemanager|recentservers|winscp|ws_ftp)\.(xml|ini)$/,
  /^(sftp-config|\.?ftpconfig|\.?remote-sync|deployment-config)(\.json)?$/,
  // Keys and certificates with keys.
  /^(ssh_host_.*|id_[a-z0-9_-]+|.*[-_](rsa|dsa|ecdsa|ed25519))(\.(bak|old|key|pem|txt))?$/,
  /^(authorized_keys|known_hosts|identity|server\.crt|secring\..*|pubring\..*|trustdb\.gpg)$/,
  /\.(pem|key|p8|p12|pfx|jks|bks|keystore|truststore|kdb|kdbx|ppk|asc|gpg|pgp|age|agekey|der|ovpn|mobileprovision|provisionprofile|keychain(-db)?|pkcs12|wallet|keytab|pk8|pkcs8|psafe3|sso|1pux|rdp)$/,
  // State and dumps, which contain the data that they were made from.
  /\.(tfstate|tfvars)(\..*)?$/,
  /^terraform\.tfstate/,
  /(^|[-_.])(dump|backup)([-_.].*)?\.(sql|gz|zip|tar|tgz|bz2|xz|rdb|db|bson|archive)$/,
  /(^|[-_.])(dump|backup)([-_.]?[\dtz_:.-]+)?\.json$/,
  /\.(sql|dump|rdb|aof|bson|pgdump|mysqldump)(\.(gz|bz2|xz|zip|zst))?$/,
  /\.(har|pcap|pcapng|core|dmp|hprof|heapsnapshot)$/,
  /^core(\.\d+)?$/,
  // Histories.
  /^[._]?(bash|zsh|fish|sh|ksh|psql|mysql|mongo|mongosh|node|node_repl|python|irb|pry|rediscli|sqlite|dbshell|less|lesshst|viminfo|php|octave|lua|ghci|utop)[-_.]?(history|hist)$/,
  /^\.(histfile|history|lesshst|viminfo|zhistory|sh_history)$/,
  /^consolehost_history\.txt$/,
  // Databases.
  /\.(db|db3|sqlite|sqlite3|mdb|accdb)(-(wal|shm|journal))?$/,
  /^(cookies|login data|web data|key[34]\.db|logins\.json|signons\.sqlite)$/,
  // Temporary files of editors and atomic writes: vim, Emacs, JetBrains, LibreOffice, KDE, ours.
  /^\..*\.sw[a-z]$/,
  /^4913$/,
  /~$/,
  /^#.*#$/,
  /^\.#/,
  /\.(tmp|temp|bak|orig|part|crswap|crdownload)$/,
  /^\.?~lock\./,
  /^~\$/,
  /___jb_(tmp|old)___$/,
  /\.tmp\.\d+(\.|$)/,
  /^\.sallyport-/,
  /^(\.ds_store|thumbs\.db|desktop\.ini)$/,
];

/** Design tokens: colours and sizes, which are not secrets. */
const designTokens =
  /(^|[-_.])(design|colou?rs?|typography|spacing|themes?|brand|semantic|components?|base|core)[-_.]tokens?(\.|$)/;

/** The reason why a path of a project (relative, `/`) is on the list of names. */
export type NeverLeaves = (path: string, folder: boolean) => boolean;

/** Whether a file is on the list, by its name or by a folder above it, or a folder by its own name. Names of files do not apply to folders: a spec may be called "refresh-tokens". */
export function neverLeaves(path: string, folder: boolean): boolean {
  const parts = path.toLowerCase().normalize('NFKC').split('/');
  const name = parts.at(-1) ?? '';
  if (parts.some((part) => folders.has(part))) return true;
  return !folder && !designTokens.test(name) && names.some((pattern) => pattern.test(name));
}
