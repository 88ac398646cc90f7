/** Lists projects of a machine that nobody watches. */
import * as v from 'valibot';
import { Name, OpenName } from '../document.ts';
import { DiscoveryKey } from './args.ts';
import { defineQuery } from './kind.ts';

export const projectDiscover = defineQuery({
  title: 'Discover projects',
  summary:
    'Lists the projects that spec tools have registered on the machine and that it does not watch. Only admins and owners see their folders.',
  args: v.strictObject({}),
  result: v.strictObject({
    items: v.array(
      v.strictObject({
        /** For project-add. */
        key: DiscoveryKey,
        name: Name,
        formats: v.array(OpenName),
        /** Absolute path; for admins and owners. */
        folder: v.optional(v.string()),
      }),
    ),
  }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/discover' }],
  about: [],
});
