/** Both sides of a link, of a machine with one project whose documents a test puts and removes. */
import { documentKey } from '#contract/document-key.ts';
import { createHeldPaths, type Held } from '../../bridge/packed/held.ts';
import { createSides, type Sides } from '../../bridge/sync/sides.ts';

export interface PlayedSides {
  readonly sides: Sides;
  /** The machine has this at a path now; undefined: nothing. */
  change(path: string, held: Held | undefined): void;
}

/** A machine without documents. */
export function openSides(project: string): PlayedSides {
  const documents = createHeldPaths();
  const sides = createSides({
    size: () => documents.size,
    heldAt: (key) => documents.heldAt(key.slice(project.length + 1)),
    sorted: function* () {
      for (const path of documents.sorted()) {
        const held = documents.heldAt(path);
        if (held !== undefined) yield { project, path, ...held };
      }
    },
  });
  return {
    sides,
    change: (path, held) => {
      const before = documents.heldAt(path);
      if (held === undefined) documents.remove(path);
      else documents.put(path, held);
      sides.changed(documentKey({ project, path }), before, held);
    },
  };
}
