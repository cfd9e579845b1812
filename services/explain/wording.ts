/** What was looked at, in a sentence: why a picture can or cannot be found, and what would make it move. */
import { EXPLAINED_WORDS, type Explained } from '../../contract/explain.ts';
import { FAILURE_CODES, type Failure } from '../../contract/failures.ts';
import { type MetadataField, missingOf } from '../../contract/metadata.ts';
import { meaningOf, type Text, waitsFor } from '../../contract/statuses.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Pause } from '../../runtime/ports/operations.ts';
import { pendingWorkOf, type Work } from './pending-work.ts';
import type { CheckResult, Snapshot } from './snapshot.ts';

/** away: its layer could not be asked. checked_at: wall time. */
export type Checked = CheckResult & { fact: Explained; away: boolean; checked_at: number };
export type State = { subject: Snapshot; looked: Checked[]; work: Work; required_metadata: readonly MetadataField[] };
/** when: in service time; null: when somebody does it, or never. */
type Next = { what: Text; when: number | null };

const both = (en: string, zh: string): Text => ({ en, zh });
const joined = (...texts: (Text | null)[]): Text => {
  const some = texts.filter((text) => text !== null);
  return both(some.map(({ en }) => en).join(' '), some.map(({ zh }) => zh).join(''));
};

export function becauseOf(state: State): Text {
  const { subject, looked } = state;
  if (subject.set_aside !== null) return setAside(subject.set_aside);
  if (subject.unserved !== null) return ofLaterVersion(subject);
  const broken = looked.find(({ ok, away }) => !ok && !away);
  if (broken) {
    const { en, zh } = EXPLAINED_WORDS[broken.fact].broken;
    const { expected, found } = broken;
    return both(`${en}: expected ${expected.en}, found ${found.en}.`, `${zh}：应为${expected.zh}；实为${found.zh}。`);
  }
  const away = looked.find(({ ok }) => !ok);
  const { searchable, status } = subject.promised;
  const meaning = meaningOf(status);
  const stands = searchable ? foundAt(subject) : both(`It is ${status}: ${meaning.en}.`, `${status}：${meaning.zh}。`);
  return joined(
    away ? unavailableWords(away) : null,
    stands,
    waits(state),
    lossWords(state.work),
    failureWords(subject.view?.failure ?? null),
  );
}

const setAside = (reason: string): Text =>
  both(
    `It is set aside: what the database holds of its lifecycle cannot be read (${reason}).`,
    `已搁置：数据库中其生命周期记录无法读取（${reason}）。`,
  );
/** Its facts can be looked at, but what should hold of them is not known here. */
function ofLaterVersion({ unserved, promised: { status } }: Snapshot): Text {
  return both(
    `It is ${status}, in version ${unserved} of the lifecycle, which a later version of the service has written. This process does not know that version and leaves the picture alone.`,
    `${status}：其生命周期为版本 ${unserved}，由更新版本的服务写入。本进程不认识该版本，不会改动此图片。`,
  );
}
const ASK_LATER_VERSION = both(
  'A process of that version goes on with it; ask one of those.',
  '由该版本的进程继续处理；请向其查询。',
);

function unavailableWords({ fact, found }: Checked): Text {
  const what = EXPLAINED_WORDS[fact].fact;
  return both(`Nobody can look at ${what.en} just now (${found.en}).`, `暂时无法查看${what.zh}（${found.zh}）。`);
}

function foundAt({ promised: { facts, revision } }: Snapshot): Text {
  if (facts.indexed === revision) return both('A search finds it.', '可以搜到。');
  return both(
    `A search finds it as it was at revision ${facts.indexed}; revision ${revision} is not in the index yet.`,
    `可以搜到版本 ${facts.indexed}；版本 ${revision} 尚未写入索引。`,
  );
}

function failureWords(failure: Failure | null): Text | null {
  if (!failure) return null;
  const { en, zh } = FAILURE_CODES[failure.code];
  const { step, code, detail } = failure;
  return both(`${step} failed with ${code} (${detail}). ${en}`, `${step} 失败：${code}（${detail}）。${zh}`);
}

