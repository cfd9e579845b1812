import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { lifecyclePage } from '../../docs/lifecycle-page.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { MACHINE_NAMES, MACHINES } from '../../visualizer/machines.ts';
import { mermaidOf, mermaidOfStatuses } from '../../visualizer/mermaid.ts';

const GRAPHS = Object.fromEntries(MACHINE_NAMES.map((name) => [name, graphOf(MACHINES[name])]));
const DIAGRAMS: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(GRAPHS).flatMap(([name, graph]) =>
      mermaidOf(graph).map(({ region, source }) => [`${name}, region ${region}`, source]),
    ),
  ),
  statuses: mermaidOfStatuses(),
};

test('docs/lifecycle.md is what the machines and the contract say (else: npm run docs)', async () => {
  assert.equal(await readFile('docs/lifecycle.md', 'utf8'), lifecyclePage());
});

test('the page names the statuses that a short run passes over, in both languages, and the machine may', () => {
  const edges = mermaidOfStatuses();
  for (const [from, over, to] of [
    ['READY_FOR_OCR', 'INIT', 'OCR_DONE'],
    ['METADATA_SAVED', 'VECTOR_PENDING', 'VECTOR_DONE'],
  ] as const) {
    for (const move of [`${from} --> ${over}`, `${over} --> ${to}`, `${from} --> ${to}`]) assert.ok(edges.includes(move), move);
    for (const words of [/`INIT` and `VECTOR_PENDING` may be passed over/, /`INIT` 和 `VECTOR_PENDING` 可能被跳过/])
      assert.match(lifecyclePage(), words);
  }
});

/** The part of Mermaid's grammar that we use. */
const LINES = [
  /^stateDiagram-v2$/,
  /^\s*state "[\p{L}\p{N}_ ,()./-]+" as [A-Za-z]\w*$/u,
  /^\s*(\[\*\]|[A-Za-z]\w*) --> (\[\*\]|[A-Za-z]\w*)( : [\p{L}\p{N}_ ,()./-]+)?$/u,
];
const RESERVED = ['state', 'note', 'end', 'class', 'default', 'direction', 'as', 'fork', 'join', 'choice', 'style', 'click'];

for (const [name, diagram] of Object.entries(DIAGRAMS)) {
  const lines = diagram.split('\n').filter(Boolean);

  test(`the diagram of ${name} is of plain Mermaid lines, and no reserved word is an id`, () => {
    for (const line of lines) {
      assert.ok(
        LINES.some((form) => form.test(line)),
        line,
      );
      const ids = line.match(/^\s*(\w+) -->|--> (\w+)|as (\w+)$/);
      for (const id of ids?.slice(1) ?? []) assert.ok(!RESERVED.includes(id ?? ''), line);
    }
  });

  test(`the diagram of ${name} names every state once, and joins only states that it names`, () => {
    if (name === 'statuses') return;
    const named = lines.flatMap((line) => line.match(/ as (\w+)$/)?.[1] ?? []);
    assert.equal(new Set(named).size, named.length);
    const joined = lines.flatMap((line) => line.match(/(\w+)? ?--> (\w+)/)?.slice(1) ?? []).filter(Boolean);
    for (const id of joined) assert.ok(named.includes(id), id);
  });
}

test('a graph has every state of its machine, and edges between them only', () => {
  for (const { nodes, edges, machine } of Object.values(GRAPHS)) {
    const ids = new Set(nodes.map(({ id }) => id));
    assert.equal(ids.size, nodes.length);
    for (const { from, to } of edges) assert.ok(ids.has(from) && (to === null || ids.has(to)), `${machine}: ${from} to ${to}`);
  }
});

test('an edge leads where the machine does: a failed inspection to INDEX_FAILED, and not to what holds it', () => {
  const pipeline = DIAGRAMS['resource, region pipeline'] ?? '';
  const failed = pipeline.split('\n').filter((line) => line.includes('inspect failed'));
  assert.deepEqual(
    failed.map((line) => line.split(' : ')[0]?.trim()),
    ['resource__pipeline__AWAITING_UPLOAD --> resource__pipeline__indexing__INDEX_FAILED'],
  );
  assert.match(pipeline, /resource__pipeline__indexing --> resource__pipeline__resume : .*TEXT_CORRECTED if isCorrection/);
});
