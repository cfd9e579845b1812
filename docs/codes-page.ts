/** The text of docs/codes.md, made from the contract. */
import { failuresTable, problemsTable } from '../visualizer/table.ts';

export const codesPage = (): string => `# Codes

<!-- Made by \`npm run docs\` from contract/: change that, not this. -->

Codes are stable, their texts are not: switch on \`code\`, show \`detail\`. Both lists may grow within v1.

## Problems: a request that was not done

Answered as \`application/problem+json\` (RFC 9457). \`detail\` says what happened, what it means for the picture, and what to do.

${problemsTable('en')}
## Failures: a picture that stopped

In \`failure\` of a picture, of an item of its history, of an event and of a task. What was established before stays as it is.

${failuresTable('en')}
# 代码

代码保持稳定，文字可能调整：程序以 \`code\` 为准，界面显示 \`detail\`。

## 问题：未被执行的请求

${problemsTable('zh')}
## 失败：停下来的图片

${failuresTable('zh')}`;
