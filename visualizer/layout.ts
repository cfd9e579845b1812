/** Where the parts of a drawing lie: made by `npm run docs` (docs/layout/), kept in layouts/, and drawn by svg.ts. */
import type { Graph } from './graph.ts';

export type Point = readonly [x: number, y: number];
export type Box = readonly [x: number, y: number, width: number, height: number];
/** In pixels, from the upper left. `boxes`: of cards, holders and regions by the id of their state. `labels`: null where none is set. */
export type Layout = {
  width: number;
  height: number;
  boxes: Readonly<Record<string, Box>>;
  lines: readonly { from: string; to: string; points: readonly Point[]; label: Box | null }[];
};
/** full: with all labels. screen: a label is shown when its line or card is pointed at, so that the drawing is smaller. */
export const VIEWS = ['screen', 'full'] as const;
export type View = (typeof VIEWS)[number];
/** graph: hash of the machine that was drawn. input: hash of all that the layout was computed from. */
export type Layouts = { machine: string; version: string; graph: string; input: string } & Readonly<Record<View, Layout>>;

/** Names the graph of a machine: two machines with the same states and transitions have the same. 16 hexadecimal digits. */
export const hashOf = (graph: Graph): string => fnv1a(JSON.stringify(graph));

/** FNV-1a of 64 bits (RFC 9923): names what is ours, and keeps nobody out. */
export function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
