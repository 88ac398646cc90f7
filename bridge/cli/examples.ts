/** Examples in the help of each command. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    'sallyport run ~/code/shop',
    'sallyport run --agents',
    'sallyport run --url https://relay.example.com --key-file key',
  ],
  projects: ['sallyport projects', 'sallyport projects add ~/code/shop', 'sallyport projects --dry-run'],
  login: ['sallyport login https://relay.example.com'],
  logout: ['sallyport logout'],
  machines: ['sallyport machines', 'sallyport machines --json | jq -r .name'],
  'sign-in-link': ['sallyport sign-in-link'],
  documents: ['sallyport documents laptop --kind spec --meta status=planned'],
  send: [
    'sallyport send laptop spec-metadata-update project=shop spec=001 status=complete --if-rev REV',
    'sallyport send laptop project-info project=shop',
  ],
  sign: ['sallyport sign laptop spec-archive project=shop spec=001 --if-rev REV'],
  tail: ['sallyport tail', 'sallyport tail laptop --json'],
  devices: ['sallyport devices', 'sallyport devices own'],
  audit: ['sallyport audit', 'sallyport audit verify export.jsonl'],
  mcp: ['claude mcp add sallyport -- sallyport mcp'],
  status: ['sallyport status && echo connected'],
  completion: ['source <(sallyport completion bash)'],
  config: ['sallyport config show'],
};
