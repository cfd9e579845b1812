/** There is no container engine where this is tested: what can be held against the code is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readConfig } from '../app/config.ts';
import { isExample } from '../app/secrets.ts';
import { ROUTES } from '../contract/routes/table.ts';
import { allOf, composeText, readCompose, readEnvExample, referredTo, type Service } from './worlds/containers.ts';

const example = readEnvExample();
/** Every secret made one's own, as the example says. */
const changed = Object.fromEntries(
  Object.entries(example).map(([name, value]) => [name, isExample(value) ? `ours${'x'.repeat(32)}${name.length}` : value]),
);
const { services, volumes } = readCompose(changed);
const isOurs = ({ build }: Service): boolean => build !== undefined;
const all = Object.entries(services);
const ours = all.filter(([, service]) => isOurs(service));
const serve = services.serve;
assert.ok(serve);

const imageEnv = Object.fromEntries(
  allOf('ENV')
    .flatMap((line) => line.split(' '))
    .map((pair) => pair.split(/=(.*)/s))
    .map(([name = '', value = '']) => [name, value]),
);
/** What readConfig makes of what the container is told. */
const configOf = (service: Service | null) => readConfig({ ...imageEnv, ...service?.environment });
const portOf = (url: string | undefined): number => {
  const { protocol, port } = new URL(url ?? '');
  return port === '' && protocol === 'http:' ? 80 : Number(port);
};
/** `127.0.0.1:8787:8787` → the published port and the container's. */
const published = (service: Service): [number, number][] =>
  service.ports.map((port) => {
    assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, 'published to this machine alone');
    const [, outside, inside] = port.split(':');
    return [Number(outside), Number(inside)];
  });
const HEALTH = allOf('HEALTHCHECK').join(' ');

