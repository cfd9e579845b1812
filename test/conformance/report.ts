/** The report: one page without outside addresses, which shows each path as steps and on the drawing of the machine, and what was covered. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { taskMachine } from '../../machines/task.ts';
import { DIAGRAM_SCRIPT, DIAGRAM_STYLE, type Diagram, diagramOf } from './diagram.ts';
import { INSTEAD } from './instead.ts';
import { MACHINE } from './model.ts';
import type { Result } from './resource-run.ts';
import type { Taken } from './runner.ts';
import type { Coverage } from './summary.ts';
import { wordsOf } from './words.ts';

const escaped = (text: unknown): string =>
  String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
const both = (en: string, zh: string): string => `<span lang="en">${en}</span><span lang="zh">${zh}</span>`;

/** tasks: names of the transitions of the task machine that were taken; null where its stories were not told. */
export type Reported = { results: Result[]; coverage: Coverage; tasks: ReadonlySet<string> | null };

/** Writes `index.html` into the folder, which exists. Each path has the id `path-N`, each transition `t-…`, so that others can link to it. */
export async function writeReport(folder: string, reported: Reported): Promise<string> {
  const file = path.join(folder, 'index.html');
  await writeFile(file, pageOf(reported));
  return file;
}

export function pageOf({ results, coverage, tasks }: Reported): string {
  const { all, reachable, covered, tries, seconds, task } = coverage;
  const failed = results.filter(({ error }) => error).length;
  const diagram = diagramOf(MACHINE, new Set(covered));
  const cards: [string, string, string | number][] = [
    ['paths', '路径', `${results.length - failed} / ${results.length}`],
    ['transitions covered / reachable / all', '转换：覆盖 / 可达 / 全部', `${covered.length} / ${reachable} / ${all.length}`],
    ['requests that changed nothing', '未作更改的请求', tries],
    ['seconds', '秒', seconds.toFixed(0)],
  ];
  if (task !== '') cards.push(['of the task machine', '任务状态机', task]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>tuodi: the model and the service</title><style>${STYLE}</style></head><body><main>
<header><h1>${both('The model and the service', '模型与服务')}</h1>
<button id="language" type="button">中文 / English</button>
<p>${both(
    'Each path was led through the service over HTTP. After every step, what a client sees was compared with the model; every request that the model refuses was sent too, and changed nothing.',
    '每条路径均通过 HTTP 在服务上执行。每一步之后都将客户端所见与模型比较；模型拒绝的请求也逐一发送，且未改变任何内容。',
  )}</p></header>
<section class="cards">${cards.map(([en, zh, value]) => `<div><b>${escaped(value)}</b>${both(en, zh)}</div>`).join('')}</section>
<label class="find">${both('Show paths with', '筛选路径')} <input id="find" type="search" autocomplete="off"></label>
<div class="beside"><section id="paths">${results.map((result, n) => pathOf(result, n, all)).join('\n')}</section>
<section class="drawn" id="diagram">${drawn(diagram)}<p>${both(
    'Open a path: its way is lit. Green: covered. Green, dashed: in part. Red: not covered. A line or a state leads to its transitions.',
    '展开一条路径即点亮其经过。绿色：已覆盖；绿色虚线：部分覆盖；红色：未覆盖。点击连线或状态可查看其转换。',
  )}</p>${restOf(diagram, new Set(covered), 't')}</section></div>
<h2>${both('Transitions', '转换')}</h2>
<table><thead><tr><th>${both('transition', '转换')}</th><th>${both('paths', '路径')}</th></tr></thead><tbody>${transitionsOf(results, all)}</tbody></table>
${tasks ? tasksOf(tasks) : ''}
<h2>${both('Where the test stands in for something', '由测试代替的部分')}</h2>
<ul>${INSTEAD.map(({ what, why }) => `<li><code>${escaped(what)}</code> ${escaped(why)}</li>`).join('')}</ul>
</main><script>${SCRIPT}</script></body></html>\n`;
}

const drawn = ({ machine, svg }: Diagram): string => `<div id="drawing-${machine}" data-machine="${machine}">${svg}</div>`;

/** The transitions that nothing took, by name. */
function restOf({ names }: Diagram, covered: ReadonlySet<string>, prefix: string): string {
  const rest = names.flatMap((name, n) => (covered.has(name) ? [] : [[name, n + 1] as const]));
  if (rest.length === 0) return `<p class="same">${both('Every transition is covered.', '所有转换均已覆盖。')}</p>`;
  const items = rest.map(([name, n]) => `<li><a href="#${prefix}-${n}"><code>${escaped(name)}</code></a></li>`).join('');
  return `<p>${both(`Not covered: ${rest.length}`, `未覆盖：${rest.length}`)}</p><ul class="rest">${items}</ul>`;
}

/** The stories of tasks move the task machine: which of its transitions they took. */
function tasksOf(covered: ReadonlySet<string>): string {
  const diagram = diagramOf(taskMachine, covered);
  const rows = diagram.names.map((name, n) =>
    transitionRow({ machine: 'task', id: `task-${n + 1}`, n: n + 1, name }, covered.has(name) ? '✓' : ''),
  );
  return `<h2>${both('The task machine', '任务状态机')}</h2><section class="drawn">${drawn(diagram)}${restOf(diagram, covered, 'task')}</section>
<table><thead><tr><th>${both('transition', '转换')}</th><th>${both('taken', '已经过')}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
type Row = { machine: string; id: string; n: number; name: string };
const transitionRow = ({ machine, id, n, name }: Row, by: string): string =>
  `<tr id="${id}" class="transition${by ? '' : ' bad'}" data-machine="${machine}" data-n="${n}"><td><code>${escaped(name)}</code></td><td>${by || '—'}</td></tr>`;

function pathOf({ path: own, went, error }: Result, n: number, all: string[]): string {
  const words = wordsOf(own);
  const rows = went.taken.map((taken) => rowOf(taken, taken.step ? (words[own.steps.indexOf(taken.step)] ?? null) : 'announced'));
  const numbers = all.flatMap((name, at) => (went.covered.includes(name) ? [at + 1] : []));
  const ends = went.taken.at(-1)?.seen.status ?? '';
  return `<details class="path ${error ? 'bad' : 'good'}" id="path-${n + 1}" data-t="${numbers.join(' ')}"${error ? ' open' : ''}><summary><span class="mark">${error ? '✗' : '✓'}</span> ${escaped(own.name)} <span class="status">${escaped(ends)}</span></summary>
${error ? `<pre>${escaped(error.message)}</pre>` : ''}<table><thead><tr><th>${both('what was done', '操作')}</th><th>${both('sent', '发送')}</th><th>${both('seen by a client', '客户端所见')}</th><th>${both('the model', '模型')}</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

function rowOf({ step, seen, expected, response }: Taken, words: string | null): string {
  const done = words ?? (step?.do === 'accept' ? `a worker takes ${step.job}` : '');
  const sent = step?.do === 'send' ? `${step.event.type} → ${response ?? ''}` : '';
  const same = JSON.stringify(seen) === JSON.stringify(expected);
  return `<tr><td>${escaped(done)}</td><td><code>${escaped(sent)}</code></td><td>${viewOf(seen)}</td><td>${same ? '<span class="same">=</span>' : viewOf(expected)}</td></tr>`;
}
function viewOf(view: Taken['seen']): string {
  const { status, phase, viewable, searchable, deadline_at, failure, allowed_events } = view;
  const promised = [viewable && 'viewable', searchable && 'searchable'].filter(Boolean).join(', ');
  const deadline = deadline_at === null ? '' : ` · until ${new Date(deadline_at).toISOString().slice(0, 16)}Z`;
  const failed = failure ? ` · ${failure.step}: ${failure.code}` : '';
  const events = `<details><summary>${allowed_events.length} events</summary>${escaped(allowed_events.join(', '))}</details>`;
  return `<b>${escaped(status)}</b> ${escaped(phase)}${promised ? ` · ${promised}` : ''}${deadline}${escaped(failed)} ${events}`;
}

function transitionsOf(results: Result[], all: string[]): string {
  return all
    .map((name, at) => {
      const links = results.flatMap(({ went }, n) =>
        went.covered.includes(name) ? [`<a href="#path-${n + 1}">${n + 1}</a>`] : [],
      );
      const more = links.length > MAX_LINKS ? ` +${links.length - MAX_LINKS}` : '';
      const row = { machine: 'resource', id: `t-${at + 1}`, n: at + 1, name };
      return transitionRow(row, `${links.slice(0, MAX_LINKS).join(' ')}${more}`);
    })
    .join('');
}
const MAX_LINKS = 8;

const STYLE = `:root{color-scheme:light dark;--ink:#1b2430;--soft:#5d6b7c;--line:#dfe4ea;--page:#f6f7f9;--card:#fff;--good:#18794e;--bad:#c4320a;--accent:#2457c5}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa7b8;--line:#2b3441;--page:#10151c;--card:#18202a;--good:#4cc38a;--bad:#ff8b6a;--accent:#8ab0ff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}main{max-width:110rem;margin:auto;padding:2rem 1.25rem}
h1{font-size:1.7rem;margin:0 0 .5rem}h2{margin-top:2.5rem;font-size:1.2rem}header p{color:var(--soft);max-width:60ch}header{max-width:75rem;display:flex;flex-wrap:wrap;justify-content:space-between;align-items:start;gap:0 1rem}header p{flex-basis:100%}
button,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem .7rem}
.cards{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}.cards div{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem;color:var(--soft)}.cards b{display:block;color:var(--ink);font-size:1.35rem}
.find{display:block;margin-bottom:1rem}.find input{width:min(24rem,100%)}
.path{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--good);border-radius:.5rem;margin:.4rem 0;padding:.5rem .9rem;overflow-x:auto}.path.bad{border-left-color:var(--bad)}.path:target{outline:2px solid var(--accent)}
summary{cursor:pointer}.mark{color:var(--good);font-weight:700}.bad .mark,tr.bad td{color:var(--bad)}.status{float:right;color:var(--soft);font-size:.85rem}.same{color:var(--good)}
table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:500}td details{display:inline-block;color:var(--soft)}code{font-size:.85em;overflow-wrap:anywhere}pre{white-space:pre-wrap;color:var(--bad)}
a{color:var(--accent)}tr.chosen td{background:color-mix(in srgb,var(--accent) 14%,transparent)}tr.transition{cursor:pointer}.rest{font-size:.85rem}.drawn p{color:var(--soft);font-size:.9rem}
@media(min-width:70rem){.beside{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.1fr);gap:1.25rem;align-items:start}.beside .drawn{position:sticky;top:.5rem}}
${DIAGRAM_STYLE}
body.zh [lang=en],body:not(.zh) [lang=zh]{display:none}`;
const SCRIPT = `const zh=navigator.language.startsWith('zh');document.body.classList.toggle('zh',zh);
document.getElementById('language').onclick=()=>document.body.classList.toggle('zh');
document.getElementById('find').oninput=({target})=>{for(const one of document.querySelectorAll('.path'))one.hidden=!one.textContent.toLowerCase().includes(target.value.toLowerCase())};
addEventListener('hashchange',open);function open(){const one=document.getElementById(location.hash.slice(1));if(one instanceof HTMLDetailsElement)one.open=true}open();
${DIAGRAM_SCRIPT}`;
