/** The page of who has no session. */
import { messages } from './words.ts';

export const gateWords = messages({
  en: {
    title: 'Open the link that the terminal printed',
    how: 'It signs this browser in, once. Or paste the link here:',
    label: 'Link or its last part',
    sign_in: 'Sign in',
    signing_in: 'Signing in …',
    lost: 'Used up, or older than 15 minutes? On the machine where tuodi runs, this prints another:',
    ended: 'You are signed out. A fresh link signs this browser in again.',
    refused: 'This link was used already, or is too old. The command below prints a fresh one.',
    not_a_link: 'This is not a link of tuodi. It ends with # and a row of letters and digits.',
    away: 'The service does not answer. This page tries again by itself.',
    copy: 'Copy',
    copied: 'Copied',
  },
  zh: {
    title: '打开终端里打印的链接',
    how: '打开即登录此浏览器，链接只能使用一次。也可粘贴在这里：',
    label: '链接，或其末尾部分',
    sign_in: '登录',
    signing_in: '正在登录…',
    lost: '链接已用过，或已超过 15 分钟？在运行 tuodi 的机器上执行此命令，即可得到新链接：',
    ended: '已退出登录。用新的链接即可重新登录。',
    refused: '此链接已用过或已过期。用下面的命令可获得新的链接。',
    not_a_link: '这不是 tuodi 的链接。链接以 # 和一串字母数字结尾。',
    away: '服务没有响应，页面会自动重试。',
    copy: '复制',
    copied: '已复制',
  },
});
