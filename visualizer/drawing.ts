/**
 * A machine as it is drawn: fewer boxes and lines than its graph has, without leaving out what a reader looks for. The rules:
 *   1. regions of a parallel root are drawn apart;
 *   2. a state with at most three inner states is one card, in which those are cells: [READY_FOR_OCR → INIT];
 *   3. what nearly every state takes (TRASH, DELETE) is a mark on the card, not a line;
 *   4. going back to the fork is a foot line on the card, not a line across the drawing;
 *   5. all causes from one card to another share one line, with one label line for each.
 * What stays where it is has no line: the list of transitions has it.
 */
import { isStatus, type Phase, statusRow } from '../contract/statuses.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

export type Cell = { id: string; text: string; is_status: boolean; returns: boolean };
/** `rests`: nothing more happens by itself. `fork`: left at once, by the first guard that holds. `foot`: causes that lead back to a fork. */
export type Card = {
  id: string;
  name: string;
  is_status: boolean;
  phase: Phase | null;
  rests: boolean;
  fork: boolean;
  jobs: string[];
  marks: string[];
  foot: string[];
  cells: Cell[];
};
/** A state with others inside that are cards of their own. A region is one too, unless it is a card. */
export type Holder = { id: string; card: Card; inner: Part[] };
export type Part = Card | Holder;
export type Cause = { text: string; guard: string; kind: GraphEdge['kind'] };
/** way: of a healthy picture, of a failure or a time-out, of a fork, or of somebody's word. */
export type Line = { from: string; to: string; causes: Cause[]; way: 'good' | 'bad' | 'always' | 'said' };
export type Drawing = { machine: string; version: string; regions: Part[]; lines: Line[]; shown: (id: string) => string };

/** Events that nearly every state takes, by the mark that stands for each. */
export const MARKS: Readonly<Record<string, string>> = { TRASH: 'T', DELETE: 'D', LEAVE_OUT: 'L' };
/** What the halves of every step are called; statuses keep their names. */
const CELL_NAMES: Readonly<Record<string, string>> = { queued: 'in line', running: 'at work' };
const MAX_CELLS = 3;

export const isHolder = (part: Part): part is Holder => 'inner' in part;

export function drawingOf(graph: Graph): Drawing {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const inside = (id: string) => graph.nodes.filter(({ parent }) => parent === id);
  const isLeaf = ({ id }: GraphNode) => inside(id).length === 0;
  const isStep = ({ id }: GraphNode) =>
    inside(id).length === 2 && inside(id).every((one) => isLeaf(one) && one.name in CELL_NAMES);
  const isCard = (node: GraphNode) =>
    isLeaf(node) ||
    (node.kind === 'compound' &&
      node.parent !== null &&
      inside(node.id).length <= MAX_CELLS &&
      inside(node.id).every((one) => isLeaf(one) || isStep(one)));
  const cards = new Set(graph.nodes.filter(isCard).map(({ id }) => id));
  const shown = (id: string): string => {
    let best = id;
    for (let at: string | null = id; at !== null; at = byId.get(at)?.parent ?? null) if (cards.has(at)) best = at;
    return best;
  };
  const { lines, feet, marks } = causesOf({ graph, cards, shown });
  const cardOf = (node: GraphNode): Card => ({
    id: node.id,
    name: node.name,
    is_status: isStatus(node.name),
    phase: isStatus(node.name) ? statusRow(node.name).phase : null,
    rests: node.tags.includes('rest') || node.kind === 'final',
    fork: isFork(graph, node.id),
    jobs: node.jobs,
    marks: marks.get(node.id) ?? [],
    foot: feet.get(node.id) ?? [],
    cells: cards.has(node.id) ? inside(node.id).map((one, n, all) => cellOf(graph, one, all[n - 1])) : [],
  });
  const partOf = (node: GraphNode): Part =>
    cards.has(node.id) ? cardOf(node) : { id: node.id, card: cardOf(node), inner: inside(node.id).map(partOf) };
  const root = graph.nodes.find(({ parent }) => parent === null);
  const tops = root ? (root.kind === 'parallel' ? inside(root.id) : [root]) : [];
  return { machine: graph.machine, version: graph.version, regions: tops.map(partOf), lines, shown };
}

