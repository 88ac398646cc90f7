/** The versions of bridge, Node and relay. That a bridge is too old for its relay is known before: the relay refuses to answer it. */
import { VERSION } from '#contract/version.ts';
import { type Check, note, ok } from '../check.ts';

export const versions: Check = {
  name: 'versions',
  title: 'Versions',
  group: 'Relay',
  after: ['answers'],
  run: async ({ shared }) => {
    const { version } = (await shared.greeting()).answer;
    const says = `Bridge ${VERSION} on Node ${process.versions.node}, relay ${version}.`;
    return version === VERSION ? ok(says) : note(`${says} They work together.`);
  },
};
