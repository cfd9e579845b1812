/** The machines as the API shows them: what runs, how it is drawn, and where pictures are in it. */
import { z } from 'zod';

const Time = z.iso.datetime();
const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** hash: of the graph: another machine has another. */
export const MachineName = z.object({ name: z.string(), version: z.string(), hash: z.string() }).meta({ id: 'MachineName' });
export type MachineName = z.infer<typeof MachineName>;

const Graph = z.object({
  machine: z.string(),
  version: z.string(),
  nodes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      parent: z.string().nullable(),
      kind: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
      initial: z.string().nullable(),
      tags: z.array(z.string()),
      jobs: z.array(z.string()),
    }),
  ),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string().nullable(),
      kind: z.enum(['event', 'accepted', 'released', 'done', 'failed', 'after', 'always']),
      name: z.string(),
      guard: z.string().nullable(),
      otherwise: z.boolean(),
    }),
  ),
});
const Layout = z.object({
  width: z.number(),
  height: z.number(),
  boxes: z.record(z.string(), Box),
  lines: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      points: z.array(z.tuple([z.number(), z.number()])),
      label: Box.nullable(),
    }),
  ),
});
const MachineStatus = z.object({
  status: z.string(),
  phase: z.string(),
  label: z.string(),
  meaning: z.string(),
  waits_for: z.string(),
  guarded_by: z.string(),
});
/** statuses: of pictures; empty for the other machines. by_state: how many are in each state, by its path; null where they are kept elsewhere. late_by_state: those of them that should have been looked at earlier. */
export const Machine = MachineName.extend({
  graph: Graph,
  layout: z.object({ screen: Layout, full: Layout }).nullable(),
  statuses: z.array(MachineStatus),
  by_state: z.record(z.string(), z.int().min(0)).nullable(),
  late_by_state: z.record(z.string(), z.int().min(0)).nullable(),
}).meta({ id: 'Machine' });
export type Machine = z.infer<typeof Machine>;

/** What must still happen to a picture: a job that a worker does, or a timer. */
const Obligation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('job'), name: z.string(), step: z.string(), since: Time, accepted_at: Time.nullable() }),
  z.object({ kind: z.literal('timer'), name: z.string(), due_at: Time }),
]);
/** states: paths of the active ones, innermost first of each region. rests: nothing more happens by itself. */
export const InstanceState = z
  .object({
    machine: z.string(),
    version: z.string(),
    seq: z.int(),
    value: z.union([z.string(), z.record(z.string(), z.unknown())]),
    states: z.array(z.string()),
    context: z.record(z.string(), z.unknown()),
    obligations: z.array(Obligation),
    rests: z.boolean(),
  })
  .meta({ id: 'InstanceState' });
export type InstanceState = z.infer<typeof InstanceState>;
