/** Trying the real machine: what can happen now and why, a tape of what did, and the same for others by a link or as a test. */
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Json } from '../../../contract/json.ts';
import { isStatus, statusRow } from '../../../contract/statuses.ts';
import { delayOf } from '../../../machines/interpreter.ts';
import { drawingOf } from '../../../visualizer/drawing.ts';
import type { Graph } from '../../../visualizer/graph.ts';
import { hashOf } from '../../../visualizer/layout.ts';
import { MACHINES, type MachineName } from '../../../visualizer/machines.ts';
import { type Choice, choicesOf } from '../../../visualizer/simulation/choices.ts';
import { linkOf, MAX_STEPS, type Refusal, scenarioOf, testOf, type Version } from '../../../visualizer/simulation/share.ts';
import { createSimulator, type Moment, type Scenario, type ScenarioStep } from '../../../visualizer/simulation/simulation.ts';
import { Icon } from '../../frame/icons.tsx';
import { say } from '../../stores/toast.ts';
import { machinesWords } from '../../words/machines.ts';
import { useText, useWords } from '../../words/words.ts';
import { copyText } from '../../world.ts';
import { Can, inOrder, short } from './can.tsx';
import { Owed } from './one-picture.tsx';
import { saveFile } from './save-file.ts';
import { litBy, NOTHING, type Shown } from './shown.ts';

const INPUTS: Record<MachineName, Json> = {
  resource: { resource_id: 'r', org_id: 'o', user_id: 'u', described: true, claimed: { byte_size: null, sha256: null } },
  task: { task_id: 't', provider_job_id: null, answered: false },
  upload: { byte_size: 1, sha256: null, resource_id: null, since: null, losses: 0, cause: null, was: null },
  run: { kind: 'verify', params: {} },
};
const WITHOUT = { rest: 'rests', turn: 'turn', limbo: 'limbo' } as const;
type Props = { name: MachineName; graph: Graph; show: (shown: Shown) => void };

export function Simulate(props: Props) {
  const { name, graph } = props;
  const version = useMemo(() => ({ machine: name, version: graph.version, hash: hashOf(graph) }), [name, graph]);
  const [given, setGiven] = useState<Scenario | Refusal | null>(null);
  useEffect(() => {
    const fresh: Scenario = { machine: name, input: INPUTS[name], steps: [] };
    const link = location.hash.slice(1);
    if (link === '') setGiven(fresh);
    else void scenarioOf(link, (of) => (of === name ? version : null)).then(setGiven);
  }, [name, version]);
  return given ? <Tried {...props} version={version} given={given} /> : <aside className="panel" />;
}

function Tried({ name, graph, show, version, given }: Props & { version: Version; given: Scenario | Refusal }) {
  const words = useWords(machinesWords);
  const simulator = useMemo(() => createSimulator(MACHINES[name]), [name]);
  const refusal = 'refused' in given ? given : null;
  const [input] = useState('refused' in given ? INPUTS[name] : given.input);
  const [steps, setSteps] = useState<readonly ScenarioStep[]>('refused' in given ? [] : given.steps);
  const [pointed, setPointed] = useState<Choice | null>(null);
  const [at, setAt] = useState(steps.length);
  const moments = useMemo(() => simulator.run({ machine: name, input, steps }), [simulator, name, input, steps]);
  const moment = moments[at] ?? moments[0];
  const choices = useMemo(() => (moment ? choicesOf(simulator, moment, graph) : []), [simulator, moment, graph]);
  useEffect(() => {
    const { lines, shown: cardOf } = drawingOf(graph);
    const visits = moments.slice(0, at + 1).map(({ states }) => states.map(cardOf));
    const [before, then] = [visits.at(-1) ?? [], (pointed?.after.states ?? []).map(cardOf)];
    const next = pointed?.after.outcome === 'moved' ? litBy(lines, [before, then]).filter((one) => !before.includes(one)) : [];
    show({ ...NOTHING, lit: litBy(lines, visits), next, here: moments[at]?.states ?? [] });
  }, [graph, moments, at, pointed, show]);
  useEffect(() => {
    if (steps.length === 0) return;
    let is_over = false;
    void linkOf(version, { machine: name, input, steps }).then((link) => {
      if (!is_over) history.replaceState(history.state, '', `${location.pathname}${location.search}#${link}`);
    });
    return () => {
      is_over = true;
    };
  }, [version, name, input, steps]);
  if (!moment) return null;
  const take = (step: ScenarioStep) => {
    if (at >= MAX_STEPS) return;
    setSteps([...steps.slice(0, at), step]);
    setAt(at + 1);
    setPointed(null);
  };
  const share = async () => {
    await copyText(`${location.origin}${location.pathname}#${await linkOf(version, { machine: name, input, steps })}`);
    say(words.copied);
  };
  const title = moments.length > 1 ? `${name}: ${steps.map(({ said }) => nameOf(said)).join(', ')}` : name;
  const save = () => saveFile(`${name}-scenario.test.ts`, testOf({ machine: name, input, steps }, moments, title));
  return (
    <aside className="panel">
      {refusal ? (
        <p className="note" role="alert">
          {refusal.refused === 'version' ? words.other_version(refusal.theirs, refusal.ours) : words.unreadable}
        </p>
      ) : null}
      <Tape moments={moments} steps={steps} at={at} go={setAt}>
        <button type="button" className="b" onClick={() => void share()}>
          <Icon name="link" />
          {words.copy_link}
        </button>
        <button type="button" className="b" onClick={save}>
          {words.save_test}
        </button>
      </Tape>
      <Now moment={moment} />
      <section>
        <h2>
          {words.can}
          <span>{words.real}</span>
        </h2>
        <ul className="can">
          {inOrder(choices).map((choice) => (
            <Can key={`${choice.label} ${choice.detail}`} choice={choice} take={take} point={setPointed} />
          ))}
        </ul>
      </section>
      <section hidden={choices.every(({ fault }) => fault === null)}>
        <h2>{words.faults}</h2>
        <div className="acts">
          {choices.map(({ fault, said, label, detail }) =>
            fault ? (
              <button
                key={`${fault} ${label} ${detail}`}
                type="button"
                className="b plain"
                title={`${label} ${detail}`}
                onClick={() => take({ said })}
              >
                {words.fault[fault]}: {label}
              </button>
            ) : null,
          )}
        </div>
      </section>
      <Owed
        jobs={Object.entries(moment.instance.jobs).map(([job, { accepted }]) => [job, accepted ? words.begun : words.waits])}
        timers={Object.entries(moment.instance.timers).map(([id, { due_at }]) => [
          delayOf(id),
          words.due_in(duration(due_at - moment.now)),
        ])}
        without={WITHOUT[simulator.waitsFor(moment) ?? 'limbo']}
      />
      <Context moment={moment} />
    </aside>
  );
}

