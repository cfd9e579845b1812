/** The other store that speaks S3: Ceph's gateway on a monitor and one disk in memory. It takes a bucket's CORS from its client. */

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, type Launch, launch, type Server } from './process.ts';
import { runProgram, whereIs } from './programs.ts';
import { answers, S3_ACCESS_KEY, S3_SECRET_KEY } from './s3.ts';

/** A command to the monitor; it waits for a monitor that is not there. */
const COMMAND_LIMIT_S = '60';

/** Stops and restarts as one: its disk is in memory, so after a restart of all three it is empty; a restart here is the gateway's alone. */
export async function startRgw(folder: string): Promise<Server> {
  const port = await freePort();
  const cluster = randomUUID();
  const disk = randomUUID();
  const monitor = `[v2:127.0.0.1:${await freePort()}/0]`;
  const conf = path.join(folder, 'ceph.conf');
  const keyring = path.join(folder, 'keyring');
  const monmap = path.join(folder, 'monmap');
  const env = { CEPH_CONF: conf };
  const log = path.join(folder, 'setup.log');
  const does = (program: string, ...args: string[]) => runProgram(whereIs(program), args, log, env);
  const within = (program: string, ...args: string[]) => does('timeout', COMMAND_LIMIT_S, program, ...args);
  for (const name of ['mon', 'osd', 'run']) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(conf, settings(folder, cluster, monitor, port));

  await does('monmaptool', '--create', '--clobber', '--fsid', cluster, '--addv', 'a', monitor, monmap);
  await does('ceph-authtool', '-C', keyring);
  for (const [name, rights] of RIGHTS)
    await does('ceph-authtool', keyring, '--gen-key', '-n', name, ...rights.flatMap(([of, may]) => ['--cap', of, may]));
  await does('ceph-mon', '-i', 'a', '--mkfs', '--monmap', monmap, '--keyring', keyring);
  const part = { folder, env, url: '', port };
  await launch({ ...part, product: 'ceph-mon', command: whereIs('ceph-mon'), args: ['-f', '-i', 'a'], version: started });
  await within('ceph', 'osd', 'new', disk);
  await does('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', disk);
  await launch({ ...part, product: 'ceph-osd', command: whereIs('ceph-osd'), args: ['-f', '-i', '0'], version: started });
  const keys = [`--access-key=${S3_ACCESS_KEY}`, `--secret-key=${S3_SECRET_KEY}`];
  await within('radosgw-admin', 'user', 'create', '--uid=test', '--display-name=test', ...keys);
  const url = `http://127.0.0.1:${port}`;
  const gateway: Launch = {
    ...part,
    product: 'Ceph RGW',
    command: whereIs('radosgw'),
    args: ['-f', '-n', 'client.admin', '--keyring', keyring],
    url,
    version: async () => {
      await answers(url);
      return versionOfRgw();
    },
  };
  return launch(gateway);
}

/** What needs them waits for them itself. */
const started = async (): Promise<string> => '';

function versionOfRgw(): string {
  const reported = execFileSync(whereIs('radosgw'), ['--version'], { encoding: 'utf8' });
  return /ceph version (\S+)/.exec(reported)?.[1] ?? 'of unknown version';
}

const RIGHTS: [string, [string, string][]][] = [
  ['mon.', [['mon', 'allow *']]],
  [
    'client.admin',
    [
      ['mon', 'allow *'],
      ['osd', 'allow *'],
      ['mgr', 'allow *'],
    ],
  ],
  [
    'osd.0',
    [
      ['mon', 'allow profile osd'],
      ['osd', 'allow *'],
      ['mgr', 'allow profile osd'],
    ],
  ],
];

/** One of everything, no copies, small intervals. Its own authentication stays on: without it the gateway hangs. */
function settings(folder: string, cluster: string, monitor: string, port: number): string {
  const lines = {
    fsid: cluster,
    mon_host: monitor,
    public_addr: '127.0.0.1',
    cluster_addr: '127.0.0.1',
    ms_bind_ipv6: false,
    auth_allow_insecure_global_id_reclaim: false,
    run_dir: path.join(folder, 'run'),
    admin_socket: '',
    log_file: path.join(folder, '$name.log'),
    crash_dir: folder,
    keyring: path.join(folder, 'keyring'),
    mon_data: path.join(folder, 'mon'),
    osd_data: path.join(folder, 'osd'),
    osd_objectstore: 'memstore',
    memstore_device_bytes: 4 * 2 ** 30,
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 1,
    osd_pool_default_pgp_num: 1,
    osd_pool_default_pg_autoscale_mode: 'off',
    osd_crush_chooseleaf_type: 0,
    mon_allow_pool_size_one: true,
    mon_max_pg_per_osd: 1_000,
    mon_data_avail_crit: 1,
    mon_data_avail_warn: 2,
    paxos_propose_interval: 0.05,
    paxos_min_wait: 0.01,
    // Without tcp_nodelay a request takes 45 ms longer.
    rgw_frontends: `beast endpoint=127.0.0.1:${port} tcp_nodelay=1`,
    rgw_enable_apis: 's3',
    rgw_thread_pool_size: 32,
    rgw_run_sync_thread: false,
    // Any region, as other stores take it.
    rgw_relaxed_region_enforcement: true,
  };
  return ['[global]', ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`), ''].join('\n');
}
