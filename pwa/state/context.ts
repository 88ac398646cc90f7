/** Where the screens get the app from: `useApp()` below an `AppContext.Provider`. */
import { createContext, useContext } from 'solid-js';
import type { App } from './app-state.ts';

/** Filled in once, by main.tsx. */
export const AppContext = createContext<App>();

/** The app of the surrounding `AppContext.Provider`; a TypeError where there is none. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new TypeError('useApp() is called outside AppContext.Provider');
  return app;
}
