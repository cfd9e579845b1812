/** The look of a drawn machine. Colours are the variables of the web app, where they are defined; elsewhere those of `PALETTE`. */

export const STYLE = `.machine{font:14px "Source Sans 3","Helvetica Neue",Arial,"Noto Sans CJK SC",sans-serif}.machine text{fill:var(--ink)}
.machine .rule{stroke:var(--line-2);fill:none}.machine .region-name .name{fill:var(--ink-3)}
.machine .holder>rect{fill:var(--holder)}.machine .name{font-weight:600;font-size:15px}.machine .holder-name text{paint-order:stroke;stroke:var(--holder);stroke-width:5px;stroke-linejoin:round}.machine .holder-name .name{fill:var(--ink-2)}
.machine .status{font:600 13px ui-monospace,"Source Code Pro",Menlo,Consolas,"DejaVu Sans Mono",monospace;letter-spacing:-.2px}.machine .status.small{font-size:12px;font-weight:500}
.machine .job{fill:var(--ink-3);font-size:13px}.machine .mark{font-size:10.5px;fill:var(--ink-3);font-weight:600}.machine .foot-line{font-size:12.5px;fill:var(--ink-3)}.machine .back{fill:var(--accent);font-size:14px}
.machine .card>rect{fill:var(--sheet);stroke:var(--line)}.machine .card.rests>rect{stroke-width:2.2}.machine .card.ready>rect{stroke:var(--accent)}.machine .card.failed>rect{stroke:var(--fail-fill)}.machine .card.needs_person>rect{stroke:var(--wait-fill)}
.machine .card.gone>rect{fill:var(--paper)}.machine .card.fork>rect{fill:var(--ink);stroke:none}.machine .card.fork .name{fill:var(--paper)}
.machine .cell>rect{fill:var(--well)}.machine .cell-name{font-size:13.5px;fill:var(--ink-2)}.machine .hop{fill:none;stroke:var(--ink-3);stroke-width:1.3}
.machine .edge{fill:none;stroke:var(--ink-3);stroke-width:1.2}.machine .edge.good{stroke:var(--ink);stroke-width:1.6}.machine .edge.bad{stroke-dasharray:4 3}.machine .edge.always{opacity:.75}
.machine .label rect{fill:var(--paper)}.machine .label.inner rect{fill:var(--holder)}.machine .label text{font-size:13px;fill:var(--ink-2)}.machine .label .guard{fill:var(--ink-3)}.machine .label .failed{fill:var(--fail)}.machine .label .after{fill:var(--wait)}.machine .tip{fill:context-stroke}
.machine .lit>rect{stroke:var(--accent);stroke-width:2.4}.machine .edge.lit{opacity:1;stroke:var(--accent);stroke-width:3}.machine .cell.here>rect,.machine .card.here>rect{fill:var(--accent)}.machine .card.fork.lit>rect{fill:var(--accent)}.machine .card.here>.foot-line,.machine .card.here>text>:is(.job,.mark),.machine .card.here .back{fill:var(--on-accent)}.machine .cell.here text,.machine .card.here>text>.name,.machine .card.here>text>.status{fill:var(--on-accent)}`;

const LIGHT =
  '--paper:#f6f7f4;--sheet:#fff;--well:#ebeeea;--holder:#eceee9;--ink:#171d1b;--ink-2:#46514d;--ink-3:#5b6662;--line:#cbd2cd;--line-2:#e0e4e0;--accent:#0a6763;--on-accent:#fff;--fail:#a8271d;--fail-fill:#cf4436;--wait:#8a5200;--wait-fill:#e0a02c';
const DARK =
  '--paper:#121615;--sheet:#1a201e;--well:#262d2b;--holder:#181e1c;--ink:#e9eeeb;--ink-2:#b4bfba;--ink-3:#8c9893;--line:#3a4441;--line-2:#2a322f;--accent:#57c2b8;--on-accent:#0d1211;--fail:#f08a7d;--fail-fill:#d9564a;--wait:#e2ab55;--wait-fill:#d39a35';

/** For a drawing that stands alone. */
export const PALETTE = `.machine{${LIGHT}}@media(prefers-color-scheme:dark){.machine{${DARK}}}`;
