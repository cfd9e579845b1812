/** Layouts and drawings that stand in the repository are those of the machines as they are. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { inputHash } from '../../docs/layout/make.ts';
import { DRAWINGS, machinesPage, svgFile } from '../../docs/machines-page.ts';
import { drawingOf, isHolder, type Part } from '../../visualizer/drawing.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { LAYOUTS, layoutsOf } from '../../visualizer/known-layouts.ts';
import { type Box, hashOf, VIEWS } from '../../visualizer/layout.ts';
import { MACHINE_NAMES, MACHINES } from '../../visualizer/machines.ts';

const partsOf = (part: Part): Part[] => (isHolder(part) ? [part, ...part.inner.flatMap(partsOf)] : [part]);
const overlap = ([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box) => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;

for (const name of MACHINE_NAMES)
  describe(`the drawing of ${name}`, () => {
    const graph = graphOf(MACHINES[name]);
    const drawing = drawingOf(graph);

    test('has a layout of this very graph, by the rules and sizes in force (else: npm run docs)', () => {
      assert.equal(LAYOUTS[name]?.graph, hashOf(graph));
      assert.equal(LAYOUTS[name]?.input, inputHash(graph));
    });

    test('has a box for every card and a line for every edge, in both views', () => {
      const ids = drawing.regions.flatMap(partsOf).map(({ id }) => id);
      for (const view of VIEWS) {
        const { boxes, lines, width, height } = layoutsOf(graph)[view];
        assert.deepEqual(new Set(Object.keys(boxes)), new Set(ids));
        assert.deepEqual(
          lines.map(({ from, to }) => `${from} ${to}`).sort(),
          drawing.lines.map(({ from, to }) => `${from} ${to}`).sort(),
        );
        for (const [x, y, w, h] of Object.values(boxes)) assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height);
      }
    });

    test('has no card upon another, and no label of a line upon a card or a label', () => {
      const cards = drawing.regions.flatMap(partsOf).filter((part) => !isHolder(part));
      for (const view of VIEWS) {
        const { boxes, lines } = layoutsOf(graph)[view];
        const all: [string, Box][] = [
          ...cards.map(({ id }): [string, Box] => [id, boxes[id] ?? [0, 0, 0, 0]]),
          ...lines.flatMap(({ from, to, label }): [string, Box][] => (label ? [[`${from} ${to}`, label]] : [])),
        ];
        for (const [n, [id, box]] of all.entries())
          for (const [other, its] of all.slice(n + 1)) assert.ok(!overlap(box, its), `${view}: ${id} and ${other}`);
      }
    });

    test('shows every state of the machine, as a card, a cell or what holds them', async () => {
      const svg = svgFile(name, 'full');
      const shown = new Set([...svg.matchAll(/data-state="([^"]+)"/g)].map(([, id]) => id));
      const within = (id: string) => [...shown].some((one) => one !== undefined && id.startsWith(`${one}.`));
      const lost = graph.nodes.filter(({ id, parent }) => parent !== null && !shown.has(id) && !within(id));
      assert.deepEqual(lost, []);
    });
  });

test('a graph that has changed has another hash, and is not drawn by the layout of before', () => {
  const graph = graphOf(MACHINES.task);
  const changed = { ...graph, edges: graph.edges.slice(1) };
  assert.notEqual(hashOf(changed), hashOf(graph));
  assert.throws(() => layoutsOf(changed), /npm run docs/);
});

test('docs/machines.md and its drawings are what the machines say (else: npm run docs)', async () => {
  assert.equal(await readFile('docs/machines.md', 'utf8'), machinesPage());
  for (const { file, machine, view } of DRAWINGS) assert.equal(await readFile(file, 'utf8'), svgFile(machine, view), file);
});

test('both READMEs show the drawings of the picture and of the task, which lead to the full ones', async () => {
  for (const file of ['README.md', 'README.zh-CN.md'])
    for (const machine of ['resource', 'task'])
      assert.match(
        await readFile(file, 'utf8'),
        new RegExp(`\\]\\(docs/machines/${machine}\\.svg\\)\\]\\(docs/machines/${machine}-full\\.svg\\)`),
        file,
      );
});
