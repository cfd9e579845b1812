/** Adding pictures. */
import { num, plural } from './format.ts';
import { messages } from './words.ts';

export const addWords = messages({
  en: {
    title: 'Add pictures',
    choose: 'Choose pictures',
    sending: (count: number) => `Sending ${plural(count, 'picture', 'pictures')}`,
    sent: (count: number) => `${plural(count, 'picture', 'pictures')} in`,
    refused: (name: string, why: string) => `${name} was not taken: ${why}`,
  },
  zh: {
    title: '添加图片',
    choose: '选择图片',
    sending: (count: number) => `正在发送 ${num(count, 'zh')} 张图片`,
    sent: (count: number) => `已收到 ${num(count, 'zh')} 张图片`,
    refused: (name: string, why: string) => `未接收 ${name}：${why}`,
  },
});
