/** What the servers that are written in Java need: a JDK, and their jars from Maven Central, kept for the next run. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptInstall, aptUpdate, find, offeredByApt, runProgram, type Say, whereIs } from './programs.ts';

export type Jdk = { home: string; version: string };

/** What Elasticsearch 9 asks for. */
const LEAST_MAJOR = 21;
const DEBIAN_JDKS = ['openjdk-25-jdk-headless', 'openjdk-21-jdk-headless'];
const JVM_FOLDER = '/usr/lib/jvm';
/** From dist/test/servers/start/ to the folder of the sources. */
const SOURCES = fileURLToPath(new URL('../../../../test/servers/', import.meta.url));

/** JAVA_HOME's if it is new enough, else the newest of the system, else Debian's, which is installed. */
export async function findJdk(folder: string, say: Say): Promise<Jdk> {
  let jdk = newestJdk();
  if (!jdk) {
    if (!offeredByApt(DEBIAN_JDKS)) await aptUpdate(folder); // its lists may be old, or not there yet
    const offered = offeredByApt(DEBIAN_JDKS);
    if (!offered)
      throw new Error(`Elasticsearch needs a JDK of ${LEAST_MAJOR} or newer, and this Debian has none: set JAVA_HOME to one`);
    say(`installing ${offered}: there is no JDK of ${LEAST_MAJOR} or newer (Elasticsearch)`);
    await aptInstall([offered], folder);
    jdk = newestJdk();
  }
  if (!jdk) throw new Error(`there is still no JDK in ${JVM_FOLDER}`);
  say(`JDK ${jdk.version} in ${jdk.home}`);
  return jdk;
}

function newestJdk(): Jdk | null {
  const installed = existsSync(JVM_FOLDER) ? readdirSync(JVM_FOLDER).map((name) => path.join(JVM_FOLDER, name)) : [];
  const all = installed.flatMap(asJdk).sort((a, b) => major(b) - major(a));
  return [...asJdk(process.env.JAVA_HOME ?? ''), ...all].find((jdk) => major(jdk) >= LEAST_MAJOR) ?? null;
}

const major = ({ version }: Jdk): number => Number.parseInt(version, 10);

/** A folder with a compiler, and a file that says its version. */
function asJdk(home: string): Jdk[] {
  const release = path.join(home, 'release');
  if (!home || !existsSync(path.join(home, 'bin/javac')) || !existsSync(release)) return [];
  const [, version] = /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, 'utf8')) ?? [];
  return version ? [{ home, version }] : [];
}

/** Where things that are slow to fetch are kept from one run to the next. */
export const cacheFolder = (): string => process.env.TUODI_TEST_CACHE ?? path.join(homedir(), '.cache', 'tuodi-test');

/** The sources of one server in test/servers/. */
export const sourcesOf = (name: string): string => path.join(SOURCES, name);

/**
 * The class path of what test/servers/<name>/pom.xml names, and of the sources in its src/, compiled. Kept under a name made of both
 * and of the JDK, and put there in one rename: two runs at once do no harm.
 */
export async function classPath(name: string, jdk: Jdk, folder: string, say: Say): Promise<string> {
  const pom = path.join(sourcesOf(name), 'pom.xml');
  const src = path.join(sourcesOf(name), 'src');
  const sources = existsSync(src) ? readdirSync(src, { recursive: true, encoding: 'utf8' }).sort() : [];
  const java = sources.filter((file) => file.endsWith('.java')).map((file) => path.join(src, file));
  const hash = createHash('sha256').update(String(major(jdk)));
  for (const file of [pom, ...java]) hash.update(readFileSync(file));
  const kept = path.join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(kept)) {
    say(`fetching the jars of ${name} into ${kept}`);
    const fresh = `${kept}.${process.pid}`;
    const lib = path.join(fresh, 'lib');
    mkdirSync(lib, { recursive: true });
    // Maven takes the system's Java, and ours where there is none.
    const env = find('java') ? {} : { JAVA_HOME: jdk.home };
    const wanted = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${lib}`];
    await runProgram(whereIs('mvn'), ['-q', '-B', '-f', pom, ...wanted], path.join(folder, `${name}-maven.log`), env);
    const compile = ['-cp', `${lib}/*`, '-d', path.join(fresh, 'classes'), ...java];
    if (java.length > 0) await runProgram(path.join(jdk.home, 'bin/javac'), compile, path.join(folder, `${name}-javac.log`));
    putInPlace(fresh, kept);
  }
  return `${kept}/classes:${kept}/lib/*`;
}

function putInPlace(fresh: string, kept: string): void {
  try {
    renameSync(fresh, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
    rmSync(fresh, { recursive: true }); // another run was first, with the same
  }
}
