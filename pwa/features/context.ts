/** Gives the screens the texts of each kind. They cannot import the registry (`index.ts`), because it imports the screens. */
import { createContext, useContext } from 'solid-js';
import type { CommandFeatures } from './feature.ts';

/** Filled in once, by App.tsx. */
export const FeaturesContext = createContext<CommandFeatures>();

/** The texts of each kind of command; only below App.tsx. */
export function useFeatures(): CommandFeatures {
  const features = useContext(FeaturesContext);
  if (features === undefined) throw new TypeError('useFeatures() is called outside App');
  return features;
}
