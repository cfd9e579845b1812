/**
 * Compares every response of the API that this process sends with what contract/routes/ declares, whatever the test is about. Imported by
 * test worlds, and by `test/run.ts`, through preload-everywhere.ts, in every process that a test starts. A response that is not declared ends the process.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import { PROBLEMS, ProblemResponse } from '../../contract/problems.ts';
import { problemsOf } from '../../contract/routes/problems.ts';
import { isRaw, type ResponseBody, type RouteDeclaration } from '../../contract/routes/route.ts';
import { ROUTES } from '../../contract/routes/table.ts';
import { RESPONSE_CHANNEL, type SentResponse } from '../../http/response/send-reply.ts';

/** How many were compared, by the route's name and status. */
export const checkedResponses = new Map<string, number>();

/** Throws unless the route declares this response. */
export function checkResponse({ route: name, status, type, body }: SentResponse): void {
  const route: RouteDeclaration | undefined = ROUTES.find((one) => one.name === name);
  checkedResponses.set(`${name} ${status}`, (checkedResponses.get(`${name} ${status}`) ?? 0) + 1);
  const what = `${name} ${status}`;
  if (type === 'application/problem+json') checkProblem(route, status, body);
  else if (!route) deepStrictEqual(status, 204, 'only OPTIONS is answered without a route');
  else checkDeclared(what, route.responses[status], { type, body });
}

function checkDeclared(
  what: string,
  declared: ResponseBody | undefined,
  { type, body }: Pick<SentResponse, 'type' | 'body'>,
): void {
  if (declared === undefined) throw new Error(`${what} is not declared`);
  if (declared === null) return;
  if (!isRaw(declared)) checkJson(what, declared, body);
  else if (declared.json && type === 'application/json') checkJson(what, declared.json, body);
  else if (!declared.types.some((known) => known === '*/*' || known === type))
    throw new Error(`${what} is not declared as ${type}`);
}

function checkProblem(route: RouteDeclaration | undefined, status: number, body: unknown): void {
  const { code, status: reported } = ProblemResponse.parse(JSON.parse(z.string().parse(body)));
  deepStrictEqual(reported, status);
  const known = route ? problemsOf(route).find((one) => one === code) : Object.keys(PROBLEMS).find((one) => one === code);
  if (!known) throw new Error(`${route?.name} does not declare ${status} ${code}`);
}

/** Nothing that is not declared, either: what a client parses tolerantly is compared exactly. */
function checkJson(what: string, schema: z.ZodType, body: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(body));
  const parsed = schema.safeParse(sent);
  if (!parsed.success) throw new Error(`${what} is not as declared: ${parsed.error.message}`);
  deepStrictEqual(parsed.data, sent, `${what} has what is not declared`);
}

const isSent = (message: unknown): message is SentResponse =>
  typeof message === 'object' && message !== null && 'status' in message;

subscribe(RESPONSE_CHANNEL, (message) => {
  if (isSent(message)) checkResponse(message); // what it throws becomes an uncaught exception
});
