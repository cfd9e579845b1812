/** The text of docs/codes.md, made from the contract. */
import { failuresTable, problemsTable, remarksTable } from '../visualizer/table.ts';

export const codesPage = (): string => `# Codes

<!-- Made by \`npm run docs\` from contract/: change that, not this. -->

Codes are stable, their texts are not: switch on \`code\`, show \`detail\`. All three lists may grow within v1.

## Problems: a request that was not done

Answered as \`application/problem+json\` (RFC 9457). \`detail\` says what happened, what it means for the picture, and what to do.

${problemsTable('en')}
## Failures: a picture that stopped

In \`failure\` of a picture, of an item of its history, of an event and of a task. What was established before stays as it is.

What the service does depends on who is at fault. A failure of the picture ends, at once or after a few attempts, and a person decides. A store or an engine that is away, full, or loses what it was given is waited for: no attempts are spent, and the time granted to an outage (\`give_up_ms\`, 6 hours) begins with its first failure. After that the picture rests in INDEX_FAILED, and the service tries it again by itself once the part has worked for a minute. A worker that is lost while it runs a step that opens no picture (save, embed, index, purge) is waited for in the same way.

${failuresTable('en')}
## Remarks: a picture that lacks something

In \`remarks\` of a picture: what looks like success is not quite whole. A step replaces its own when it is done again; a corrected text removes those about reading from its page.

${remarksTable('en')}
# 代码

代码保持稳定，文字可能调整：程序以 \`code\` 为准，界面显示 \`detail\`。

## 问题：未被执行的请求

${problemsTable('zh')}
## 失败：停下来的图片

${failuresTable('zh')}
## 提示：有所欠缺的图片

见图片的 \`remarks\`：看似完成，但并不完整。步骤重做时替换其自身的提示；更正某页文字后，该页有关识别的提示随之消失。

${remarksTable('zh')}`;
