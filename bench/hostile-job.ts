/** What the process of the hostile load is told, and what it reports. */
import { z } from 'zod';

export const HOSTILE_KINDS = ['json', 'callbacks', 'searches', 'connections', 'documents', 'links and forms'] as const;
export type HostileKind = (typeof HOSTILE_KINDS)[number];

/** `kinds`: those that are sent, each as often as it is among all of them. `keys`: of each kind its own, so that no rate of one key bounds them all. */
export const Job = z.object({
  port: z.int(),
  per_second: z.number(),
  seconds: z.number(),
  kinds: z.array(z.enum(HOSTILE_KINDS)).min(1),
  keys: z.record(z.enum(HOSTILE_KINDS), z.string()),
});

/** `cpu_ms`: processor time of the load itself, from its first request to its end. `kinds`: how many were sent, and answered with what. */
export const Report = z.object({
  sent: z.int(),
  cpu_ms: z.number(),
  seconds: z.number(),
  kinds: z.record(z.enum(HOSTILE_KINDS), z.record(z.string(), z.int())),
});
export type Report = z.infer<typeof Report>;
