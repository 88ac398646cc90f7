/** Detects contents that look like a secret: private keys, and tokens of well-known forms. Each pattern takes linear time. */

/** Name and pattern of each secret. */
const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a PuTTY private key', /PuTTY-User-Key-File-[23]: /g],
  ['an age key', /AGE-SECRET-KEY-1[0-9A-Z]{58}/g],
  ['an AWS access key', /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b/g],
  [
    'an AWS secret key',
    /aws_?secret_?(?:access_?)?key["']?\s{0,9}[:=]\s{0,9}["']?[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/gi,
  ],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g],
  ['a GitHub token', /\bgithub_pat_[A-Za-z0-9_]{70,255}\b/g],
  ['a GitLab token', /\bgl(?:pat|dt|rt|ptt|ft|soat|cbt)-[A-Za-z0-9_-]{20,100}/g],
  ['a Slack token', /\bxox[abeoprs]-(?:[0-9A-Za-z]{2,20}-){1,4}[0-9A-Za-z]{10,80}/g],
  ['a Slack token', /\bxapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[A-Za-z0-9]{32,80}/g],
  ['a Slack webhook', /hooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/[A-Za-z0-9]{20,30}/g],
  ['a Google API key', /\bAIza[0-9A-Za-z_-]{35}\b/g],
  ['a Google OAuth secret', /\bGOCSPX-[0-9A-Za-z_-]{28}\b/g],
  ['a Stripe key', /\b[rs]k_live_[0-9A-Za-z]{20,250}\b/g],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{40,250}/g],
  // Begins with the rare middle part, because a text may consist of many `sk-`.
  ['an OpenAI key', /T3BlbkFJ(?<=\bsk-[A-Za-z0-9_-]{20,170}T3BlbkFJ)[A-Za-z0-9_-]{20,160}/g],
  ['an OpenAI key', /\bsk-(?:proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{60,250}/g],
  ['an OpenAI key', /\bsk-[A-Za-z0-9]{48}\b/g],
  ['a Docker token', /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}/g],
  ['an Atlassian token', /\bATATT3[A-Za-z0-9_=-]{80,250}/g],
  ['a Grafana token', /\bgl(?:sa|c)_[A-Za-z0-9+/]{32,250}/g],
  ['a Notion token', /\bntn_[A-Za-z0-9]{43,50}\b/g],
  ['a Linear key', /\blin_(?:api|oauth)_[A-Za-z0-9]{40,64}\b/g],
  ['a Supabase token', /\bsbp_[0-9a-f]{40}\b/g],
  ['a Discord webhook', /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,80}/g],
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

/** With fewer different characters, it is a placeholder such as `ghp_xxxxxxxx`. */
const differentMin = 10;

/** The secret that the bytes seem to contain ("a GitHub token"), or undefined. */
export function secretIn(bytes: Uint8Array): string | undefined {
  const read = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Without NUL bytes, UTF-16 reads as ASCII.
  const text = read.includes(0) ? read.toString('latin1').replaceAll('\0', '') : read.toString('latin1');
  if (holdsPrivateKey(text)) return 'a private key';
  return shapes.find(([, shape]) => text.matchAll(shape).some(([found]) => isNoPlaceholder(found)))?.[0];
}

const keyHeader = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** The key must begin within this many characters after its header. They leave room for fields (`Proc-Type`) and for marks of quotations, comments, JSON or HTML. */
const keyWithin = 400;

/** Where the key ends, or another one begins. */
const nextMark = /-----(?:BEGIN|END)/;

/** A header alone is documentation. With a line of key data below it, it is a key. */
function holdsPrivateKey(text: string): boolean {
  return text.matchAll(keyHeader).some(({ index, 0: header }) => {
    const [below = ''] = text.slice(index + header.length, index + header.length + keyWithin).split(nextMark, 1);
    const [line] = /[A-Za-z0-9+/]{40}/.exec(below) ?? [];
    return line !== undefined && isNoPlaceholder(line);
  });
}

/** Examples of tokens in documents: AWS's documented example, dots, or one repeated letter. */
function isNoPlaceholder(found: string): boolean {
  return !/EXAMPLE|\.\.\.|xxxx|XXXX|0000000|1234567890/.test(found) && new Set(found).size >= differentMin;
}
