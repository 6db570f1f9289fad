import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { findProgram } from './find-program.mjs';

/** Programs by any of their names, with the Debian package and other ways to have them. `needed`: nothing works without. */
const REDIS = {
  title: 'Redis',
  names: ['redis-server'],
  debian: 'redis-server',
  ways: [
    'Debian, Ubuntu:  apt-get install redis-server   (as root, npm start does it by itself)',
    'macOS:           brew install redis',
    'Fedora, RHEL:    dnf install redis',
    'Alpine:          apk add redis',
    'or start with REDIS_URL set to a Redis 7 that you have',
  ],
};
const FOR_TESTS = [
  { title: 'Prometheus', names: ['prometheus'], debian: 'prometheus', skips: 'the tests against a real Prometheus' },
  {
    title: 'Alertmanager',
    names: ['prometheus-alertmanager', 'alertmanager'],
    debian: 'prometheus-alertmanager',
    skips: 'the tests against a real Alertmanager',
  },
  {
    title: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    skips: 'the tests of the page in a real browser',
  },
  {
    title: 'Go with Sprig',
    names: ['go'],
    debian: 'golang-go golang-github-masterminds-sprig-dev',
    skips: 'the tests of the Helm chart',
  },
];

const isMissing = ({ names }) => !names.some((name) => findProgram(name));

/**
 * The programs beside Node: found, or on Debian as root installed. Tests use a Redis of their own whatever REDIS_URL says.
 * What tests do without is written to `skippedFile`, a list of {title, why}; with `nothingSkipped` it is an error. Throws with words for the reader.
 */
export function programs({ forTests, nothingSkipped, ownRedis, skippedFile }) {
  const wanted = [...(ownRedis || forTests ? [REDIS] : []), ...(forTests ? FOR_TESTS : [])];
  const missing = wanted.filter(isMissing);
  const failure =
    missing.length > 0 && canInstall() ? aptInstall(missing.flatMap(({ debian }) => debian.split(' '))) : null;
  const still = missing.filter(isMissing);
  if (still.includes(REDIS))
    throw new Error(
      `redis-server is not on this machine${failure ? ` (${failure})` : ''}. Get it:\n  ${REDIS.ways.join('\n  ')}`,
    );
  if (forTests) noteSkipped(still, { failure, nothingSkipped, skippedFile });
}

function noteSkipped(still, { failure, nothingSkipped, skippedFile }) {
  const why = (one) => failure ?? `apt-get install ${one.debian} needs Debian and root`;
  const skipped = still.map((one) => ({ title: `${one.skips} (no ${one.names[0]} here)`, why: why(one) }));
  if (nothingSkipped && skipped.length > 0)
    throw new Error(
      `with CI=true nothing may be skipped, but these can't be had:\n${skipped.map((one) => `  ${one.title}: ${one.why}`).join('\n')}`,
    );
  if (skipped.length === 0) {
    if (existsSync(skippedFile)) rmSync(skippedFile);
    return;
  }
  mkdirSync(dirname(skippedFile), { recursive: true });
  writeFileSync(skippedFile, `${JSON.stringify(skipped, null, 2)}\n`);
}
