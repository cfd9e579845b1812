/** The files in deploy/ against the code; what a tool of the system can check of them and of docker-compose.yml, where it is installed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../app/config.ts';
import { EXIT } from '../contract/exit-codes.ts';
import { ROUTES } from '../contract/routes/table.ts';
import { HTTP_LIMITS } from '../http/limits.ts';
import { STOP_LIMITS } from '../runtime/async/closers.ts';
import { allOf, composeText } from './worlds/containers.ts';

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** What a stop takes at most, in seconds, and what still holds the process then. */
const STOP_S = STOP_LIMITS.stop_ms / 1_000 + 2;
/** Codes after which a process is not to be started again. */
const FINAL = [EXIT.USAGE, EXIT.TAKEN_OVER];

const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
});
const Container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.record(z.string(), z.object({ name: z.literal('tuodi') }))),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }).optional(),
  resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }), limits: z.object({ memory: z.string() }) }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const Pod = z.object({
  restartPolicy: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  enableServiceLinks: z.literal(false),
  securityContext: z.object({ runAsNonRoot: z.literal(true) }),
  containers: z.tuple([Container]),
  volumes: z.array(z.object({ name: z.string() })),
});
const Labels = z.record(z.string(), z.string());
const Workload = z.object({
  kind: z.enum(['Deployment', 'Job']),
  spec: z.object({
    selector: z.object({ matchLabels: Labels }).optional(),
    template: z.object({ metadata: z.object({ labels: Labels }), spec: Pod }),
  }),
});
const Settings = z.object({ kind: z.literal('ConfigMap'), metadata: z.object({ name: z.string() }), data: Labels });
const Service = z.object({
  kind: z.literal('Service'),
  spec: z.object({ selector: Labels, ports: z.array(z.object({ targetPort: z.string() })) }),
});

const manifests: unknown[] = readdirSync('deploy/kubernetes').flatMap((file) =>
  parseAllDocuments(readFileSync(`deploy/kubernetes/${file}`, 'utf8'), { strict: true }).map((one): unknown => {
    assert.deepEqual(one.errors, [], file);
    return one.toJS();
  }),
);
const those = <T>(shape: z.ZodType<T>): T[] => manifests.flatMap((one) => shape.safeParse(one).data ?? []);
const workloads = those(Workload);
const pods = workloads.map(({ spec }) => ({ labels: spec.template.metadata.labels, ...spec.template.spec }));
const secrets = {
  TUODI_DATABASE_URL: 'mysql://tuodi:ours@mysql:3306/tuodi',
  TUODI_REDIS_URL: 'redis://redis:6379/0',
  TUODI_LINK_SECRET: 'ours'.repeat(10),
  TUODI_S3_ACCESS_KEY: 'ours',
  TUODI_S3_SECRET_KEY: 'ours',
};
const settings = those(Settings);
/** What readConfig makes of what a container is told. */
const configOf = ({ env }: z.infer<typeof Container>) =>
  readConfig({ ...settings[0]?.data, ...secrets, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) });

describe('the Kubernetes manifests and the code agree', () => {
  test('each is of a kind that is looked at here', () => {
    assert.equal(workloads.length + settings.length + those(Service).length, manifests.length);
    assert.deepEqual(pods.map(({ containers: [{ command }] }) => command.join(' ')).sort(), [
      'node dist/main.js migrate',
      'node dist/main.js serve',
      'node dist/main.js worker',
    ]);
  });

  test('every variable is a setting, none of the shared ones is a secret, and the secrets are those that the page makes', () => {
    for (const { containers } of pods) assert.deepEqual(configOf(containers[0]).warnings, [], containers[0].name);
    const [shared] = settings;
    assert.equal(shared?.metadata.name, 'tuodi');
    assert.doesNotMatch(Object.keys(shared.data).join(' '), /SECRET|PASSWORD|KEY|DATABASE_URL|REDIS_URL/);
    const page = readFileSync('docs/deploying.md', 'utf8');
    const made = [...page.matchAll(/--from-literal=(TUODI_\w+)=/g)].map(([, name]) => name);
    assert.deepEqual(made, Object.keys(secrets));
  });

  test('the API leaves the steps to workers, and probes ask ports that are listened on, by routes that want no key', () => {
    for (const { containers } of pods) {
      const [one] = containers;
      const { config } = configOf(one);
      assert.equal(config.worker_kinds.length === 0, one.name === 'serve', one.name);
      const listens = one.name === 'serve' ? config.listen : config.health_listen;
      for (const { containerPort } of one.ports)
        assert.deepEqual({ ...listens }, { host: '0.0.0.0', port: containerPort }, one.name);
      const probes = [one.startupProbe, one.readinessProbe, one.livenessProbe].flatMap((probe) => probe ?? []);
      assert.equal(probes.length, one.name === 'migrate' ? 0 : 3, one.name);
      for (const { httpGet } of probes) {
        assert.ok(one.ports.some(({ name }) => name === httpGet.port));
        assert.equal(ROUTES.find(({ path: its }) => its === httpGet.path)?.auth, 'none', httpGet.path);
      }
      // A database that is away makes no pod be killed.
      assert.notEqual(one.livenessProbe?.httpGet.path, '/readyz');
    }
  });

  test('a pod ends within its grace, after the pause in which requests go elsewhere', () => {
    for (const { containers, terminationGracePeriodSeconds, restartPolicy } of pods) {
      if (restartPolicy === 'Never') continue; // the job ends by itself
      const [program, pause] = containers[0].lifecycle?.preStop.exec.command ?? [];
      assert.equal(program, 'sleep');
      assert.ok(Number(pause) + STOP_S < (terminationGracePeriodSeconds ?? 30), containers[0].name);
    }
  });

  test('selectors find their pods, volumes are there, and the image is of this version', () => {
    for (const { spec } of workloads) {
      if (spec.selector) assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
      const { containers, volumes } = spec.template.spec;
      assert.deepEqual(containers[0].volumeMounts.map(({ name }) => name).sort(), volumes.map(({ name }) => name).sort());
      assert.equal(containers[0].image, `tuodi:${version}`);
      const folders = containers[0].volumeMounts.map(({ mountPath }) => mountPath);
      assert.ok(folders.includes(configOf(containers[0]).config.data_dir) && folders.includes('/tmp'));
    }
    for (const { spec } of those(Service)) {
      const behind = pods.find(({ labels }) => JSON.stringify(labels) === JSON.stringify(spec.selector));
      assert.ok(behind);
      assert.deepEqual(
        spec.ports.map(({ targetPort }) => targetPort),
        behind.containers[0].ports.map(({ name }) => name),
      );
    }
    assert.deepEqual(allOf('USER'), ['node'], 'user 1000 of the image, as the pods have it');
  });
});

