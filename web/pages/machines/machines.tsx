/** Machines: drawn, counted live, one picture's path through them, and tried. */
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { codeOf, jsonOf } from '../../../visualizer/config.ts';
import { type Graph, graphOf } from '../../../visualizer/graph.ts';
import { layoutsOf } from '../../../visualizer/known-layouts.ts';
import { MACHINE_NAMES, MACHINES, type MachineName } from '../../../visualizer/machines.ts';
import { mermaidBlocks } from '../../../visualizer/mermaid.ts';
import { svgOf } from '../../../visualizer/svg.ts';
import { statesInWords } from '../../../visualizer/text.ts';
import { Icon } from '../../frame/icons.tsx';
import { Menu } from '../../frame/menu.tsx';
import { machinesWords } from '../../words/machines.ts';
import { useWords } from '../../words/words.ts';
import { Drawing } from './drawing.tsx';
import { Live } from './live.tsx';
import { OnePicture } from './one-picture.tsx';
import { saveFile } from './save-file.ts';
import { NOTHING } from './shown.ts';
import { Simulate } from './simulate.tsx';

const MODES = ['live', 'one', 'simulate'] as const;
type Mode = (typeof MODES)[number];
const machineOfLink = (): MachineName | undefined => MACHINE_NAMES.find((name) => location.hash.startsWith(`#${name}@`));

export default function Machines({ id = null }: { id?: string | null }) {
  const words = useWords(machinesWords);
  const [, go] = useLocation();
  const [name, setName] = useState<MachineName>(machineOfLink() ?? 'resource');
  const [mode, setMode] = useState<Mode>(id ? 'one' : location.hash.length > 1 ? 'simulate' : 'live');
  const [shown, setShown] = useState(NOTHING);
  const graph = useMemo(() => graphOf(MACHINES[name]), [name]);
  const change = (to: Mode) => {
    setShown(NOTHING);
    setMode(to);
    if (to === 'one') setName('resource');
    if (id && to !== 'one') go(WEB_PAGES.machines);
  };
  /** A scenario in the address is of the machine before. */
  const choose = (to: MachineName) => {
    setShown(NOTHING);
    setName(to);
    if (mode === 'one') change('live');
    history.replaceState(history.state, '', location.pathname + location.search);
  };
  return (
    <div className="lab">
      <h1 className="vh">{words.title}</h1>
      <div className="lab-top">
        <Segments label={words.which}>
          {MACHINE_NAMES.map((one) => (
            <button key={one} type="button" aria-pressed={one === name} onClick={() => choose(one)}>
              {one}
            </button>
          ))}
        </Segments>
        <span className="dim">{words.drawn(graph.version)}</span>
        <div className="end">
          <Segments label={words.modes}>
            {MODES.map((one) => (
              <button key={one} type="button" aria-pressed={one === mode} onClick={() => change(one)}>
                {words[one]}
              </button>
            ))}
          </Segments>
          <Export name={name} graph={graph} />
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls sideways, by keys too */}
      <section className={mode === 'live' ? 'canvas' : 'canvas is-traced'} tabIndex={0} aria-label={words.canvas}>
        <Drawing graph={graph} shown={shown} />
        <p className="legend">
          {[...words.legend, ...(name === 'upload' ? [words.legend_upload] : [])].map((line) => (
            <span key={line}>{line}</span>
          ))}
        </p>
      </section>
      {mode === 'live' ? <Live key={name} name={name} show={setShown} /> : null}
      {mode === 'one' ? <OnePicture key={id} id={id} show={setShown} /> : null}
      {mode === 'simulate' ? <Simulate key={name} name={name} graph={graph} show={setShown} /> : null}
      <InWords graph={graph} />
    </div>
  );
}

function Segments({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className="seg" aria-label={label}>
      {children}
    </fieldset>
  );
}

/** The text alternative of the drawing. */
function InWords({ graph }: { graph: Graph }) {
  const words = useWords(machinesWords);
  return (
    <details className="in-words">
      <summary>{words.in_words}</summary>
      <ul>
        {statesInWords(graph).map(({ id, name, jobs, rests, initial, ways }) => (
          <li key={id}>
            <b>{name}</b> {initial ? words.begins_in(initial) : ''} {jobs.length > 0 ? `${words.job} ${jobs.join(', ')}` : ''}{' '}
            {rests ? words.may_rest : ''}
            <ul>
              {ways.map((way, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the list of a graph never changes, and two ways may read the same
                <li key={n}>{way}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** As `tuodi diagram` writes them. */
function Export({ name, graph }: { name: MachineName; graph: Graph }) {
  const words = useWords(machinesWords);
  const files: Record<string, [file: string, make: () => string]> = {
    SVG: [
      `${name}.svg`,
      () => svgOf(graph, layoutsOf(graph).full, { alone: true, with_labels: true, label: words.drawing(name) }),
    ],
    Mermaid: [`${name}.mermaid.md`, () => mermaidBlocks(graph)],
    Stately: [`${name}.machine.js`, () => codeOf(MACHINES[name])],
    XState: [`${name}.xstate.json`, () => jsonOf(MACHINES[name])],
    JSON: [`${name}.graph.json`, () => `${JSON.stringify(graph, null, 2)}\n`],
  };
  return (
    <Menu
      label={words.export}
      className="b"
      button={
        <>
          <Icon name="down" />
          {words.export}
        </>
      }
    >
      {(close) =>
        Object.entries(files).map(([format, [file, make]]) => (
          <button
            key={format}
            type="button"
            onClick={() => {
              close();
              saveFile(file, make());
            }}
          >
            {format}
          </button>
        ))
      }
    </Menu>
  );
}
