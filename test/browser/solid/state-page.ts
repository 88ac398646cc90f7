/** The app's state without its screens, for tests that ask it questions: `window.app` is the App, `window.started` its start. */
import { createApp } from '../../../pwa/state/create-app.ts';
import { takeSignInToken } from '../../../pwa/state/sign-in-token.ts';

const { app, start } = createApp();
Object.assign(window, { app, started: start(takeSignInToken(location, history)) });
