/** The app's state without its screens, for tests that ask it questions: `window.app` is the App, `window.started` its start. */

import { createApp } from '../../../pwa/state/create-app.ts';
import { takeSignInToken } from '../../../pwa/state/device/arrival.ts';

const { app, start } = createApp();
const token = takeSignInToken(location, history);
Object.assign(window, { app, started: start(token === undefined ? undefined : { token }) });
