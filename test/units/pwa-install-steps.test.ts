/** The steps to install the app: those of the device come first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installSteps } from '../../pwa/features/settings/install-steps.ts';

const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15';

test('each system has its own steps first, and those of the others after them', () => {
  for (const [agent, hasTouch, first] of [
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1', true, 'iPhone and iPad'],
    [`${mac} Version/19.0 Safari/605.1.15`, true, 'iPhone and iPad'],
    [`${mac} Version/19.0 Safari/605.1.15`, false, 'Safari on a Mac'],
    [`${mac} Chrome/140.0 Safari/537.36`, false, 'Chrome and Edge on a computer'],
    ['Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36', true, 'Android'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0', false, 'Chrome and Edge on a computer'],
  ] as const) {
    const steps = installSteps(agent, hasTouch);
    assert.equal(steps[0]?.where, first);
    assert.equal(new Set(steps.map(({ where }) => where)).size, 4);
  }
});
