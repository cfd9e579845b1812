// The pictures with English and Chinese.

import { rule } from './rule.mjs';

export const mixedSlide = {
  file: 'mixed-slide.webp',
  title: 'Slide about orchard sensors 果园传感器',
  languages: ['en', 'zh-Hans'],
  width: 1280,
  height: 800,
  paper: '#f3f7fb',
  shapes: [
    { x: 0, y: 0, w: 1280, h: 24, fill: '#1f4e79' },
    { x: 80, y: 176, w: 220, h: 6, fill: '#e08e2b' },
  ],
  blocks: [
    { font: 'sc', weight: 700, size: 52, x: 80, y: 140, ink: '#1f4e79', rows: ['Orchard Sensors 果园传感器项目'] },
    {
      font: 'sc',
      size: 38,
      x: 80,
      y: 270,
      step: 78,
      rows: [
        'Quarterly review 第二季度回顾',
        'Installed 128 soil probes 已安装土壤探头',
        'Battery life reached 19 months 电池续航十九个月',
        'Frost alarm 霜冻警报 sent 6 minutes earlier',
        '灌溉用水减少 23% compared with last summer',
        'Next step: orchard pilot 下一步：梨谷试点',
      ],
    },
    { font: 'sc', size: 30, x: 80, y: 745, ink: '#44505c', rows: ['Contact 联系人 Rosalind Teng 滕若兰'] },
  ],
};

const receiptColumns = [{ x: 80 }, { x: 560, align: 'right' }, { x: 820, align: 'right' }];
const receiptSums = [{ x: 80 }, { x: 820, align: 'right' }];

export const receipt = {
  file: 'receipt.jpg',
  title: 'Bakery receipt 面包房小票',
  languages: ['en', 'zh-Hans'],
  width: 900,
  height: 1500,
  paper: '#fbfaf6',
  shapes: [rule(425, 80, 740), rule(965, 80, 740), rule(1260, 80, 740)],
  blocks: [
    { font: 'sc', size: 46, x: 80, y: 120, rows: ['Skylark Bakery 云雀面包房'] },
    {
      font: 'sc',
      size: 34,
      x: 80,
      y: 210,
      step: 64,
      rows: ['Willow Lane 27 柳巷二十七号', 'Date 日期 2026-04-09 16:42', 'Receipt 小票 No. 80315'],
    },
    {
      font: 'sc',
      size: 36,
      y: 500,
      step: 80,
      columns: receiptColumns,
      rows: [
        ['Goods 品名', 'Qty 数量', 'Price 金额'],
        ['Sourdough 酸面包', '1', '32.00'],
        ['Almond cake 杏仁蛋糕', '2', '46.00'],
        ['Oat latte 燕麦拿铁', '3', '85.50'],
        ['Sesame bun 芝麻包', '4', '24.00'],
        ['Fig jam 无花果酱', '5', '99.50'],
      ],
    },
    {
      font: 'sc',
      size: 36,
      y: 1040,
      step: 80,
      columns: receiptSums,
      rows: [
        ['Subtotal 小计', '287.00'],
        ['Discount 优惠', '12.30'],
      ],
    },
    { font: 'sc', weight: 700, size: 42, y: 1210, columns: receiptSums, rows: [['Total 合计', '274.70']] },
    { font: 'sc', size: 34, x: 80, y: 1340, step: 70, rows: ['Paid by card 刷卡支付', 'Thank you 谢谢光临'] },
  ],
};

export const screenshot = {
  file: 'screenshot.png',
  title: 'Backup settings of a notes app 备份设置',
  languages: ['en', 'zh-Hans'],
  width: 1280,
  height: 860,
  paper: '#ffffff',
  shapes: [
    { x: 0, y: 0, w: 1280, h: 80, fill: '#e4e7eb' },
    { x: 380, y: 160, w: 210, h: 5, fill: '#2d6cdf' },
    { x: 0, y: 165, w: 1280, h: 2, fill: '#d5d9de' },
    { x: 60, y: 715, w: 1160, h: 18, radius: 9, fill: '#e4e7eb' },
    { x: 60, y: 715, w: 364, h: 18, radius: 9, fill: '#2d6cdf' },
    { x: 60, y: 762, w: 490, h: 70, radius: 12, fill: '#e8effc' },
    { x: 980, y: 762, w: 240, h: 70, radius: 12, fill: '#e8effc' },
  ],
  blocks: [
    { font: 'sc', weight: 700, size: 32, x: 60, y: 52, rows: ['Tidewater Notes 潮汐笔记'] },
    {
      font: 'sc',
      size: 30,
      y: 138,
      columns: [{ x: 60 }, { x: 380 }, { x: 690 }, { x: 1010 }],
      rows: [['Account 账户', 'Backup 备份', 'Keyboard 键盘', 'About 关于']],
    },
    { font: 'sc', weight: 700, size: 38, x: 60, y: 240, rows: ['Automatic backup 自动备份'] },
    {
      font: 'sc',
      size: 32,
      y: 318,
      step: 72,
      columns: [{ x: 60 }, { x: 1220, align: 'right' }],
      rows: [
        ['Backup folder 备份文件夹', 'Documents 文稿'],
        ['Repeat every 重复周期', '12 hours 小时'],
        ['Keep versions 保留版本', 'Thirty 三十份'],
        ['Encrypt archive 加密归档', 'Enabled 已开启'],
        ['Finished 上次完成', 'Tuesday 09:26 星期二'],
        ['Storage used 已用空间', '4.7 GB of 15 GB'],
      ],
    },
    {
      font: 'sc',
      size: 30,
      y: 808,
      columns: [{ x: 90 }, { x: 1015 }],
      rows: [['Restore earlier copy 恢复旧副本', 'Cancel 取消']],
    },
  ],
};
