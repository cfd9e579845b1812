/** What `doctor` looks at without any server: the program, its settings and secrets, the data folder and its disk. */
import { access, constants, lstat, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { SECRET_FILE } from '../../persistence/backup/manifest.ts';
import { readPrivate } from '../../persistence/folder/private-file.ts';
import { reserveOf } from '../../persistence/folder/room.ts';
import { runs, SERVICE_FILE, serviceNamed } from '../../persistence/folder/service-file.ts';
import { type Config, checkTogether, inProcess, warningsOf } from '../config.ts';
import { secretFault } from '../secrets.ts';
import { type Check, type Finding, ok, reasonOf, words, wrong } from './finding.ts';

/** What a test may put in place of the machine. `warnings`: of the variables, when they were read. */
export type Machine = {
  node: string;
  version: string;
  oldest_node: string;
  warnings: readonly string[];
  statfs: (dir: string) => Promise<{ bavail: number; blocks: number; bsize: number }>;
};
export const machineOf = (of: Pick<Machine, 'version' | 'oldest_node' | 'warnings'>): Machine => ({
  ...of,
  node: process.versions.node,
  statfs,
});

const MIB = 1024 * 1024;
/** Bits of a mode that let others in. */
const OTHERS = 0o077;

export const ownChecks = (config: Config, machine: Machine): Check[] => [
  { check: 'program', todo: words('install it again', '请重新安装'), look: async () => [programOf(machine)] },
  { check: 'settings', todo: words('correct the variable', '请更正该变量'), look: async () => settingsOf(config, machine) },
  {
    check: 'secrets',
    todo: words(
      'make the file readable for this user alone (chmod 600), or remove it: a new secret is made',
      '请将该文件设为仅当前用户可读（chmod 600），或将其删除以生成新密钥',
    ),
    look: () => secretsOf(config),
  },
  ...(inProcess(config).length === 0 ? [] : folderChecks(config, machine)),
];

const folderChecks = (config: Config, machine: Machine): Check[] => [
  {
    check: 'folder',
    todo: words('name another (TUODI_DATA_DIR)', '请指定其他文件夹（TUODI_DATA_DIR）'),
    look: async () => [holderOf(config)],
  },
  {
    check: 'permissions',
    todo: words(
      `give the folder to the user that runs tuodi, and to nobody else: chown it, chmod 700 (TUODI_DATA_DIR)`,
      '请将该文件夹设为仅归运行 tuodi 的用户所有：chown，chmod 700（TUODI_DATA_DIR）',
    ),
    look: () => permissionsOf(config),
  },
  {
    check: 'disk',
    todo: words('name a folder that is there (TUODI_DATA_DIR)', '请指定存在的文件夹（TUODI_DATA_DIR）'),
    look: () => diskOf(config, machine),
  },
];

function programOf({ node, version, oldest_node }: Machine): Finding {
  const said = words(`tuodi ${version} on Node ${node}`, `tuodi ${version}，Node ${node}`);
  if (isAtLeast(node, oldest_node)) return ok('program', said);
  return wrong('program', said, words(`install Node ${oldest_node} or later`, `请安装 Node ${oldest_node} 或更高版本`));
}

function isAtLeast(version: string, least: string): boolean {
  const [given, wanted] = [version, least].map((text) =>
    text
      .replace(/[^\d.]/g, '')
      .split('.')
      .map(Number),
  );
  for (let at = 0; at < 3; at += 1) {
    const more = (given?.[at] ?? 0) - (wanted?.[at] ?? 0);
    if (more !== 0) return more > 0;
  }
  return true;
}

function settingsOf(config: Config, { warnings }: Machine): Finding[] {
  const todo = words('correct it: tuodi config lists what is in force', '请更正：tuodi config 会列出生效的设置');
  const said = [...warnings, ...warningsOf(config), ...together(config)];
  if (said.length > 0) return said.map((fault) => wrong('settings', words(fault), todo));
  const own = inProcess(config).map(({ part }) => part);
  const where =
    own.length === 0
      ? 'all on servers'
      : own.length === 4
        ? `all in ${path.resolve(config.data_dir)}`
        : `${own.join(', ')} in ${path.resolve(config.data_dir)}, the rest on servers`;
  return [ok('settings', words(where))];
}

function together(config: Config): string[] {
  try {
    checkTogether(config, 'serve');
    return [];
  } catch (error) {
    return [reasonOf(error)];
  }
}

/** Those of variables were checked when they were read: what is left is the file of the data folder. */
async function secretsOf({ data_dir, link_secret }: Config): Promise<Finding[]> {
  if (link_secret !== undefined) return [ok('secrets', words('long enough, and of no example', '长度足够，且非示例值'))];
  const kept = await readPrivate(path.join(data_dir, SECRET_FILE));
  if (kept === null) return [ok('secrets', words('made at the first start', '首次启动时生成'))];
  const fault = secretFault(kept);
  if (fault === null) return [ok('secrets', words('long enough, and for this user alone', '长度足够，且仅当前用户可读'))];
  return [
    wrong(
      'secrets',
      words(`${path.join(data_dir, SECRET_FILE)}: ${fault}`),
      words(
        'remove the file, and a new one is made; links that were given out end',
        '请删除该文件，将生成新密钥；已发出的链接随之失效',
      ),
    ),
  ];
}

/** No fault: commands beside a service are what it is for. Who can't start a second one reads here which is the first. */
function holderOf({ data_dir }: Config): Finding {
  const [folder, service] = [path.resolve(data_dir), serviceNamed(data_dir)];
  if (service === null) return ok('folder', words(`no service has ${folder}`, `没有服务使用 ${folder}`));
  const { pid, url } = service;
  return ok(
    'folder',
    runs(pid)
      ? words(
          `the service with pid ${pid} at ${url} has ${folder}: commands ask that one, and no other starts on it`,
          `${folder} 由 pid ${pid}、地址 ${url} 的服务使用：命令会询问该服务，其他服务无法在此启动`,
        )
      : words(
          `no service has ${folder}; the one with pid ${pid} ended without a stop`,
          `没有服务使用 ${folder}；pid ${pid} 的服务未经停止即已结束`,
        ),
  );
}

async function permissionsOf({ data_dir }: Config): Promise<Finding[]> {
  const folder = path.resolve(data_dir);
  const found = await stat(folder).catch(() => null);
  if (found === null) {
    await access(await nearest(folder), constants.W_OK | constants.X_OK);
    return [ok('permissions', words(`${folder} is made at the first start`, `${folder} 将在首次启动时建立`))];
  }
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  const todo = words('chmod 700 it; the next start does so too', '请执行 chmod 700；下次启动也会自动处理');
  for (const name of ['', 'facts.sqlite', 'search.sqlite', SECRET_FILE, SERVICE_FILE, 'objects']) {
    const entry = path.join(folder, name);
    const seen = await lstat(entry).catch(() => null);
    if (seen === null || seen.isSymbolicLink()) continue;
    const own = process.getuid?.();
    if (own !== undefined && seen.uid !== own)
      return [
        wrong(
          'permissions',
          words(`${entry} belongs to user ${seen.uid}`, `${entry} 属于用户 ${seen.uid}`),
          words('chown it to the user that runs tuodi', '请 chown 给运行 tuodi 的用户'),
        ),
      ];
    if (own !== undefined && (seen.mode & OTHERS) !== 0)
      return [wrong('permissions', words(`other users may reach ${entry}`, `其他用户可访问 ${entry}`), todo)];
  }
  return [ok('permissions', words(`${folder} is this user's alone, and can be written`, `${folder} 仅归当前用户且可写`))];
}

async function diskOf({ data_dir, disk_reserve_bytes }: Config, machine: Machine): Promise<Finding[]> {
  const room = await machine.statfs(await nearest(path.resolve(data_dir)));
  const [free, kept] = [room.bavail * room.bsize, reserveOf(disk_reserve_bytes, room)].map((bytes) => Math.floor(bytes / MIB));
  const said = words(
    `${free} MiB free, of which ${kept} MiB are kept for what is in already`,
    `剩余 ${free} MiB，其中 ${kept} MiB 留给已入库内容`,
  );
  if ((free ?? 0) > (kept ?? 0)) return [ok('disk', said)];
  return [
    wrong(
      'disk',
      said,
      words(
        'make room: uploads are refused (docs/operations.md, A full disk)',
        '请腾出空间：上传会被拒绝（docs/zh/operations.md）',
      ),
    ),
  ];
}

/** The folder, or the nearest above it that is there. */
async function nearest(folder: string): Promise<string> {
  const is_there = await stat(folder).then(
    () => true,
    () => false,
  );
  const above = path.dirname(folder);
  return is_there || above === folder ? folder : nearest(above);
}
