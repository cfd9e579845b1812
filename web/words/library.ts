/** The library. */
import { num, plural } from './format.ts';
import { messages } from './words.ts';

export const libraryWords = messages({
  en: {
    title: 'Library',
    search: 'Search the words on your pictures',
    pictures: (count: number) => plural(count, 'picture', 'pictures'),
  },
  zh: {
    title: '图片库',
    search: '搜索图片上的文字',
    pictures: (count: number) => `${num(count, 'zh')} 张图片`,
  },
});
