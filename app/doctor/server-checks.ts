/** What `doctor` asks of the database, Redis and the search index, on servers or in the data folder. Nothing is made or changed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { inspectIndexFile } from '../../persistence/sqlite-index/inspect.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { stateWords } from '../../services/maintenance/stored-versions.ts';
import type { Config } from '../config.ts';
import { certificatesOf, mysqlOf } from '../open-credentials.ts';
import { lookAtStored, migrateFacts } from '../open-ports.ts';
import { clockFinding } from './clocks.ts';
import { type Check, type Finding, ok, words, wrong } from './finding.ts';

const OLDEST_ELASTICSEARCH = 9;
const OLDEST_REDIS = 7;

const has = (config: Config): boolean =>
  config.database_url !== undefined || existsSync(path.join(config.data_dir, 'facts.sqlite'));

export const serverChecks = (config: Config, clock: Clock): Check[] => [
  {
    check: 'database',
    todo: words(
      config.database_url === undefined
        ? 'stop the service, and restore a backup (tuodi restore)'
        : 'start the server, or correct TUODI_DATABASE_URL',
      config.database_url === undefined ? '请停止服务并恢复备份（tuodi restore）' : '请启动服务器，或更正 TUODI_DATABASE_URL',
    ),
    look: async () => [...(await databaseOf(config, clock)), ...(await migrationsOf(config, clock))],
  },
  {
    check: 'redis',
    todo: words('start it, or correct TUODI_REDIS_URL', '请启动 Redis，或更正 TUODI_REDIS_URL'),
    look: () => redisOf(config, clock),
  },
  {
    check: 'index',
    todo: words(
      config.elasticsearch_url === undefined
        ? 'stop the service and remove search.sqlite: the next start makes it from the facts'
        : 'start it, or correct TUODI_ELASTICSEARCH_URL and its credentials',
      config.elasticsearch_url === undefined
        ? '请停止服务并删除 search.sqlite：下次启动会根据事实重建'
        : '请启动 Elasticsearch，或更正 TUODI_ELASTICSEARCH_URL 及其凭据',
    ),
    look: async () =>
      config.elasticsearch_url === undefined ? fileOf(config) : elasticOf(config, config.elasticsearch_url, clock),
  },
];

async function databaseOf(config: Config, clock: Clock): Promise<Finding[]> {
  const { database_url: url, data_dir } = config;
  if (url === undefined) {
    const file = path.resolve(data_dir, 'facts.sqlite');
    return [
      ok('database', has(config) ? words(file) : words(`${file} is made at the first start`, `${file} 将在首次启动时建立`)),
    ];
  }
  const { inspectMysql } = await import('../../persistence/mysql/inspect.ts');
  const before = clock.now();
  const { version, is_old, missing, time } = await inspectMysql({ ...mysqlOf(config, url), clock });
  const clocks = clockFinding(words('the database', '数据库'), time, before, clock.now());
  if (is_old)
    return [
      clocks,
      wrong(
        'database',
        words(version),
        words('MySQL 8.4 or MariaDB 10.6 is the oldest that is served: upgrade it', '最低支持 MySQL 8.4 或 MariaDB 10.6：请升级'),
      ),
    ];
  if (missing.length > 0)
    return [
      clocks,
      wrong(
        'database',
        words(`our user may not ${missing.join(', ')}`, `当前用户缺少权限 ${missing.join('、')}`),
        words(
          `GRANT ${missing.join(', ')} on the database to the user of TUODI_DATABASE_URL`,
          `请将 ${missing.join('、')} 授予 TUODI_DATABASE_URL 的用户`,
        ),
      ),
    ];
  return [ok('database', words(version)), clocks];
}

async function migrationsOf(config: Config, clock: Clock): Promise<Finding[]> {
  if (!has(config)) return [ok('migrations', words('made at the first start', '首次启动时建立'))];
  const pending = await migrateFacts(config, clock, true);
  if (pending.length > 0)
    return [
      wrong(
        'migrations',
        words(`pending: ${pending.join(', ')}`, `待执行：${pending.join('、')}`),
        words(
          'back up, and run tuodi migrate (in a data folder the start does it)',
          '请先备份，再运行 tuodi migrate（数据文件夹由启动时自动执行）',
        ),
      ),
    ];
  const unserved = (await lookAtStored(config, clock)).filter(({ served }) => !served);
  const done = ok('migrations', words('none pending', '无待执行项'));
  if (unserved.length === 0) return [done, ok('stored_versions', words('all can be served', '均可处理'))];
  const later = words('start the version of tuodi that wrote them, or a later one', '请启动写入这些数据的 tuodi 版本或更高版本');
  return [done, wrong('stored_versions', words(unserved.map(stateWords).join('; ')), later)];
}

async function redisOf(config: Config, clock: Clock): Promise<Finding[]> {
  const { redis_url: url } = config;
  if (url === undefined) return [ok('redis', words('not used: tasks are in the process', '未使用：任务在进程内'))];
  const [{ inspectRedis }, { redisTime }] = await Promise.all([
    import('../../persistence/redis/inspect.ts'),
    import('../../persistence/redis/clock.ts'),
  ]);
  const wanted = { url, ca: certificatesOf(config, 'redis_ca_file'), clock, log: pino({ level: 'silent' }), opens_without: true };
  const { version, maxmemory_policy, persistence, warning } = await inspectRedis(wanted);
  const before = clock.now();
  const clocks = clockFinding(words('Redis', 'Redis'), await redisTime(wanted), before, clock.now());
  const said = words(
    `${version}, ${maxmemory_policy}, persistence: ${persistence}`,
    `${version}，${maxmemory_policy}，持久化：${persistence}`,
  );
  const advice = words('set maxmemory-policy noeviction', '请设置 maxmemory-policy noeviction');
  if (warning !== null) return [wrong('redis', words(warning, said.zh), advice), clocks];
  if (Number.parseInt(version, 10) < OLDEST_REDIS)
    return [
      wrong(
        'redis',
        said,
        words(`upgrade it: ${OLDEST_REDIS} is the oldest that is tested`, `请升级：最低测试版本为 ${OLDEST_REDIS}`),
      ),
      clocks,
    ];
  return [ok('redis', said), clocks];
}

const AGAIN = words('a start makes it again by itself; at once: tuodi reindex', '启动时会自动重建；立即执行：tuodi reindex');

function fileOf({ data_dir }: Config): Finding[] {
  const file = path.resolve(data_dir, 'search.sqlite');
  if (!existsSync(file)) return [ok('index', words(`${file} is made at the start`, `${file} 将在启动时建立`))];
  const { entries, outdated } = inspectIndexFile(file);
  const found = ok('index', words(`${file}, ${entries} entries`, `${file}，${entries} 个条目`));
  if (outdated) return [found, wrong('analyser', words('entries are of another version', '条目由其他版本写入'), AGAIN)];
  return [found, ok('analyser', words('of this version', '与本版本一致'))];
}

async function elasticOf(config: Config, url: string, clock: Clock): Promise<Finding[]> {
  const { inspectElasticsearch } = await import('../../persistence/elasticsearch/inspect.ts');
  const {
    elasticsearch_api_key: api_key,
    elasticsearch_user: user,
    elasticsearch_password: password,
    elasticsearch_alias: alias,
  } = config;
  const before = clock.now();
  const found = await inspectElasticsearch({
    url,
    api_key,
    user,
    password,
    alias,
    ca: certificatesOf(config, 'elasticsearch_ca_file'),
  });
  const clocks = found.time === null ? [] : [clockFinding(words('Elasticsearch'), found.time, before, clock.now())];
  return [indexOf(found, alias), analyserOf(found), ...clocks];
}

type Found = Awaited<ReturnType<typeof import('../../persistence/elasticsearch/inspect.ts').inspectElasticsearch>>;

function indexOf({ version, health, served, missing_privileges: missing }: Found, alias: string): Finding {
  const said = words(`Elasticsearch ${version}, ${health}, ${alias} → ${served.join(', ') || '-'}`);
  if (Number.parseInt(version, 10) < OLDEST_ELASTICSEARCH)
    return wrong('index', said, words(`upgrade it to ${OLDEST_ELASTICSEARCH}`, `请升级到 ${OLDEST_ELASTICSEARCH}`));
  if (missing?.length)
    return wrong(
      'index',
      words(`our key may not ${missing.join(', ')}`, `当前凭据缺少权限 ${missing.join('、')}`),
      words(`allow ${missing.join(', ')} on ${alias} and ${alias}-*`, `请在 ${alias} 与 ${alias}-* 上授予 ${missing.join('、')}`),
    );
  if (health === 'red')
    return wrong('index', said, words('bring its nodes back: a shard is on none', '请恢复其节点：有分片不在任何节点上'));
  if (served.length > 1)
    return wrong(
      'index',
      said,
      words(
        `leave the alias ${alias} on one index; the others are copies: tuodi reindex`,
        `请让别名 ${alias} 只指向一个索引：tuodi reindex`,
      ),
    );
  if (served.length === 0) return ok('index', words(`${said.en}: made at the next start`, `${said.zh}：下次启动时建立`));
  return ok('index', said);
}

function analyserOf({ served, lacks, outdated }: Found): Finding {
  if (served.length === 0) return ok('analyser', words('no index yet', '尚无索引'));
  if (lacks.length > 0)
    return wrong('analyser', words(`the mapping lacks ${lacks.join(', ')}`, `映射缺少 ${lacks.join('、')}`), AGAIN);
  if (outdated) return wrong('analyser', words('made by another version', '由其他版本建立'), AGAIN);
  return ok('analyser', words('of this version', '与本版本一致'));
}
