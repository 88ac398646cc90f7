/** The words of each kind, for whatever is drawn below the frame; the registry itself (`index.ts`) knows the screens, so they cannot import it. */
import { createContext, useContext } from 'solid-js';
import type { CommandFeatures } from './feature.ts';

/** Filled in once, by App.tsx. */
export const FeaturesContext = createContext<CommandFeatures>();

/** What the app knows of each kind of command; below App.tsx only. */
export function useFeatures(): CommandFeatures {
  const features = useContext(FeaturesContext);
  if (features === undefined) throw new TypeError('useFeatures() is called outside App');
  return features;
}
