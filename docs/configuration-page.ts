/** The text of docs/configuration.md, made from the settings themselves. */
import { z } from 'zod';
import { type Config, PREFIX, readConfig, SECRETS } from '../app/config.ts';
import { defaultOf } from '../app/settings/shown.ts';
import { GROUPS, noteOf, Variables } from '../app/settings/variables.ts';

type Name = keyof Config;
const DEFAULTS = readConfig({}).config;

/** Returns what a setting may be, in words. */
function accepted(name: Name): string {
  const {
    type,
    format,
    enum: names,
    minimum,
    maximum,
  } = z.toJSONSchema(Variables.shape[name], { io: 'input', unrepresentable: 'any' });
  if (names) return names.includes('true') ? 'true, false' : names.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return format === 'uri' ? 'URL' : String(type === 'string' ? 'text' : type);
}

function row(name: Name): string {
  const variable = `\`${PREFIX}${name.toUpperCase()}\``;
  const standard = defaultOf(name, DEFAULTS);
  const shown = noteOf(name).fallback === undefined && standard !== '' ? `\`${standard}\`` : standard;
  const { description } = noteOf(name);
  return `| ${variable} | ${accepted(name)} | ${shown} | ${SECRETS.includes(name) ? `${description} **Secret.**` : description} |`;
}

const tables = Object.entries(GROUPS)
  .map(([title, shape]) =>
    [
      `## ${title}`,
      '',
      '| variable | values | default | what |',
      '| --- | --- | --- | --- |',
      ...Object.keys(shape).map((name) => row(name as Name)),
    ].join('\n'),
  )
  .join('\n\n');

export const configurationPage = (): string => `# Configuration

<!-- Made by \`npm run docs\` from app/settings/: change that, not this. -->

Every setting is an environment variable; units are in the names. Numbers of bytes, times and pixels may be written with a unit: \`50MB\` (10⁶ bytes) or \`50MiB\` (2²⁰), \`90s\`, \`5m\`, \`12h\`, \`30d\`, \`80MP\`. All are checked at start: a wrong value stops it, and the variable is named; an unknown \`TUODI_…\` is a warning with the nearest name. \`--data-dir\` and \`--url\` win over their variables. \`tuodi config\` prints what is in force and where each value came from, with secrets masked.

A setting marked **Secret** may come from a file instead: \`TUODI_LINK_SECRET_FILE=/run/secrets/link\`. Setting both the variable and its file is refused.

**TLS.** \`rediss://\` and \`https://\` use it; MySQL with \`?ssl=true\` or \`TUODI_DATABASE_CA_FILE\`. Certificates are checked, names too. A server whose certificate is signed by an authority of its own (the default install of Elasticsearch, \`http_ca.crt\`): \`TUODI_DATABASE_CA_FILE\`, \`TUODI_REDIS_CA_FILE\`, \`TUODI_ELASTICSEARCH_CA_FILE\`; for S3 and providers Node’s own \`NODE_EXTRA_CA_CERTS\`. Wrong credentials stop a start, and the variable is named.

${tables}
`;
