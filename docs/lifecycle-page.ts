/** The text of docs/lifecycle.md, made from the machines and the contract. */
import { PHASE_LABELS, PHASES, STATUSES } from '../contract/statuses.ts';
import { RUNTIME_LIMITS } from '../runtime/limits.ts';
import { graphOf } from '../visualizer/graph.ts';
import { MACHINES, type MachineName } from '../visualizer/machines.ts';
import { mermaidBlocks, mermaidOfStatuses } from '../visualizer/mermaid.ts';
import { eventsTable, failuresTable, type Language, statusTable, taskTable } from '../visualizer/table.ts';
import { LEGEND, shownAs } from './machines-page.ts';

const diagram = (source: string): string => `\`\`\`mermaid\n${source}\`\`\`\n`;
const drawn = (machine: MachineName): string =>
  `${shownAs(machine, 'machines/')}
<details><summary>For Mermaid: a diagram a region</summary>

${mermaidBlocks(graphOf(MACHINES[machine]))}
</details>
`;
const phases = (language: Language): string =>
  PHASES.map((phase) => {
    const statuses = STATUSES.filter((row) => row.phase === phase).map(({ status }) => status);
    return `- \`${phase}\` (${PHASE_LABELS[phase][language]}): ${statuses.join(', ')}\n`;
  }).join('');

export const lifecyclePage = (): string => `# The lifecycle of a picture

<!-- Made by \`npm run docs\` from machines/ and contract/: change those, not this. -->

What may follow what. Every status that people see may go to TRASHED and to DELETING besides.

${diagram(mermaidOfStatuses())}
## Statuses

${statusTable('en')}
\`INIT\` and \`VECTOR_PENDING\` may be passed over: a run that ends within ${RUNTIME_LIMITS.accept_after_ms} ms does not say that it has begun ([decision 3](decisions/0003-acceptance-comes-late.md)). So may METADATA_SAVED, where nothing makes vectors: its step and the next are one commit, and the history has both ([decision 100](decisions/0100-two-steps-in-one-commit.md)).

Clients switch on \`phase\`. While the store is looked at after an upload, AWAITING_UPLOAD is \`working\`.

${phases('en')}
## Task statuses

A task is one run of one step, and transient: losing all of them loses no fact.

${taskTable('en')}
## Events

A guard may still refuse an event where it is taken; \`allowed_events\` of a resource is exact.

${eventsTable('en')}
## Failures

${failuresTable('en')}
## The machines

${LEGEND} A drawing leads to the one with every cause and guard. [machines.md](machines.md) has the states in words, and which state takes which event.

### resource (one a picture, durable)

${drawn('resource')}
### task (one run of one step, transient)

${drawn('task')}
# 图片的生命周期

## 状态

${statusTable('zh')}
\`INIT\` 和 \`VECTOR_PENDING\` 可能被跳过：在 ${RUNTIME_LIMITS.accept_after_ms} 毫秒内结束的运行不会声明自己已经开始（[决定 3](decisions/0003-acceptance-comes-late.md)）。没有向量引擎时，METADATA_SAVED 也会被跳过：它的步骤与下一步在同一次提交中，两者都在历史里（[决定 100](decisions/0100-two-steps-in-one-commit.md)）。

客户端以 \`phase\` 为准。上传后查看存储期间，AWAITING_UPLOAD 的阶段为 \`working\`。

${phases('zh')}
## 任务状态

任务是一个步骤的一次运行，是临时的：全部丢失也不会丢失任何事实。

${taskTable('zh')}
## 事件

${eventsTable('zh')}
## 失败

${failuresTable('zh')}`;
