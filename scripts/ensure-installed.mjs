/**
 * Runs before npm start, npm test and the like, with nothing but Node: installs the packages when they are missing or
 * no longer those of package-lock.json. Free of dependencies, because there may be none yet.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.healthsphere-lock');

refuseOldNode();
await ensureInstalled();

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `HealthSphere needs Node.js 20.19 or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      `Install a newer one from https://nodejs.org, or with a version manager: nvm install 22`,
  );
  process.exit(1);
}

async function ensureInstalled() {
  if (isInstalled()) return;
  // Two runs at once must not both delete and fill node_modules.
  const lock = join(tmpdir(), `healthsphere-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  await takeLock(lock);
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  if (isInstalled()) return;
  await install();
}

/** The stamp names the lock file and the platform; without one, what npm itself recorded is compared. */
function isInstalled() {
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return true;
  if (!matchesNpmRecord()) return false;
  writeFileSync(stampFile, wanted);
  return true;
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/** Whether `npm install` has already put everything of the lock file in place. */
function matchesNpmRecord() {
  try {
    const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === '' ||
        entry.optional ||
        entry.devOptional ||
        entry.peer ||
        (present[path]?.version === entry.version && existsSync(join(root, path, 'package.json'))),
    );
  } catch {
    return false;
  }
}

async function takeLock(lock) {
  let told = false;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = lockHolder(lock);
    if (holder === 'gone') {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) console.log('  … Another run is installing the packages of this clone; waiting for it.');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

let emptySince;
function lockHolder(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return 'alive';
  } catch (error) {
    if (error.code === 'EPERM') return 'alive';
    if (error.code === 'ESRCH') return 'gone';
    // The holder has made the directory and not yet written its pid, unless that lasts.
    emptySince ??= Date.now();
    return Date.now() - emptySince > 5000 ? 'gone' : 'alive';
  }
}

function install() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const [command, ...rest] = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  console.log(`  … Installing packages (npm ci), once; about a minute and a half`);
  const timer = setInterval(() => console.log(`  … Installing packages: ${seconds()}`), 10_000);
  return new Promise((resolve) => {
    const child = spawn(command, rest, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    const failed = (why) => {
      clearInterval(timer);
      console.error(
        `\nThe packages could not be installed: npm ci ${why} after ${seconds()}; its own words are above.\n` +
          `Tried: ${command} ${rest.join(' ')} in ${root}\n` +
          `What to do: check that the npm registry can be reached (npm ping), that the disk has 1 GB free, ` +
          `and run npm ci by hand to see everything it says.`,
      );
      process.exit(1);
    };
    child.on('error', (error) => failed(`could not be run (${error.message})`));
    child.on('close', (code, signal) => {
      if (code !== 0) return failed(`ended with ${signal ?? `status ${code}`}`);
      clearInterval(timer);
      mkdirSync(dirname(stampFile), { recursive: true });
      writeFileSync(stampFile, fingerprint());
      console.log(`  ✓ Installed packages: ${seconds()}`);
      return resolve();
    });
  });
}
