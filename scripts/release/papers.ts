/** What lies beside the programs of a release: the licences of what is inside, and the list of parts (SBOM, CycloneDX 1.6). No time and no random number is in them, so that two builds are equal. */
import type { Inside } from './packages.ts';

/** The file LICENSES.txt. */
export function licencesText(packages: readonly Inside[]): string {
  const parts = packages.map(
    ({ name, version, licence, text }) => `${'='.repeat(80)}\n${name} ${version} (${licence})\n\n${text}`,
  );
  return `Sallyport contains code of these packages, under their licences.\n\n${parts.join('\n\n').trimEnd()}\n`;
}

/** The file sbom.cdx.json. `brought` names packages that npm installs beside the release. */
export function partsList(version: string, packages: readonly Inside[], brought: ReadonlySet<string>): string {
  const own = `pkg:npm/sallyport@${version}`;
  const components = packages.map((one) => componentOf(one, brought.has(one.name)));
  const list = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'sallyport',
        version,
        purl: own,
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components,
    dependencies: [{ ref: own, dependsOn: components.map((component) => component['bom-ref']) }],
  };
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

function componentOf({ name, version, licence, sha512 }: Inside, isBrought: boolean) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    // Where npm cannot install Node for this platform, the program runs on the one that is there.
    scope: isBrought ? 'optional' : 'required',
    ...(sha512 === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
    licenses: [/^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence }],
    purl,
  };
}
