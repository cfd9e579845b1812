/** What a handler returned, as the response. */
import { channel } from 'node:diagnostics_channel';
import type { RouteName } from '../../contract/routes/table.ts';
import type { KoaContext } from '../context.ts';

/** body: undefined where it is not JSON, and on the response already. */
export function sendReply(ctx: KoaContext, { status, body }: { status: number; body?: unknown }): void {
  ctx.status = status;
  if (body === undefined) return;
  if (body === null) {
    ctx.body = null;
    return;
  }
  ctx.state.reply = body;
  if (!ctx.response.get('content-type')) ctx.set('content-type', JSON_TYPE);
  ctx.body = JSON.stringify(body); // given an object, Koa looks first whether it is one of five others, and loads a client of HTTP for one of them
}
const JSON_TYPE = 'application/json; charset=utf-8';

/** A response as it is about to be sent. route: undefined where no route took the request. body: before it becomes JSON. */
export type SentResponse = {
  route: RouteName | undefined;
  status: number;
  type: string;
  body: unknown;
};
/** For whoever watches what the API returns (the web app's own files are not of it), such as the tests, which compare it with what is declared. */
export const RESPONSE_CHANNEL = 'tuodi.http.response';
const responses = channel(RESPONSE_CHANNEL);

export function publishResponse(ctx: Pick<KoaContext, 'state' | 'status' | 'body'> & { response: { type: string } }): void {
  if (!responses.hasSubscribers || ctx.state.web) return;
  const sent: SentResponse = {
    route: ctx.state.route,
    status: ctx.status,
    type: ctx.response.type,
    body: ctx.state.reply ?? ctx.body,
  };
  responses.publish(sent);
}
