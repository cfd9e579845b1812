/** The layouts of a machine, by elkjs: only `npm run docs` computes them. Two runs give the same. */
import { createRequire } from 'node:module';
import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js';
import { drawingOf } from '../../visualizer/drawing.ts';
import type { Graph } from '../../visualizer/graph.ts';
import { fnv1a, hashOf, type Layouts, VIEWS } from '../../visualizer/layout.ts';
import { elkTrees } from './elk-tree.ts';
import { layoutOf } from './place.ts';

/** Changes with whatever changes a layout: the graph, its rules, sizes and options. */
export function inputHash(graph: Graph): string {
  const drawing = drawingOf(graph);
  return fnv1a(JSON.stringify(VIEWS.map((view) => elkTrees(drawing, view))));
}

export async function makeLayouts(graph: Graph): Promise<Layouts> {
  const drawing = drawingOf(graph);
  const elk = loadElk();
  const laid = async (view: (typeof VIEWS)[number]) => {
    const regions: ElkNode[] = [];
    for (const tree of elkTrees(drawing, view)) regions.push(tree.children ? await elk.layout(tree) : tree);
    return layoutOf(regions);
  };
  const { machine, version } = graph;
  return {
    machine,
    version,
    graph: hashOf(graph),
    input: inputHash(graph),
    screen: await laid('screen'),
    full: await laid('full'),
  };
}

/** Of CommonJS, whose types say another default than what Node gives. */
function loadElk(): ELK {
  const Elk: new () => ELK = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js');
  return new Elk();
}

/** A module of visualizer/layouts/: a line a part, so that a change of a layout can be read. */
export function moduleOf({ machine, version, graph, input, ...views }: Layouts): string {
  const json = (value: unknown) => JSON.stringify(value);
  const view = (name: (typeof VIEWS)[number]): string[] => {
    const { width, height, boxes, lines } = views[name];
    return [
      `  ${name}: {`,
      `    width: ${width}, height: ${height},`,
      '    boxes: {',
      ...Object.entries(boxes).map(([id, box]) => `      ${json(id)}: ${json(box)},`),
      '    },',
      '    lines: [',
      ...lines.map((line) => `      ${json(line)},`),
      '    ],',
      '  },',
    ];
  };
  return [
    `/** Layouts of the machine ${machine}, made by \`npm run docs\`: change docs/layout/, not this. */`,
    "import type { Layouts } from '../layout.ts';",
    '',
    `export const ${machine}: Layouts = {`,
    `  machine: ${json(machine)}, version: ${json(version)},`,
    `  graph: ${json(graph)}, input: ${json(input)},`,
    ...VIEWS.flatMap(view),
    '};',
    '',
  ].join('\n');
}
