/** A request as its route declares it: path, query and body, each parsed once, or the problem that it has. */
import { z } from 'zod';
import { Id } from '../../contract/resource.ts';
import type { RouteDeclaration } from '../../contract/routes/route.ts';
import { FORM_TYPE, JSON_TYPES, LINK_PARAMETERS } from '../../contract/routes/shared.ts';
import type { KoaContext, PublicRequest } from '../context.ts';
import { notFound } from '../problems/problems.ts';
import { checkType, mediaType, parseBody, rejectBody } from './body.ts';
import { type QueryForm, validateQuery } from './validate.ts';

export type Parsed = { params: Record<string, string>; query: unknown; body: unknown };

/** Throws 404 for a path that names nothing, 422 for a wrong query, and what a body may be refused for. */
export async function parseRequest(route: RouteDeclaration, request: PublicRequest): Promise<Parsed> {
  const params = paramsOf(request.ctx);
  const query = route.query === 'signed' ? null : validateQuery(request, route.query, formOf(route, route.query));
  return { params, query, body: await bodyOf(route, request) };
}

/** What can't be an id names nothing. */
function paramsOf({ params }: KoaContext): Record<string, string> {
  for (const [name, value] of Object.entries(params)) if (name.endsWith('_id') && !Id.safeParse(value).success) throw notFound();
  return params;
}

/** null: none, a form, or one that the handler reads itself. */
async function bodyOf({ method, body }: RouteDeclaration, request: PublicRequest): Promise<unknown> {
  if (body === null) {
    if (method !== 'GET') await rejectBody(request);
    return null;
  }
  if ('streamed' in body) return null;
  const { types = JSON_TYPES, form } = body;
  if (form && mediaType(request.ctx) === FORM_TYPE) return null;
  checkType(request.ctx, form ? [...types, FORM_TYPE] : types);
  return parseBody(request, body.json, { types });
}

const forms = new WeakMap<RouteDeclaration, QueryForm>();

/** How the parameters of a query are written, by their schemas: lists may be repeated, whole numbers are digits. */
function formOf(route: RouteDeclaration, schema: z.ZodObject): QueryForm {
  const known = forms.get(route);
  if (known) return known;
  const types = Object.entries(schema.shape).map(([name, field]) => ({ name, type: inner(field) }));
  const named = (is: (type: z.core.$ZodType) => boolean) => types.filter(({ type }) => is(type)).map(({ name }) => name);
  const form: QueryForm = {
    lists: named((type) => type instanceof z.ZodArray),
    commas: route.commas ?? [],
    integers: named((type) => type instanceof z.ZodNumber),
    aside: route.auth === 'key_or_link' ? LINK_PARAMETERS : [],
  };
  forms.set(route, form);
  return form;
}
const inner = (type: z.core.$ZodType): z.core.$ZodType =>
  type instanceof z.ZodOptional || type instanceof z.ZodDefault ? inner(type.unwrap()) : type;
