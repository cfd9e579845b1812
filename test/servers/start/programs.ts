/** Programs of this machine: where they are, running one to its end, and installing what is missing, saying what and why. */
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/** A program, the Debian packages that bring it, and what it is for. */
export type Need = { program: string; packages: string[]; why: string };
/** Prints one line. */
export type Say = (line: string) => void;

export const NEEDS = {
  // The -core packages have the programs, without a server that the system starts.
  mariadb: { program: 'mariadbd', packages: ['mariadb-server-core', 'mariadb-client-core'], why: 'the facts' },
  redis: { program: 'redis-server', packages: ['redis-server'], why: 'tasks and queue' },
  maven: { program: 'mvn', packages: ['maven'], why: 'fetching the jars of Elasticsearch and S3Proxy' },
  // The package has a server too, which the tests do not use.
  promtool: { program: 'promtool', packages: ['prometheus'], why: 'firing the alert rules' },
  rgw: { program: 'radosgw', packages: ['radosgw', 'ceph-mon', 'ceph-osd'], why: 'S3' },
} satisfies Record<string, Need>;

const LOG_BYTES_SHOWN = 4_000;
/** Servers are not on everybody's path. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Its full path, or null. */
export function find(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => path.join(folder, program)).find(runs) ?? null;
}

/** Its full path; throws if it is not installed. */
export function whereIs(program: string): string {
  const file = find(program);
  if (!file) throw new Error(`${program} is not installed: \`npm run suite -- servers\` installs what is missing`);
  return file;
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next folder
  }
}

/** Runs it to its end, with its output in `log`. Throws with the end of that if it fails. */
export async function runProgram(command: string, args: string[], log: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', output, output], env: { ...process.env, ...env } });
  closeSync(output);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0)
    throw new Error(`${path.basename(command)} ended with ${code}\n${readFileSync(log, 'utf8').slice(-LOG_BYTES_SHOWN)}`);
}

/** Installs with apt-get what is not there yet, and says of each what it is for. Does nothing, silently, if all is there. */
export async function installMissing(needs: Need[], folder: string, say: Say): Promise<void> {
  const missing = needs.filter(({ program }) => !find(program));
  if (missing.length === 0) return;
  for (const { program, packages, why } of missing) say(`installing ${packages.join(', ')}: ${program} is missing (${why})`);
  await aptInstall(
    missing.flatMap(({ packages }) => packages),
    folder,
  );
}

const QUIETLY = { DEBIAN_FRONTEND: 'noninteractive' };
/** Another apt-get may be at work: wait for it, so many seconds. */
const APT = ['-q', '-o', 'DPkg::Lock::Timeout=120'];

export async function aptUpdate(folder: string): Promise<void> {
  if (userInfo().uid !== 0) throw new Error('apt-get wants root: install what is missing, or run this as root');
  await runProgram('apt-get', [...APT, 'update'], path.join(folder, 'apt-update.log'), QUIETLY);
}

/** Of Debian's packages, by root. */
export async function aptInstall(packages: string[], folder: string): Promise<void> {
  await aptUpdate(folder);
  const install = [...APT, 'install', '-y', '--no-install-recommends', ...packages];
  await runProgram('apt-get', install, path.join(folder, 'apt-install.log'), QUIETLY);
}

/** The first of these packages that Debian would install here, or null. */
export function offeredByApt(packages: string[]): string | null {
  return (
    packages.find((name) => {
      const policy = execFileSync('apt-cache', ['policy', name], { encoding: 'utf8' });
      return /Candidate: (?!\(none\))/.test(policy);
    }) ?? null
  );
}
