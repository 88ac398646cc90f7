/** What the screens make of documents, outside a page. Needs `--conditions=browser`. */
import { createRoot } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { createMachineSpecs } from '../../pwa/features/specs/machine-specs.ts';
import type { Spec } from '../../pwa/features/specs/spec-groups.ts';

/** The specs among documents, as they are now. */
export function groupSpecs(documents: readonly Document[]): readonly Spec[] {
  const held: Record<string, Document> = Object.fromEntries(documents.entries());
  return createRoot((dispose) => {
    const specs = createMachineSpecs(() => held)();
    dispose();
    return specs;
  });
}