const within = (id: string, holder: string): boolean => id === holder || id.startsWith(`${holder}.`);
function cellOf({ edges }: Graph, node: GraphNode, before: GraphNode | undefined): Cell {
  const returns =
    before !== undefined && edges.some(({ from, to }) => to !== null && within(from, node.id) && within(to, before.id));
  return { id: node.id, text: CELL_NAMES[node.name] ?? node.name, is_status: isStatus(node.name), returns };
}

/** A state that is left at once, in one of several ways. */
function isFork({ edges }: Graph, id: string): boolean {
  const out = edges.filter(({ from }) => from === id);
  return out.length > 2 && out.every(({ kind }) => kind === 'always');
}

type Causes = { lines: Line[]; feet: Map<string, string[]>; marks: Map<string, string[]> };

type Parts = { graph: Graph; cards: Set<string>; shown: (id: string) => string };

function causesOf(parts: Parts): Causes {
  const { graph, shown } = parts;
  const lines = new Map<string, Cause[]>();
  const feet = new Map<string, string[]>();
  const marks = new Map<string, string[]>();
  const put = <T>(into: Map<string, T[]>, key: string, one: T, same: (other: T) => boolean) => {
    const all = into.get(key) ?? [];
    if (!all.some(same)) all.push(one);
    into.set(key, all);
  };
  for (const edge of graph.edges) {
    const from = shown(edge.from);
    const to = edge.to === null ? null : shown(edge.to);
    const mark = edge.kind === 'event' ? MARKS[edge.name] : undefined;
    const cause = causeOf(edge);
    if (mark) put(marks, from, mark, (other) => other === mark);
    else if (to === null || to === from) continue;
    else if (leadsBack(parts, edge, from, to))
      put(feet, from, cause.text || cause.guard, (one) => one === (cause.text || cause.guard));
    else put(lines, `${from} ${to}`, cause, ({ text, guard }) => text === cause.text && guard === cause.guard);
  }
  const drawn = [...lines].map(([key, all]): Line => {
    const [from = '', to = ''] = key.split(' ');
    const causes = plainest(all);
    return { from, to, causes, way: wayOf(causes) };
  });
  return { lines: drawn, feet, marks };
}

/** `done [vectorIsLate]`, `done`: where one cause comes twice, it comes whatever its guards say. */
function plainest(causes: Cause[]): Cause[] {
  const isTwice = ({ text }: Cause) => text !== '' && causes.filter((other) => other.text === text).length > 1;
  const kept = causes.filter((cause) => isPlain(cause) || !causes.some((other) => other.text === cause.text && isPlain(other)));
  return kept.map((cause) => (isTwice(cause) && isPlain(cause) ? { ...cause, guard: '' } : cause));
}
const isPlain = ({ guard }: Cause): boolean => guard === '' || guard === '[else]';

function wayOf(causes: Cause[]): Line['way'] {
  if (causes.every(({ kind }) => kind === 'failed' || kind === 'after')) return 'bad';
  const may_fail = causes.some(({ kind }) => kind === 'failed' || kind === 'after');
  if (!may_fail && causes.some(({ kind }) => kind === 'done')) return 'good';
  return causes.every(({ kind }) => kind === 'always') ? 'always' : 'said';
}

/** To a fork, from where the fork itself leads, or by a word or at once. What lies beside the fork, and is led to by it, has a line. */
function leadsBack({ graph, cards }: Parts, { kind }: GraphEdge, from: string, to: string): boolean {
  if (!isFork(graph, to)) return false;
  const nodeOf = (id: string) => graph.nodes.find((node) => node.id === id);
  const is_after = graph.edges.some((edge) => edge.from === to && edge.to !== null && within(edge.to, from));
  if (is_after && kind !== 'always' && nodeOf(from)?.parent === nodeOf(to)?.parent && cards.has(from)) return false;
  return is_after || kind === 'event' || kind === 'always';
}

export function causeOf({ kind, name, guard, otherwise }: GraphEdge): Cause {
  const words = {
    event: name,
    accepted: `${name} accepted`,
    released: `${name} released`,
    done: `${name} done`,
    failed: `${name} failed`,
    after: `after ${name.replaceAll('_', ' ')}`,
    always: '',
  };
  return { text: words[kind], guard: guard ? `[${guard}]` : otherwise ? '[else]' : '', kind };
}
export const causeText = ({ text, guard }: Cause): string => [text, guard].filter(Boolean).join(' ');
