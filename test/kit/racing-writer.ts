/** One of two bridges on one folder: replaces a file each time it is told to, as its side sees it. Arguments: the project's root, the file's path, a name. Over IPC: a round's rev comes in, what became of it goes out. */
import { Problem } from '#contract/problems.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { replaceFile } from '../../bridge/files/write.ts';

const [root = '', path = '', name = ''] = process.argv.slice(2);

process.on('message', async ({ round, before }: { readonly round: number; readonly before: string }) => {
  const bytes = Buffer.from(`${name} ${round}\n`);
  const outcome = await replaceFile({ id: `${name}-${round}`, root, path, before, bytes, ready: async () => {} }).then(
    () => ({ done: revOf(bytes) }),
    (error: unknown) => ({ failed: error instanceof Problem ? error.code : String(error) }),
  );
  process.send?.(outcome);
});
process.send?.({ ready: true });
