/** Starts the app: state first, then the screens on top of it. */
import { render } from 'solid-js/web';
import { App } from './App.tsx';
import { AppContext } from './state/context.ts';
import { createApp } from './state/create-app.ts';
import { takeReturn, takeSignInToken } from './state/device/arrival.ts';

const root = document.getElementById('app');
if (root === null) throw new TypeError('index.html has no #app');

const { app, start, openLink } = createApp();
const opened = takeSignInToken(location, history);
void start(opened === undefined ? takeReturn(location, history, sessionStorage) : { token: opened });
// A link that is opened in the running app only changes the fragment. Handle it before the router does.
window.addEventListener('hashchange', () => {
  const token = takeSignInToken(location, history);
  if (token !== undefined) void openLink(token);
});
render(
  () => (
    <AppContext.Provider value={app}>
      <App />
    </AppContext.Provider>
  ),
  root,
);
