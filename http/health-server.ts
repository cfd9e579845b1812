/** The health port of a process without the API: `/healthz` and `/readyz`, for whoever starts it again or sends it traffic. */
import type { Readiness } from './context.ts';
import { createSmallServer, JSON_TYPE, type SmallServer } from './small-server.ts';

/** Details are in the log: this port asks for no key. */
export const createHealthServer = ({ version, readiness }: { version: string; readiness: () => Readiness }): SmallServer =>
  createSmallServer((path) => {
    const answer = answerTo(path, version, readiness);
    return answer && { status: answer.status, type: JSON_TYPE, text: JSON.stringify(answer.body) };
  });

function answerTo(path: string, version: string, readiness: () => Readiness): { status: number; body: object } | null {
  if (path === '/healthz') return { status: 200, body: { status: 'ok' } };
  if (path !== '/readyz') return null;
  const { ready, checks, degraded = [] } = readiness();
  const shown = Object.fromEntries(Object.entries(checks).map(([name, { ok, state }]) => [name, { ok, state }]));
  return { status: ready ? 200 : 503, body: { ready, version, checks: shown, degraded: degraded.map(({ name }) => ({ name })) } };
}
