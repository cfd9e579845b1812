/** Dockerfile, docker-compose.yml and .env.example as data, for the test that holds them against the code. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Variables = z.record(z.string(), z.coerce.string());
const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: Variables.default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  restart: z.string(),
  mem_limit: z.string(),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  healthcheck: z.object({ disable: z.boolean().optional(), test: z.array(z.string()).optional() }).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) }))
    .default({}),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});
export type Service = z.infer<typeof Service>;

/** A reference to the environment: its name, and what stands there if it has no value. `:?` has none: compose refuses to start. */
const REFERENCE = /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g;

export const composeText = (): string => readFileSync('docker-compose.yml', 'utf8');

/** With its merges done, and every reference replaced by the value in `env`, else by its default, else by nothing. */
export function readCompose(env: Record<string, string>): z.infer<typeof Compose> {
  const filled = composeText().replaceAll(REFERENCE, (_, name: string, otherwise = '') => env[name] ?? otherwise);
  return Compose.parse(parse(filled, { merge: true }));
}

/** The names of the environment that docker-compose.yml refers to. */
export const referredTo = (): Set<string> => new Set([...composeText().matchAll(REFERENCE)].map(([, name = '']) => name));

export function readEnvExample(): Record<string, string> {
  const lines = readFileSync('.env.example', 'utf8').split('\n');
  const set = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(set.map(([name = '', value = '']) => [name, value]));
}

/** The instructions, those on several lines put on one, without comments; [instruction, rest]. */
export function readDockerfile(): [string, string][] {
  const text = readFileSync('Dockerfile', 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line.trim());
  return lines.map((line) => {
    const [instruction = '', ...rest] = line.trim().split(/\s+/);
    return [instruction, rest.join(' ')];
  });
}

export const allOf = (instruction: string): string[] =>
  readDockerfile()
    .filter(([name]) => name === instruction)
    .map(([, rest]) => rest);
