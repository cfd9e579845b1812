/** `tuodi serve`: the service, until a signal stops it. */
import { startApp } from '../app/app.ts';
import { type Config, warningsOf } from '../app/config.ts';
import { loginLink } from '../runtime/accounts/sessions.ts';
import type { Run } from './command.ts';
import { goodFor, pageAddress } from './login-link.ts';
import { VERSION } from './project.ts';
import { stopSignal } from './signals.ts';
import { untilStopped } from './until-stopped.ts';

export const serve: Run = async (config, out) => {
  for (const warning of warningsOf(config)) out.warn(`WARNING: ${warning}`);
  const { signal } = stopSignal();
  const app = await startApp(config, VERSION);
  const token = await app.login();
  const login_url = token === null ? null : loginLink(pageAddress(config, app.url), token);
  const shown = { ...(app.first_key ? { api_key: app.first_key } : {}), ...(login_url ? { login_url } : {}) };
  out.result({ url: app.url, pid: process.pid, ...shown }, () =>
    [
      `tuodi listens on ${app.url}`,
      ...(login_url ? ['', out.words({ en: 'In a browser:', zh: '在浏览器中打开：' }), login_url] : []),
      ...(login_url ? [out.words(goodFor(config, app.url))] : []),
      ...(app.first_key ? ['', `The first admin key, shown once:  ${app.first_key}`, ''] : []),
      `${kept(config)} Stop it with Ctrl-C.`,
    ].join('\n'),
  );
  void app.warm();
  return untilStopped(signal, app, out);
};

function kept({ data_dir, ...config }: Config): string {
  const servers = [
    ...(config.database_url ? ['facts in MySQL'] : []),
    ...(config.redis_url ? ['tasks in Redis'] : []),
    ...(config.elasticsearch_url ? ['index in Elasticsearch'] : []),
    ...(config.s3_bucket ? ['pictures in S3'] : []),
  ];
  if (servers.length === 0) return `It keeps everything in ${data_dir}.`;
  return `It keeps its ${servers.join(', ')}${servers.length < 4 ? `, and the rest in ${data_dir}` : ''}.`;
}