describe('the containers and the code agree', () => {
  test('the configuration knows every variable of ours and takes its value', () => {
    for (const [name, service] of [['the image alone', null], ...ours] as const)
      assert.deepEqual(configOf(service).warnings, [], name);
    assert.deepEqual(configOf(serve).config.worker_kinds, [], 'the steps are the workers’');
    assert.ok(services.worker && configOf(services.worker).config.worker_kinds.length > 0);
  });

  test('what the example of the environment sets is what docker-compose.yml reads, and no secret has a value there', () => {
    assert.deepEqual(new Set(Object.keys(example)), referredTo());
    const secret = /^\s*\w*(PASSWORD|SECRET|CREDENTIAL|ACCESS_KEY|IDENTITY)\w*:\s*(?!\$\{\w+:\?)(\S.*)$/gm;
    const notified = [...composeText().matchAll(secret)].map(([line]) => line.trim());
    assert.deepEqual(notified, ['MYSQL_RANDOM_ROOT_PASSWORD: "yes"']);
    assert.equal(execFileSync('git', ['check-ignore', '.env'], { encoding: 'utf8' }).trim(), '.env');
  });

  test('no process of ours starts with the secrets of the example', () => {
    for (const [name, service] of Object.entries(readCompose(example).services))
      if (isOurs(service)) assert.throws(() => configOf(service), /TUODI_LINK_SECRET: .*example/, name);
  });

  test('the processes share what they must: every server, and the secret of the links', () => {
    const shared = ours.map(
      ([
        ,
        {
          environment: { TUODI_HEALTH_LISTEN: _, ...environment },
        },
      ]) => ({
        ...environment,
        TUODI_WORKER_KINDS: '', // each has its own, and workers alone a port for their health
      }),
    );
    for (const environment of shared) assert.deepEqual(environment, shared[0]);
  });

  test('ports that are exposed, published and asked are those that the service listens on', () => {
    const { port } = configOf(null).config.listen;
    assert.deepEqual(allOf('EXPOSE'), [String(port)]);
    assert.equal(portOf(/http:[^']*/.exec(HEALTH)?.[0]), port);
    const listen = configOf(serve).config.listen;
    assert.equal(listen.host, '0.0.0.0', 'within the container nothing else reaches it');
    assert.deepEqual(published(serve), [[portOf(serve.environment.TUODI_PUBLIC_URL), listen.port]]);
  });

  test('every server is asked at its own name and port', () => {
    const { config } = configOf(serve);
    const host = (url: string | undefined) => new URL(url ?? '').hostname;
    assert.deepEqual(
      [config.database_url, config.redis_url, config.elasticsearch_url, config.s3_endpoint].map(host),
      ['mysql', 'redis', 'elasticsearch', 's3'].filter((name) => name in services),
    );
    assert.deepEqual([config.database_url, config.redis_url, config.elasticsearch_url].map(portOf), [3306, 6379, 9200]);
    const { mysql, s3 } = services;
    assert.ok(mysql && s3);
    const { username, password, pathname } = new URL(config.database_url ?? '');
    const { MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE } = mysql.environment;
    assert.deepEqual([username, password, pathname.slice(1)], [MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE]);
    assert.deepEqual(
      [config.s3_access_key, config.s3_secret_key],
      [s3.environment.S3PROXY_IDENTITY, s3.environment.S3PROXY_CREDENTIAL],
    );
    const inside = portOf(s3.environment.S3PROXY_ENDPOINT);
    assert.equal(portOf(config.s3_endpoint), inside);
    assert.deepEqual(published(s3), [[portOf(config.s3_public_endpoint), inside]]);
    assert.equal(s3.environment.S3PROXY_CORS_ALLOW_ORIGINS, config.public_url);
  });

  test('the image keeps the programs of its own platform alone', () => {
    const prune = /&& (find node_modules\/onnxruntime-node.*)$/m.exec(allOf('RUN').join('\n'))?.[1];
    assert.ok(prune);
    const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-image-'));
    const programs = path.join(folder, 'node_modules/onnxruntime-node/bin/napi-v6');
    try {
      for (const one of ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64'])
        mkdirSync(path.join(programs, one), { recursive: true });
      execFileSync('sh', ['-c', prune], { cwd: folder });
      const kept = readdirSync(programs).flatMap((system) =>
        readdirSync(path.join(programs, system)).map((arch) => `${system}/${arch}`),
      );
      assert.deepEqual(kept, [`linux/${process.arch}`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('nothing but the API and the store is published', () => {
    const open = all.filter(([, service]) => service.ports.length > 0).map(([name]) => name);
    assert.deepEqual(open, ['serve', 's3']);
  });

  test('a health check asks a route that is there and that wants no key', () => {
    const asked = new URL(/http:[^']*/.exec(HEALTH)?.[0] ?? '').pathname;
    const route = ROUTES.find(({ path: its, method }) => its === asked && method === 'GET');
    assert.equal(route?.auth, 'none', asked);
  });

  test('every command is one of the command line, and the file that it starts is built', () => {
    const known = [...readFileSync('cli/program.ts', 'utf8').matchAll(/\.command\('(\w+)/g)].map(([, name]) => name);
    const started = ours.map(([, { command }]) => command ?? []).filter(([, second]) => !second?.startsWith('--'));
    const image = z.array(z.string()).parse(JSON.parse(allOf('CMD').at(-1) ?? ''));
    assert.deepEqual(
      allOf('COPY').filter((line) => line.startsWith('--from')),
      ['--from=build /app/dist ./dist'],
    );
    for (const [node, file, command] of [...started, image]) {
      assert.deepEqual([node, file, known.includes(command ?? '')], ['node', 'dist/main.js', true], command);
      assert.ok(existsSync(file ?? ''), file);
    }
  });
});

describe('the image has all that it needs, and nothing else', () => {
  const copied = allOf('COPY')
    .filter((line) => !line.startsWith('--from'))
    .flatMap((line) => line.split(' ').slice(0, -1));
  /** By the rules of .dockerignore: the last one that matches the file, or a folder it is in, decides. */
  const rules = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((rule) => rule && !rule.startsWith('#'))
    .map((rule) => ({ keeps_out: !rule.startsWith('!'), pattern: rule.replace(/^!/, '') }));
  const isLetIn = (file: string): boolean => {
    const parents = file.split('/').map((_, n, parts) => parts.slice(0, n + 1).join('/'));
    const last = rules.findLast(({ pattern }) => parents.some((one) => path.matchesGlob(one, pattern)));
    return last?.keeps_out === false;
  };

  test('what is copied by name is there, and let in by .dockerignore', () => {
    for (const file of copied.filter((one) => one !== '.')) {
      assert.ok(existsSync(file), file);
      assert.ok(isLetIn(file), `.dockerignore keeps ${file} out`);
    }
    assert.ok(copied.includes('.'), 'sources are copied from every folder');
  });

  test('.dockerignore lets in sources in any folder, and neither secrets, data nor tests', () => {
    for (const file of ['new-folder/new.ts', 'a/b/c.ts', 'web/app.tsx', 'web/styles/tokens.css', 'samples/receipt.png'])
      assert.ok(isLetIn(file), file);
    const outside = ['.env', 'tuodi-data/facts.sqlite', 'secrets.json', 'a/link-secret', '.git/config', 'dist/main.js'];
    for (const file of [
      ...outside,
      'node_modules/a/b.ts',
      'samples/node_modules/a.ts',
      'test/tidy.test.ts',
      'bench/service.ts',
      'docs/write.ts',
    ])
      assert.ok(!isLetIn(file), file);
  });

  test('what main.ts reaches is copied', () => {
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const named = [...readFileSync(file, 'utf8').matchAll(/'(\.\.?\/[^']*\.(?:ts|js))'/g)].map(([, to = '']) =>
        path.join(path.dirname(file), to.replace(/\.js$/, '.ts')),
      );
      for (const to of named.filter((one) => existsSync(one))) follow(to);
    };
    follow('main.ts');
    assert.ok(reached.size > 100, `${reached.size} files`);
    const outside = [...reached].filter((file) => !isLetIn(file));
    assert.deepEqual(outside, []);
  });

  test('ours have no right of the system and write to /data and /tmp alone; none gets more rights than it has', () => {
    for (const [name, { cap_drop, read_only, tmpfs, security_opt, volumes: mounted }] of ours) {
      assert.deepEqual([cap_drop, read_only], [['ALL'], true], name);
      assert.deepEqual(
        tmpfs.map((one) => one.split(':')[0]),
        ['/tmp'],
        name,
      );
      for (const one of mounted) assert.match(one, /^[a-z-]+:\/data$/, `${name}: a volume of its own`);
      assert.ok(security_opt.includes('no-new-privileges:true'), name);
    }
    for (const [name, { security_opt }] of all) assert.ok(security_opt.includes('no-new-privileges:true'), name);
    assert.doesNotMatch(composeText(), /privileged|cap_add|docker\.sock|network_mode|pid: *host/);
  });

  test('it does not run as root, and keeps its data in a volume that its user owns', () => {
    assert.deepEqual(allOf('USER'), ['node']);
    assert.deepEqual(allOf('VOLUME'), [imageEnv.TUODI_DATA_DIR]);
    assert.ok(allOf('RUN').some((line) => line.includes(`chown node:node ${imageEnv.TUODI_DATA_DIR}`)));
  });
});

describe('the services hang together', () => {
  test('every image is pinned by a tag', () => {
    const bases = allOf('ARG').map((line) => line.split('=')[1] ?? '');
    for (const image of [...bases, ...all.map(([, { image }]) => image)]) assert.match(image, /:[\w.-]*\d[\w.-]*$/, image);
    assert.deepEqual(allOf('FROM'), ['$NODE AS build', '$NODE']);
  });

  test('Elasticsearch is the version that the tests run on', () => {
    const pom = readFileSync('test/servers/elasticsearch/pom.xml', 'utf8');
    const version = /<elasticsearch\.version>(.*?)</.exec(pom)?.[1];
    assert.ok(services.elasticsearch?.image.endsWith(`:${version}`), version);
  });

  test('who is waited for is there, and can say that it is healthy or done', () => {
    for (const [name, service] of all)
      for (const [other, { condition }] of Object.entries(service.depends_on)) {
        const awaited = services[other];
        assert.ok(awaited, `${name} waits for ${other}, which is not there`);
        const says = awaited.healthcheck ? awaited.healthcheck.disable !== true : isOurs(awaited);
        if (condition === 'service_healthy') assert.ok(says, `${other} has no health check`);
        if (condition === 'service_completed_successfully') assert.equal(awaited.restart, 'no', `${other} never completes`);
      }
  });

  test('what runs on is started again and bounded; volumes are declared, and used', () => {
    for (const [name, { restart, mem_limit }] of all) {
      assert.match(restart, /^(no|unless-stopped)$/, name);
      assert.match(mem_limit, /^\d+[mg]$/, name);
    }
    const used = all.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0]));
    assert.deepEqual(new Set(used), new Set(Object.keys(volumes)));
  });
});