/** Wording for a picture that may have killed its process, or was only in progress then. */
function lossWords({ step, losses }: State['work']): Text | null {
  if (losses === null) return null;
  return both(
    `A process died while it was in ${step}, so ${step} runs it alone now; ${losses} processes were lost since with it alone.`,
    `有进程在对其执行 ${step} 时中断，现单独执行；此后又有 ${losses} 个进程在单独执行时中断。`,
  );
}

/** What the pending job waits for; null without one. */
function waits({ work: { step, pause, task, away, line } }: State): Text | null {
  if (!step) return null;
  if (away) return both(`It waits for ${step}, whose tasks cannot be asked just now.`, `正在等待 ${step}，暂时无法查询其任务。`);
  if (pause && task?.status !== 'running') return pausedAt(step, { pause, line });
  if (!task) return both(`It waits for ${step}, whose task is gone.`, `正在等待 ${step}，但其任务已丢失。`);
  const { status, attempt } = task;
  if (status === 'pending' && line) {
    const idle = line.running === 0;
    return both(
      `It is in line for ${step}: ${line.waiting} waiting, ${idle ? 'and nobody is at it (is the step paused, or is no worker there?)' : `${line.running} being done`}.`,
      `正在排队等待 ${step}：${line.waiting} 个在等待，${idle ? '无人处理（该步骤是否已暂停，或没有工作进程？）' : `${line.running} 个在处理`}。`,
    );
  }
  return both(`Its task of ${step} is ${status} (attempt ${attempt}).`, `其 ${step} 任务为 ${status}（第 ${attempt} 次）。`);
}

function pausedAt(step: StepKind, { pause, line }: Pick<State['work'], 'line'> & { pause: Pause }): Text {
  const since = new Date(pause.paused_at).toISOString();
  return both(
    `It waits for ${step}, which an operator has paused since ${since}${line ? `: ${line.waiting} waiting` : ''}.`,
    `正在等待 ${step}，运维人员已于 ${since} 暂停该步骤${line ? `：${line.waiting} 个在等待` : ''}。`,
  );
}

export function nextOf(state: State): Next {
  const { subject, looked, work } = state;
  if (subject.set_aside !== null) return { what: MENDED, when: subject.next_look_at };
  if (subject.unserved !== null) return { what: ASK_LATER_VERSION, when: subject.next_look_at };
  const broken = looked.find(({ ok, away }) => !ok && !away);
  if (broken) return isUnreported(state, broken) ? reportIt(state) : { what: remedy(broken.fact, state), when: null };
  const away = looked.find(({ ok }) => !ok);
  if (work.step && !subject.row.rests) return workGoesOn(state);
  if (away) {
    const what = EXPLAINED_WORDS[away.fact].fact;
    return { what: both(`Look again once ${what.en} can be asked.`, `待可查看${what.zh}后再看。`), when: null };
  }
  return rests(state);
}

/** The store holds an upload, and nobody has reported it: the only way in which bytes are wrong before they are looked at. */
const isUnreported = ({ subject: { promised } }: State, { fact }: Checked): boolean =>
  fact === 'bytes' && promised.status === 'AWAITING_UPLOAD';

function reportIt({ subject }: State): Next {
  const call = `POST /v1/resources/${subject.row.resource_id}/uploaded`;
  const [timer] = pendingWorkOf(subject).filter(({ kind }) => kind === 'timer');
  const what = both(
    `Call \`${call}\`, which reports the upload; else the store is looked at by itself at the time given.`,
    `请调用 \`${call}\` 报告上传完成；否则到所示时间会自动查看存储。`,
  );
  return { what, when: timer?.due_at ?? null };
}

const MENDED = both(
  'An operator restores its row of `instances` from a backup or mends it; it is looked at again and goes on by itself.',
  '请运维人员从备份恢复或修复其在 `instances` 中的记录；届时会重新检查并自动继续。',
);

