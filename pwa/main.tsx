/** Starts the app: state first, then the screens on top of it. */
import { render } from 'solid-js/web';
import { App } from './App.tsx';
import { AppContext } from './state/context.ts';
import { createApp } from './state/create-app.ts';

const root = document.getElementById('app');
if (root === null) throw new TypeError('index.html has no #app');

const app = createApp();
render(
  () => (
    <AppContext.Provider value={app}>
      <App />
    </AppContext.Provider>
  ),
  root,
);
