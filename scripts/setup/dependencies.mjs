import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { longWork } from './long-work.mjs';

const NODE_MAJOR = 24;

/** node_modules as package-lock.json wants it, with the Node that the app runs on among it. Throws with words for the reader. */
export function dependencies(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const stampFile = join(root, 'node_modules', '.nightshift-stamp');
  const stamp = `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`;
  const node = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && existsSync(node)) return;

  if (!installed(root, JSON.parse(lock.toString()))) {
    // `npm ci` refuses a lock file that doesn't name the optional packages of every platform, and npm writes such ones (where a registry lacks some). This keeps to the lock's versions too, and leaves it as it is.
    longWork('Installing dependencies (npm install)', () =>
      npm(root, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']),
    );
  }
  if (!isOurNode(node)) longWork(`Getting Node ${NODE_MAJOR}`, () => installNode(root));
  if (!isOurNode(node)) {
    throw new Error(
      `the npm package "node" brought no Node ${NODE_MAJOR}, which the app runs on. Its install script may be blocked: try\n  npm rebuild node --foreground-scripts\nor install Node ${NODE_MAJOR} yourself and run: node src/main.ts`,
    );
  }
  writeFileSync(stampFile, stamp);
}

/** npm's own record of what it installed, against what is wanted. Packages for other platforms are never there. */
function installed(root, wanted) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const there = JSON.parse(readFileSync(record, 'utf8')).packages;
  const right = ([path, { version, optional, devOptional, link }]) =>
    path === '' ||
    link ||
    (there[path] ? there[path].version === version && existsSync(join(root, path)) : optional || devOptional);
  return Object.entries(wanted.packages).every(right);
}

function isOurNode(node) {
  if (!existsSync(node)) return false;
  const said = spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout ?? '';
  return Number(/^v(\d+)/.exec(said)?.[1] ?? 0) >= NODE_MAJOR;
}

/** For an npm that blocks install scripts. */
function installNode(root) {
  const folder = join(root, 'node_modules', 'node');
  if (!existsSync(join(folder, 'installArchSpecificPackage.js')))
    return { ok: false, output: `${folder} is incomplete` };
  return run(process.execPath, ['installArchSpecificPackage.js'], folder);
}

/** npm on the machine's own Node: the one in node_modules would be taken from under npm's feet. */
function npm(root, args) {
  const cli = process.env.npm_execpath;
  const node = findProgram('node', outsidePath()) ?? process.execPath;
  return cli?.endsWith('.js')
    ? run(node, [cli, ...args], root)
    : run(findProgram('npm', outsidePath()) ?? 'npm', args, root);
}

const outsidePath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);

function run(program, args, cwd) {
  const env = { ...process.env, PATH: outsidePath() };
  // npm hands its own settings down to what it runs; the inner one is to read them afresh.
  for (const name of Object.keys(env)) if (name.startsWith('npm_') && name !== 'npm_config_registry') delete env[name];
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}` };
}