/** What is done by whom so that a broken fact is whole again. */
function remedy(fact: Explained, { subject }: State): Text {
  const { promised, view } = subject;
  const again = (from: string) =>
    view?.allowed_events.includes('REPROCESS')
      ? both(`Order \`reprocess\` from \`${from}\`.`, `请从 \`${from}\` 起重新处理（\`reprocess\`）。`)
      : both(
          `Once its present work has ended, order \`reprocess\` from \`${from}\`.`,
          `待当前处理结束后，从 \`${from}\` 起重新处理（\`reprocess\`）。`,
        );
  if (promised.status === 'DELETED') return both('An operator should remove what is left by hand.', '请运维人员手工清除残留。');
  if (!view) return both('An operator should restore the database from a backup.', '请运维人员从备份恢复数据库。');
  const remedies: Record<Explained, Text> = {
    row: both(
      'Any edit of the picture writes its row again; an operator should find out who wrote to the database.',
      '任何一次编辑都会重写该记录；请运维人员查明是谁改动了数据库。',
    ),
    bytes: both(
      `An operator should put the bytes back at ${promised.picture?.key ?? 'their key'}; else upload the picture again.`,
      `请运维人员将文件恢复到 ${promised.picture?.key ?? '原处'}；否则请重新上传。`,
    ),
    text: joined(again('ocr'), promised.fact_ids.correction === null ? null : WITHOUT_CORRECTION),
    vector: again('embed'),
    index_entry: again('index'),
    search: again('index'),
  };
  return remedies[fact];
}

const WITHOUT_CORRECTION = both(
  'If the correction itself is missing, with `discard_corrections`; then correct it again.',
  '若缺少的是人工更正本身，请加 `discard_corrections`，随后重新更正。',
);

function workGoesOn({ subject, work }: State): Next {
  const { step, pause, task, again_at } = work;
  if (pause && task?.status !== 'running') return { what: resumed(pause.kind), when: null };
  const by_pass = subject.next_pass_at;
  if (!task) return { what: both(`The sweep makes the task of ${step} again.`, `巡检会重建 ${step} 任务。`), when: by_pass };
  const { status } = task;
  if (status === 'retrying') return { what: both(`${step} is tried again.`, `重试 ${step}。`), when: again_at };
  if (status === 'pending')
    return {
      what: both(`A worker takes up ${step}; the sweep sees to it.`, `由工作进程接手 ${step}；巡检会查看。`),
      when: by_pass,
    };
  return { what: both(`${step} ends, or is asked about.`, `${step} 结束，或被询问。`), when: again_at ?? by_pass };
}

const resumed = (step: StepKind) =>
  both(
    `An operator lets ${step} go on (\`tuodi resume ${step}\`, \`PATCH /v1/ops/steps/${step}\`).`,
    `请运维人员恢复步骤 ${step}（\`tuodi resume ${step}\`，\`PATCH /v1/ops/steps/${step}\`）。`,
  );

const triedAgain = (step: string) =>
  both(
    `The service tries it again by itself, once ${step} has worked for a minute; or a person orders \`retry\`.`,
    `${step} 恢复一分钟后，服务会自动重试；也可执行重试（\`retry\`）。`,
  );

function rests({ subject, required_metadata }: State): Next {
  const { promised, row, view } = subject;
  const { status } = promised;
  const [timer] = pendingWorkOf(subject).filter(({ kind }) => kind === 'timer');
  const when = timer?.due_at ?? null;
  const allowed = view?.allowed_events ?? [];
  if (status === 'UPLOADED_NO_METADATA') {
    const fields = missingOf(row.metadata, required_metadata).join(', ');
    return { what: both(`A person gives what is missing: ${fields}.`, `请补充：${fields}。`), when };
  }
  if (view?.retry_step) return { what: triedAgain(view.retry_step), when: null };
  if (allowed.includes('RETRY')) return { what: both('A person orders `retry`.', '请执行重试（`retry`）。'), when };
  if (allowed.includes('RESTORE'))
    return { what: both('A person restores it; else it is deleted.', '可以恢复；否则到期删除。'), when };
  if (status === 'REJECTED')
    return { what: both('Upload another file; this one is deleted in time.', '请另传文件；此文件到期删除。'), when };
  if (status === 'INDEXED' || status === 'DELETED') return { what: both('Nothing is left to be done.', '无需再做。'), when };
  const waits_for = waitsFor(status);
  return { what: both(`It waits for: ${waits_for.en}.`, `等待：${waits_for.zh}。`), when };
}
