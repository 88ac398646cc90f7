/** The app's state without its screens, for tests that ask it questions: `window.app` is the App, `window.started` its start. */

import { takeSignInToken } from '../../../pwa/state/arrival.ts';
import { createApp } from '../../../pwa/state/create-app.ts';

const { app, start } = createApp();
const token = takeSignInToken(location, history);
Object.assign(window, { app, started: start(token === undefined ? undefined : { token }) });
