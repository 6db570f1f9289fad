import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram } from './find-program.mjs';
import { longWork } from './long-work.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** True on Debian and its kin, as root. */
export const canInstall = () =>
  existsSync('/etc/debian_version') && process.getuid?.() === 0 && findProgram('apt-get') !== null;

/** Installs Debian packages without starting the services that come with them. Returns null, or why it failed in one line. */
export function aptInstall(packages) {
  try {
    longWork('Reading the package lists (apt-get update)', () => apt(['update', '-qq']));
    longWork(`Installing ${packages.join(', ')} (apt-get)`, () =>
      withoutServices(() => apt(['install', '-y', '-qq', '--no-install-recommends', ...packages])),
    );
    if (existsSync('/run/systemd/system'))
      console.log(
        `Set-up: Debian starts such services when the machine boots; to prevent that: systemctl disable ${packages.join(' ')}`,
      );
    return null;
  } catch (error) {
    return error.message.replaceAll('\n', ' ').slice(0, 300);
  }
}

/** Debian asks this file whether a service may start after its installation; 101 is no. One that is there already is the owner's. */
function withoutServices(work) {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr, error } = spawnSync('apt-get', args, {
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}` };
}
