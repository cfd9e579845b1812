/** Mistakes of the service outside its machines, each planted in one place; and by what each is found. */
import type { HttpDeps } from '../../http/context.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Engine } from '../../runtime/resources/engine.ts';
import type { Lifecycle } from '../../runtime/resources/lifecycle.ts';
import { ORG, type Planted } from './world.ts';

export type FoundBy = 'paths' | 'tries' | 'walks';
export type Mistake = { name: string; planted: Planted; found_by: readonly FoundBy[] };

type Send = Engine['send'];
/** The engine as routes see it, with another `send`. */
const sending = (changed: (send: Send, deps: HttpDeps) => Send): Planted => ({
  http: (right) => ({ ...right, engine: { ...right.engine, send: changed(right.engine.send, right) } }),
});
type Columns = ReturnType<Lifecycle['columns']>;
const showing = (changed: (columns: Columns) => Partial<Columns>): Planted => ({
  lifecycle: (right) => ({
    ...right,
    columns: (instance) => {
      const columns = right.columns(instance);
      return { ...columns, ...changed(columns) };
    },
  }),
});
/** The first row that was seen of each picture. */
function firstRows() {
  const rows = new Map<string, ResourceRow>();
  return (row: ResourceRow): ResourceRow => {
    const first = rows.get(row.resource_id) ?? row;
    rows.set(row.resource_id, first);
    return first;
  };
}

export const MISTAKES: Mistake[] = [
  {
    name: 'the projection forgets `searchable`',
    found_by: ['paths', 'walks'],
    planted: showing(() => ({ searchable: false })),
  },
  {
    name: 'the deadline for the details is not shown',
    found_by: ['paths', 'walks'],
    planted: showing(({ status }) => (status === 'UPLOADED_NO_METADATA' ? { deadline_at: null } : {})),
  },
  {
    name: 'allowed events of the trash are those of an indexed picture',
    found_by: ['paths', 'walks'],
    planted: showing(({ status }) => (status === 'TRASHED' ? { allowed_events: ['TRASH', 'DELETE'] } : {})),
  },
  {
    name: 'a stale 409: the allowed events are those of the first state',
    found_by: ['tries', 'walks'],
    planted: sending((send) => {
      const first = firstRows();
      return async (...sent) => {
        const { outcome, resource } = await send(...sent);
        const seen = first(resource);
        return outcome === 'refused'
          ? { outcome, resource: { ...resource, allowed_events: seen.allowed_events } }
          : { outcome, resource };
      };
    }),
  },
  {
    name: 'a refused event is answered as if it were taken',
    found_by: ['tries', 'walks'],
    planted: sending((send) => async (...sent) => ({ ...(await send(...sent)), outcome: 'moved' })),
  },
  {
    name: 'an event is not scoped: another organisation can send it',
    found_by: ['tries'],
    planted: sending(
      (send) =>
        ({ resource_id }, build, origin) =>
          send({ scope: { org_id: ORG }, resource_id }, build, origin),
    ),
  },
  {
    name: 'the response shows the picture as it was before the event',
    found_by: ['paths', 'walks'],
    planted: sending((send) => async (ref, build, origin) => {
      let before: ResourceRow | null = null;
      const { outcome, resource } = await send(
        ref,
        (row) => {
          before = row;
          return build(row);
        },
        origin,
      );
      return { outcome, resource: outcome === 'moved' ? (before ?? resource) : resource };
    }),
  },
  {
    name: 'a guard’s value is read before the transaction: the event is built from the first row',
    found_by: ['paths', 'tries', 'walks'],
    planted: sending((send) => {
      const first = firstRows();
      return (ref, build, origin) => send(ref, (row) => build(first(row)), origin);
    }),
  },
  {
    name: 'a route writes too early: a correction removes the index entry before its event is taken',
    found_by: ['paths', 'walks'],
    planted: sending((send, { index, facts }) => async ({ scope, resource_id }, build, origin) => {
      const row = await facts.resources.get(scope, resource_id);
      const sent = await send({ scope, resource_id }, build, origin);
      if (row?.indexed_revision !== null && row && sent.resource.correction_id !== row.correction_id)
        await index.remove(scope, resource_id, row.revision, await facts.index_targets.get());
      return sent;
    }),
  },
  {
    name: 'a route sends a second event: the trash is purged at once',
    found_by: ['paths', 'walks'],
    planted: sending((send) => async (ref, build, origin) => {
      let type = '';
      const sent = await send(
        ref,
        async (row) => {
          const event = await build(row);
          type = event.event.type;
          return event;
        },
        origin,
      );
      return type === 'TRASH' && sent.outcome === 'moved' ? send(ref, () => ({ event: { type: 'DELETE' } }), origin) : sent;
    }),
  },
  {
    name: 'the sweep finds no instance that is due',
    found_by: ['paths', 'walks'],
    planted: {
      ports: (opened) => ({
        ...opened,
        facts: { ...opened.facts, instances: { ...opened.facts.instances, claimDue: async () => [] } },
      }),
    },
  },
  {
    name: 'the list shows the trash',
    found_by: ['paths', 'walks'],
    planted: {
      http: (right) => {
        const { resources } = right.facts;
        const list: typeof resources.list = (scope, { not_phase: _, ...wanted }, page) => resources.list(scope, wanted, page);
        return { ...right, facts: { ...right.facts, resources: { ...resources, list } } };
      },
    },
  },
];
