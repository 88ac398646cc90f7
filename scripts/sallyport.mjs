#!/usr/bin/env node
// The command `sallyport`: of a checkout after `npm link`, and of a release.
import { launch } from './launch.mjs';

launch('bridge');
