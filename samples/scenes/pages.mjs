// Files of several pages, all of one size; and a label, for the format that nothing compresses.

import { rule } from './rule.mjs';

const PAPER = { width: 1000, height: 700, paper: '#ffffff' };
const page = (heading, rows) => ({
  ...PAPER,
  shapes: [rule(150, 80, 840)],
  blocks: [
    { font: 'sc', weight: 700, size: 44, x: 80, y: 120, rows: [heading] },
    { font: 'sc', size: 36, x: 80, y: 230, step: 72, rows },
  ],
});

export const minutes = {
  ...PAPER,
  file: 'three-page-minutes.tif',
  title: 'Minutes of an allotment club 园艺社会议记录',
  languages: ['en', 'zh-Hans'],
  pages: [
    page('Allotment club minutes', [
      'Present: Gwendolyn, Hubert and eleven others',
      'The greenhouse roof leaks above the tomatoes',
      'Hubert offers to borrow a taller ladder',
      'New padlock for the tool shed approved',
    ]),
    page('第二页 会议决定', [
      '每月第一个星期六清理堆肥箱',
      '雨水桶由南墙移到玻璃温室旁边',
      '新社员须先参加两次义务劳动',
      '南瓜种子留给小学自然课',
    ]),
    page('Page three: seed exchange 种子交换', [
      'Pumpkin seeds from Ottoline 南瓜籽十二包',
      'Purple carrots 紫胡萝卜 need sandy soil',
      'Next meeting on 9 October 下次会议',
      'Bring labels and envelopes 请带标签',
    ]),
  ],
};

export const handbook = {
  ...PAPER,
  file: 'three-page-handbook.pdf',
  title: 'Handbook of a lighthouse 灯塔值守手册',
  languages: ['en', 'zh-Hans'],
  pages: [
    page('Lighthouse keeper handbook', [
      'Wind the clockwork every four hours',
      'Polish the lens with chamois leather only',
      'Record each passing vessel in the logbook',
      'Fog signal: two blasts, then forty seconds',
    ]),
    {
      ...page('Scanned page 扫描页', [
        'Spare batteries are under the spiral staircase',
        '备用电池放在旋转楼梯下面',
        'Paraffin delivery every second Wednesday',
        '煤油每隔一个星期三送到码头',
      ]),
      as_image: true,
    },
    page('应急处理 Emergencies', [
      '灯光熄灭时立即敲响铜钟',
      '发电机钥匙挂在气压计后面',
      'Call the coastguard on channel sixteen',
      'Never leave the gallery door unlatched',
    ]),
  ],
};

export const partsLabel = {
  file: 'parts-label.bmp',
  title: 'Label of a box of spare parts 备件标签',
  languages: ['en', 'zh-Hans'],
  width: 720,
  height: 500,
  paper: '#ffffff',
  shapes: [
    { x: 20, y: 20, w: 680, h: 5, fill: '#1b1f24' },
    { x: 20, y: 475, w: 680, h: 5, fill: '#1b1f24' },
  ],
  blocks: [
    { font: 'sc', weight: 700, size: 42, x: 40, y: 95, rows: ['Gearbox seal kit 齿轮箱密封件'] },
    {
      font: 'sc',
      size: 34,
      x: 40,
      y: 175,
      step: 66,
      rows: [
        'Part number 零件号 GX-70914',
        'Shelf 货架 Delta 38',
        'Quantity 件数 250',
        'Inspected 检验员 Ingrid Solberg',
        '防潮 防压 请勿倒置',
      ],
    },
  ],
};
