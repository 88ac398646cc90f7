/** Contents that look like a secret, whatever the file is called: private keys, and tokens of the well-known shapes. Each pattern takes time in step with the size. */

/** What it is, and its shape. */
const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  [
    'a private key',
    /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r)+[A-Za-z0-9+/=:, \r\n\\-]{64}/g,
  ],
  ['a PuTTY private key', /PuTTY-User-Key-File-[23]: /g],
  ['an age key', /AGE-SECRET-KEY-1[0-9A-Z]{58}/g],
  ['an AWS access key', /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b/g],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g],
  ['a GitHub token', /\bgithub_pat_[A-Za-z0-9_]{70,255}\b/g],
  ['a GitLab token', /\bgl(?:pat|dt|rt|ptt|ft|soat|cbt)-[A-Za-z0-9_-]{20,100}/g],
  ['a Slack token', /\bxox[abeoprs]-(?:[0-9A-Za-z]{2,20}-){1,4}[0-9A-Za-z]{10,80}/g],
  ['a Slack webhook', /hooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/[A-Za-z0-9]{20,30}/g],
  ['a Google API key', /\bAIza[0-9A-Za-z_-]{35}\b/g],
  ['a Google OAuth secret', /\bGOCSPX-[0-9A-Za-z_-]{28}\b/g],
  ['a Stripe key', /\b[rs]k_live_[0-9A-Za-z]{20,250}\b/g],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{40,250}/g],
  ['an OpenAI key', /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,160}T3BlbkFJ[A-Za-z0-9_-]{20,160}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a PyPI token', /\bpypi-AgE[A-Za-z0-9_-]{60,400}/g],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{34,40}\b/g],
  ['a DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{64}\b/g],
  ['a SendGrid key', /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/g],
  ['a Telegram token', /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g],
  ['a Vault token', /\bhv[bs]\.[A-Za-z0-9_-]{24,200}/g],
  ['an Azure storage key', /AccountKey=[A-Za-z0-9+/]{86}==/g],
  ['a Shopify token', /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/g],
  ['a Sallyport key', /\bsp[mu]_[0-9A-Za-z]{36}\b/g],
];

/** Fewer different characters than this: a placeholder such as `ghp_xxxxxxxx`. */
const differentMin = 10;

/** What secret the bytes seem to hold ("a GitHub token"), or undefined. */
export function secretIn(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return shapes.find(([, shape]) => text.matchAll(shape).some(([found]) => isNoPlaceholder(found)))?.[0];
}

/** Documents show how a token looks: AWS's documented example, dots, or one letter again and again. */
function isNoPlaceholder(found: string): boolean {
  return !/EXAMPLE|\.\.\.|xxxx|XXXX|0000000|1234567890/.test(found) && new Set(found).size >= differentMin;
}