type TapeProps = {
  moments: readonly Moment[];
  steps: readonly ScenarioStep[];
  at: number;
  go: (to: number) => void;
  children: ReactNode;
};
function Tape({ moments, steps, at, go, children }: TapeProps) {
  const words = useWords(machinesWords);
  return (
    <section>
      <h2>
        {words.scenario}
        <span>{words.step_of(at, steps.length)}</span>
      </h2>
      <div className="tape">
        {moments.map((one, n) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
            key={n}
            type="button"
            className={`${n > at ? 'ahead' : ''} ${steps[n - 1]?.forced ? 'is-forced' : ''}`}
            aria-current={n === at ? 'step' : undefined}
            aria-label={`${words.step_of(n, steps.length)}${one.outcome === 'moved' ? '' : `, ${words.outcome[one.outcome]}`}`}
            onClick={() => go(n)}
          />
        ))}
      </div>
      <div className="acts">
        <button type="button" className="b icon" aria-label={words.back} disabled={at === 0} onClick={() => go(at - 1)}>
          <Icon name="back" />
        </button>
        <button
          type="button"
          className="b icon"
          aria-label={words.step}
          disabled={at === steps.length}
          onClick={() => go(at + 1)}
        >
          <Icon name="next" />
        </button>
        {children}
      </div>
    </section>
  );
}

function Now({ moment }: { moment: Moment }) {
  const words = useWords(machinesWords);
  const text = useText();
  const status = moment.states.flatMap((state) => state.split('.')).find(isStatus);
  const { outcome } = moment;
  return (
    <p aria-live="polite">
      <b className="word">{status ?? moment.states.map(short).join(', ')}</b>{' '}
      {status ? <span className="soft">{text(statusRow(status).label)}</span> : null}
      {outcome === 'moved' ? null : <span className="refused"> {words.outcome[outcome]}</span>}
    </p>
  );
}

function Context({ moment: { instance, changed } }: { moment: Moment }) {
  const words = useWords(machinesWords);
  return (
    <section>
      <h2>
        {words.context}
        <span>{words.changed(changed.length)}</span>
      </h2>
      <dl className="ctx">
        {Object.entries(instance.snapshot.context).map(([name, value]) => {
          const kind = changed.some((path) => path === name || path.startsWith(`${name}.`)) ? 'is-changed' : '';
          return [
            <dt key={name}>{name}</dt>,
            <dd key={`${name} value`} className={kind}>
              {JSON.stringify(value)}
            </dd>,
          ];
        })}
      </dl>
    </section>
  );
}

const nameOf = (said: ScenarioStep['said']): string =>
  said.say === 'event' ? said.event.type : said.say === 'timer' ? `after ${delayOf(said.timer)}` : `${said.job} ${said.say}`;
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;
function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, one]) => ms >= one) ?? (['s', 1_000] as const);
  return `${Math.round((ms / length) * 10) / 10} ${unit}`;
}