/** What an installed program says; null, with a loud skip, where it is missing. */
function said(t: TestContext, program: string, args: string[], input = ''): { status: number | null; text: string } | null {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input, timeout: 60_000 });
  if (error && 'code' in error && error.code === 'ENOENT') {
    t.skip(`NOT CHECKED: ${program} is not installed here`);
    return null;
  }
  if (error) throw error;
  return { status, text: stdout + stderr };
}

describe('the units of systemd', () => {
  const units = readdirSync('deploy/systemd');
  const linesOf = (file: string) => readFileSync(`deploy/systemd/${file}`, 'utf8').split('\n');
  const settingOf = (file: string, key: string) =>
    linesOf(file).flatMap((line) => (line.startsWith(`${key}=`) ? line.split(/=(.*)/)[1] : []));

  test('start a command, do not start again what must not be, give a stop its time, and keep files to one user', () => {
    for (const file of units) {
      assert.match(settingOf(file, 'ExecStart').join(), /main\.js (serve|worker)$/);
      assert.deepEqual(settingOf(file, 'RestartPreventExitStatus'), [FINAL.join(' ')]);
      assert.ok(Number(settingOf(file, 'TimeoutStopSec')[0]) > STOP_S);
      assert.deepEqual([settingOf(file, 'UMask'), settingOf(file, 'StateDirectoryMode')], [['0077'], ['0700']]);
      const told = settingOf(file, 'Environment').map((pair) => pair?.split(/=(.*)/) ?? []);
      const { config, warnings } = readConfig(Object.fromEntries(told.map(([name = '', value]) => [name, value])));
      assert.deepEqual(warnings, []);
      assert.equal(config.data_dir, `/var/lib/${settingOf(file, 'StateDirectory')[0]}`);
    }
  });

  test('are taken by systemd', (t) => {
    for (const file of units) {
      const its = said(t, 'systemd-analyze', ['verify', '--man=no', `deploy/systemd/${file}`]);
      // A folder that is not installed here is no fault of the unit.
      if (its) assert.doesNotMatch(its.text, /Unknown|Failed to parse|Invalid|ignoring/i, file);
    }
  });
});

test('proxies let the largest upload through, outlast a long wait, and keep operators’ routes to the inside', () => {
  const [nginx, caddy] = ['deploy/proxy/nginx.conf', 'deploy/proxy/Caddyfile'].map((file) => readFileSync(file, 'utf8'));
  const room = [/client_max_body_size (\d+)m;/.exec(nginx ?? ''), /max_size (\d+)MiB/.exec(caddy ?? '')].map((found) =>
    Number(found?.[1]),
  );
  const { config } = readConfig({});
  for (const mib of room) assert.ok(mib * 2 ** 20 > config.max_bytes + HTTP_LIMITS.max_form_json_bytes);
  assert.ok(Number(/proxy_read_timeout (\d+)s/.exec(nginx ?? '')?.[1]) > HTTP_LIMITS.wait_max_s);
  const inner = new RegExp(/location ~ (\S+) \{/.exec(nginx ?? '')?.[1] ?? '$^');
  const listed = /path (\/.*)/.exec(caddy ?? '')?.[1]?.split(' ') ?? [];
  const isListed = (its: string) => listed.some((one) => one === its || (one.endsWith('*') && its.startsWith(one.slice(0, -1))));
  for (const { path: its } of ROUTES) {
    const isInner = /^\/(v1\/ops\/|readyz|healthz|metrics|v1\/storage-events)/.test(its);
    assert.deepEqual([inner.test(its), isListed(its)], [isInner, isInner], its);
  }
});

test('docker-compose.yml is taken by docker-compose', (t) => {
  // Debian's is of version 1, which does not know the top-level name.
  const text = composeText().replace(/^name: .*$/m, '');
  const its = said(
    t,
    'docker-compose',
    ['--env-file', '.env.example', '--project-directory', '.', '-f', '-', 'config', '-q'],
    text,
  );
  if (its) assert.deepEqual(its, { status: 0, text: '' });
});
