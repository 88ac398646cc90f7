/** Method and path of every call, without schemas. The bridge and the app build paths from it; `routes.ts` has the rest. */

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for one segment and `*path` for the rest. */
  readonly path: string;
}

export const calls = {
  hello: { method: 'GET', path: '/v1/hello' },
  bridgeConnect: { method: 'POST', path: '/v1/bridge/connect' },
  bridgeManifest: { method: 'POST', path: '/v1/bridge/manifest' },
  bridgeIngest: { method: 'POST', path: '/v1/bridge/ingest' },
  bridgeBlob: { method: 'POST', path: '/v1/bridge/blobs/:rev' },
  bridgePoll: { method: 'POST', path: '/v1/bridge/poll' },
  bridgeAnswers: { method: 'POST', path: '/v1/bridge/answers' },
  bridgeResults: { method: 'POST', path: '/v1/bridge/results' },
  bridgeBye: { method: 'POST', path: '/v1/bridge/bye' },
  bridgeMachineRemove: { method: 'DELETE', path: '/v1/bridge/machine' },
  bridgeTry: { method: 'POST', path: '/v1/bridge/try' },
  bridgeDeviceKeys: { method: 'GET', path: '/v1/bridge/device-keys' },
  machines: { method: 'GET', path: '/v1/machines' },
  machineCreate: { method: 'POST', path: '/v1/machines' },
  machine: { method: 'GET', path: '/v1/machines/:machine' },
  machineRename: { method: 'PATCH', path: '/v1/machines/:machine' },
  machineRemove: { method: 'DELETE', path: '/v1/machines/:machine' },
  machineKeyReplace: { method: 'POST', path: '/v1/machines/:machine/key' },
  projects: { method: 'GET', path: '/v1/machines/:machine/projects' },
  documents: { method: 'GET', path: '/v1/machines/:machine/documents' },
  document: { method: 'GET', path: '/v1/machines/:machine/documents/:project/*path' },
  body: { method: 'GET', path: '/v1/machines/:machine/bodies/:rev' },
  bodies: { method: 'GET', path: '/v1/machines/:machine/bodies' },
  snapshot: { method: 'GET', path: '/v1/machines/:machine/snapshot' },
  stream: { method: 'POST', path: '/v1/stream' },
  streamAll: { method: 'GET', path: '/v1/stream' },
  feedEvents: { method: 'GET', path: '/v1/feeds/:feed/events' },
  feedSnapshot: { method: 'GET', path: '/v1/feeds/:feed/snapshot' },
  machineRecords: { method: 'GET', path: '/v1/machines/:machine/records' },
  machineRecord: { method: 'GET', path: '/v1/machines/:machine/records/:record' },
  records: { method: 'GET', path: '/v1/records' },
  recordCreate: { method: 'POST', path: '/v1/records' },
  record: { method: 'GET', path: '/v1/records/:record' },
  recordChange: { method: 'PATCH', path: '/v1/records/:record' },
  recordRemove: { method: 'DELETE', path: '/v1/records/:record' },
  notices: { method: 'GET', path: '/v1/notices' },
  push: { method: 'GET', path: '/v1/push' },
  pushAdd: { method: 'POST', path: '/v1/push/devices' },
  pushChange: { method: 'PATCH', path: '/v1/push/devices/:device' },
  pushRemove: { method: 'DELETE', path: '/v1/push/devices/:device' },
  pushTest: { method: 'POST', path: '/v1/push/devices/:device/test' },
  pushNotice: { method: 'GET', path: '/v1/push/notices/:notice' },
  webhooks: { method: 'GET', path: '/v1/webhooks' },
  webhookCreate: { method: 'POST', path: '/v1/webhooks' },
  webhookRemove: { method: 'DELETE', path: '/v1/webhooks/:webhook' },
  webhookTest: { method: 'POST', path: '/v1/webhooks/:webhook/test' },
  queryAsk: { method: 'POST', path: '/v1/machines/:machine/queries' },
  commandSend: { method: 'POST', path: '/v1/machines/:machine/commands' },
  commands: { method: 'GET', path: '/v1/machines/:machine/commands' },
  command: { method: 'GET', path: '/v1/machines/:machine/commands/:id' },
  commandCancel: { method: 'POST', path: '/v1/machines/:machine/commands/:id/cancel' },
  me: { method: 'GET', path: '/v1/me' },
  meChange: { method: 'PATCH', path: '/v1/me' },
  meExport: { method: 'GET', path: '/v1/me/export' },
  meRemove: { method: 'DELETE', path: '/v1/me' },
  passwordSet: { method: 'PUT', path: '/v1/me/password' },
  sessionCreate: { method: 'POST', path: '/v1/sessions' },
  signInWays: { method: 'GET', path: '/v1/sign-in-ways' },
  passkeySignIn: { method: 'POST', path: '/v1/sessions/passkey-options' },
  oidcSignIn: { method: 'POST', path: '/v1/sessions/oidc' },
  passkeys: { method: 'GET', path: '/v1/passkeys' },
  passkeyOptions: { method: 'POST', path: '/v1/passkeys/options' },
  passkeyAdd: { method: 'POST', path: '/v1/passkeys' },
  passkeyRemove: { method: 'DELETE', path: '/v1/passkeys/:passkey' },
  accounts: { method: 'GET', path: '/v1/me/accounts' },
  accountBegin: { method: 'POST', path: '/v1/me/accounts/begin' },
  accountLink: { method: 'POST', path: '/v1/me/accounts' },
  sessionEnd: { method: 'DELETE', path: '/v1/sessions/current' },
  sessions: { method: 'GET', path: '/v1/sessions' },
  sessionRevoke: { method: 'DELETE', path: '/v1/sessions/:session' },
  signInLink: { method: 'POST', path: '/v1/sign-in-links' },
  members: { method: 'GET', path: '/v1/members' },
  memberChange: { method: 'PATCH', path: '/v1/members/:person' },
  memberRemove: { method: 'DELETE', path: '/v1/members/:person' },
  memberRevoke: { method: 'POST', path: '/v1/members/:person/revocations' },
  memberSignInLink: { method: 'POST', path: '/v1/members/:person/sign-in-links' },
  invitations: { method: 'GET', path: '/v1/invitations' },
  invitationRevoke: { method: 'DELETE', path: '/v1/invitations/:invitation' },
  organisationCreate: { method: 'POST', path: '/v1/organisations' },
  backupCreate: { method: 'POST', path: '/v1/backups' },
  organisationChange: { method: 'PATCH', path: '/v1/organisation' },
  invitationCreate: { method: 'POST', path: '/v1/invitations' },
  keys: { method: 'GET', path: '/v1/keys' },
  keyCreate: { method: 'POST', path: '/v1/keys' },
  keyRevoke: { method: 'DELETE', path: '/v1/keys/:key' },
  deviceKeys: { method: 'GET', path: '/v1/device-keys' },
  deviceKeyAdd: { method: 'POST', path: '/v1/device-keys' },
  deviceKeyRemove: { method: 'DELETE', path: '/v1/device-keys/:fingerprint' },
  audit: { method: 'GET', path: '/v1/audit' },
  auditExport: { method: 'GET', path: '/v1/audit/export' },
  oauthMetadata: { method: 'GET', path: '/.well-known/oauth-authorization-server' },
  deviceAuthorization: { method: 'POST', path: '/oauth/device_authorization' },
  token: { method: 'POST', path: '/oauth/token' },
  deviceLook: { method: 'POST', path: '/v1/device-codes/look' },
  deviceDecide: { method: 'POST', path: '/v1/device-codes/decide' },
  openapi: { method: 'GET', path: '/v1/openapi.json' },
  docs: { method: 'GET', path: '/docs' },
  livez: { method: 'GET', path: '/livez' },
  readyz: { method: 'GET', path: '/readyz' },
} as const satisfies Record<string, Call>;

export type CallName = keyof typeof calls;

/** The path of a call with its parameters (encoded; `*path` keeps its slashes), and a query if given. */
export function pathOf(
  name: CallName,
  parameters: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const path = calls[name].path.replace(/([:*])([a-z]+)/gi, (_, sign: string, parameter: string) => {
    const value = parameters[parameter];
    if (value === undefined) throw new TypeError(`${name} needs ${parameter}`);
    return sign === '*' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
  return search.size === 0 ? path : `${path}?${search}`;
}
