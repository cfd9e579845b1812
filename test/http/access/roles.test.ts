/** Every route with each role, with a key of another organisation, and with none: what the table of contract/routes says, and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Resource } from '../../../contract/resource.ts';
import { hasRole, ROLE_NAMES, type Role } from '../../../contract/roles.ts';
import { callOf } from '../../../contract/routes/actions.ts';
import { CHANGE_ROUTES } from '../../../contract/routes/change.ts';
import { ROUTES, type Route } from '../../../contract/routes/table.ts';
import { checkRole } from '../../../http/access/auth.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';

let world: HttpWorld;
let id: string;
const keys = new Map<Role, string>();
/** Marked for the installation. */
const installation = new Map<Role, string>();
before(async () => {
  world = await httpWorld();
  for (const role of ROLE_NAMES) {
    keys.set(role, await keyIn('a', world.deps, { role }));
    installation.set(role, await keyIn('a', world.deps, { role, installation: true }));
  }
  id = (await world.created()).resource_id;
  await world.legal(id);
  await world.indexed(id, 'words');
});
after(() => world.stop());

const keyed = ROUTES.filter(({ role }) => role !== null);
/** A body that each call takes; what the picture then is does not matter here. */
const BODIES: Partial<Record<Route['name'], object>> = {
  create_resource: { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1, metadata: { title: 't' } },
  patch_metadata: { description: 'd' },
  patch_text: { pages: [{ page: 1, text: 'corrected' }] },
  reprocess_resource: { from: 'index' },
  patch_step: { paused: false },
  start_run: { kind: 'replay' },
  invite_user: { name: 'n', role: 'viewer' },
  change_user: { role: 'viewer' },
  create_key: { name: 'n', role: 'viewer' },
  change_resources: { action: 'retry', filter: { tag: ['none has it'] } },
};
const QUERIES: Partial<Record<Route['name'], string>> = { group_resources: '?by=missing' };
const NO_RUN = '01900000-0000-7000-8000-000000000000';
/** The status of a call; an event stream is left as soon as it begins. */
async function statusOf({ name, method, path }: Route, key: string | null): Promise<number> {
  const body = BODIES[name];
  const leave = new AbortController();
  const to =
    path
      .replace('{resource_id}', id)
      .replace('{kind}', 'ocr')
      .replace('{machine}', 'resource')
      .replace('{run_id}', NO_RUN)
      .replace('{key_id}', NO_RUN)
      .replace('{user}', 'nobody') + (QUERIES[name] ?? '');
  const answer = await fetch(world.url + to, {
    method,
    redirect: 'manual',
    signal: leave.signal,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  leave.abort();
  return answer.status;
}

describe('roles', () => {
  for (const route of keyed)
    test(`${route.method} ${route.path} takes ${route.role}`, async () => {
      for (const role of ROLE_NAMES) {
        const marked = 'installation' in route;
        if (marked) assert.equal(await statusOf(route, keys.get(role) ?? ''), 403, `${role} without the mark`);
        const status = await statusOf(route, (marked ? installation : keys).get(role) ?? '');
        if (route.role !== null && hasRole(role, route.role)) assert.ok(status !== 401 && status !== 403, `${role}: ${status}`);
        else assert.equal(status, 403, role);
      }
      const other = await statusOf(route, world.keys.other);
      if ('installation' in route) assert.equal(other, 403, 'another organisation');
      else if (/\{((resource|run|key)_id|user)\}/.test(route.path)) assert.equal(other, 404, 'another organisation');
      else assert.ok(other < 300, `another organisation: ${other}`);
      assert.equal(await statusOf(route, null), 401);
      assert.equal(await statusOf(route, world.keys.revoked), 401);
    });

  test('what a role may not do is refused before anything is read or written, whatever the request is', async () => {
    const before_call = await world.everything();
    const key = keys.get('viewer') ?? '';
    for (const { method, path } of CHANGE_ROUTES) {
      const odd = await world.call(method, `${path.replace('{resource_id}', 'no-id')}?no=1`, {
        key,
        raw: '{',
        headers: { 'content-type': 'x/y' },
      });
      assert.equal(odd.status, 403, path);
    }
    assert.equal(await world.everything(), before_call);
  });

  test('each role may do all that those before it may', () => {
    for (const [i, role] of ROLE_NAMES.entries())
      for (const [j, required] of ROLE_NAMES.entries()) assert.equal(hasRole(role, required), i >= j, `${role} for ${required}`);
  });

  test('a call about the installation takes a key that is marked for it, whatever its role', () => {
    const route = { ...ROUTES[0], role: 'viewer', installation: true } as const;
    const key = { key_id: 'k', org_id: 'a', user_id: 'u', name: 'n', secret_hash: 'h', created_at: 0 };
    const rest = { role: 'admin', expires_at: null, revoked_at: null } as const;
    assert.throws(() => checkRole({ ...key, ...rest, installation: false }, route), { code: 'FORBIDDEN' });
    checkRole({ ...key, ...rest, installation: true }, route);
  });
});

describe('a key that expires', () => {
  test('holds until then, and ends with its links', async () => {
    const expires_at = world.deps.clock.now() + 60_000;
    const key = await keyIn('a', world.deps, { expires_at });
    const shown = await world.call('GET', `/v1/resources/${id}`, { key });
    const { preview_url } = Resource.parse(shown.json);
    assert.equal((await world.call('GET', preview_url ?? '', { key: null })).status, 200);
    world.later(60_001);
    assert.equal((await world.call('GET', `/v1/resources/${id}`, { key })).status, 401);
    assert.equal((await world.call('GET', preview_url ?? '', { key: null })).status, 403);
  });
});

describe('actions of a picture', () => {
  test('are its allowed events, each with the call that sends it, as far as the role may', async () => {
    const editor = Resource.parse((await world.call('GET', `/v1/resources/${id}`, { key: keys.get('editor') ?? '' })).json);
    assert.deepEqual(
      editor.actions.map(({ event }) => event),
      editor.allowed_events,
    );
    assert.ok(editor.actions.length > 3);
    const viewer = Resource.parse((await world.call('GET', `/v1/resources/${id}`, { key: keys.get('viewer') ?? '' })).json);
    assert.deepEqual(viewer.actions, []);
    assert.deepEqual(viewer.allowed_events, editor.allowed_events);
  });

  test('can be followed as they are: each link does what its event says', async () => {
    const { resource_id } = await world.created();
    const get = async () => Resource.parse((await world.call('GET', `/v1/resources/${resource_id}`)).json);
    const follow = async (event: string) => {
      const action = (await get()).actions.find((one) => one.event === event);
      assert.ok(action, event);
      assert.equal((await world.call(action.method, action.href)).status, 200, event);
    };
    await follow('TRASH');
    assert.equal((await get()).status, 'TRASHED');
    await follow('RESTORE');
    assert.equal((await get()).status, 'AWAITING_UPLOAD');
    await follow('UPLOAD_LINK_ISSUED');
    await follow('DELETE');
    assert.ok(['DELETING', 'DELETED'].includes((await get()).status));
    assert.equal(callOf('INDEX_LOST'), null);
  });
});
