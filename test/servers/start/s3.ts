/** A store that speaks S3 and verifies signatures, expiry and policies: S3Proxy, out of its jars, over a folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { classPath, type Jdk, sourcesOf } from './java.ts';
import { freePort, launch, type Server } from './process.ts';
import type { Say } from './programs.ts';

/** The access key of every S3 server of the tests. */
export const S3_ACCESS_KEY = 'tuodi-test';
export const S3_SECRET_KEY = 'tuodi-test-secret';

const ASK_LIMIT_MS = 2_000;

export async function startS3proxy(folder: string, jdk: Jdk, say: Say): Promise<Server> {
  const data = path.join(folder, 's3proxy');
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const jars = await classPath('s3proxy', jdk, folder, say);
  const settings = path.join(folder, 's3proxy.properties');
  writeFileSync(
    settings,
    [
      `s3proxy.endpoint=${url}`,
      's3proxy.authorization=aws-v2-or-v4',
      `s3proxy.identity=${S3_ACCESS_KEY}`,
      `s3proxy.credential=${S3_SECRET_KEY}`,
      // A setting of the server, not of a bucket: what a browser on this page may do.
      String.raw`s3proxy.cors-allow-origins=https://app\\.example`,
      's3proxy.cors-allow-methods=GET HEAD PUT POST',
      's3proxy.cors-allow-headers=content-type',
      's3proxy.cors-exposed-headers=ETag',
      'jclouds.provider=filesystem-nio2',
      `jclouds.filesystem.basedir=${data}`,
    ].join('\n'),
  );
  return launch({
    product: 'S3Proxy',
    command: path.join(jdk.home, 'bin/java'),
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      `-Dlogback.configurationFile=${path.join(sourcesOf('s3proxy'), 'logback.xml')}`,
      '-cp',
      jars,
      'org.gaul.s3proxy.Main',
      '--properties',
      settings,
    ],
    folder,
    url,
    port,
    version: async () => {
      await answers(url);
      return pinnedVersion();
    },
  });
}

/** Any answer will do: without a signature it is a refusal. */
export async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ASK_LIMIT_MS) });
  await response.body?.cancel();
}

/** S3Proxy does not tell its version; it is the one its pom.xml asks for. */
function pinnedVersion(): string {
  const [, version = 'of unknown version'] =
    /<s3proxy\.version>(.*?)</.exec(readFileSync(path.join(sourcesOf('s3proxy'), 'pom.xml'), 'utf8')) ?? [];
  return version;
}
