/** What a route's handler is called with, and what it returns: both follow from its declaration in contract/routes/. */
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteDeclaration } from '../contract/routes/route.ts';
import type { RouteName, RouteNamed } from '../contract/routes/table.ts';
import type { LinkUse } from './access/auth.ts';
import type { Caller, KeyCaller, KoaContext, PublicRequest } from './context.ts';

type CallerOf<Declared extends RouteDeclaration> = Declared['auth'] extends 'key'
  ? { caller: KeyCaller }
  : Declared['auth'] extends 'key_or_link'
    ? { caller: Caller }
    : unknown;
type RequestTo<Declared extends RouteDeclaration> = PublicRequest &
  CallerOf<Declared> & { params: ParamsOf<Declared['path']>; query: QueryOf<Declared>; body: BodyOf<Declared> };
/** A request to a route, parsed: path, query and body are as its declaration has them. */
export type RequestOf<Name extends RouteName> = RequestTo<RouteNamed<Name>>;
export type Reply<Name extends RouteName> = ReplyOf<RouteNamed<Name>>;
export type Handler<Name extends RouteName> = (request: RequestOf<Name>) => Promise<Reply<Name>>;

/**
 * linkUse: what a signed link to this call must have been made for. admit: throws unless the caller shows what this call asks for; before
 * query and body are looked at.
 */
type Binding<Name extends RouteName> = RouteNamed<Name>['auth'] extends 'key_or_link'
  ? { linkUse: (ctx: KoaContext) => LinkUse; handle: Handler<Name> }
  : RouteNamed<Name>['auth'] extends 'link' | 'token'
    ? { admit: (request: PublicRequest) => void; handle: Handler<Name> }
    : Handler<Name>;
/** Handlers by the name of their route: one that is missing, or that returns what is not declared, does not compile. */
export type Handlers<Name extends RouteName = RouteName> = { [Each in Name]: Binding<Each> };
