/** Gives the screens the app: `useApp()` below an `AppContext.Provider`. */
import { createContext, useContext } from 'solid-js';
import type { App } from './app-state.ts';

/** Filled in once, by main.tsx. */
export const AppContext = createContext<App>();

/** The app of the surrounding `AppContext.Provider`. Throws a TypeError without one. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new TypeError('useApp() is called outside AppContext.Provider');
  return app;
}
