// Pictures that a person did not take well: faded, or turned when they were taken.

import { rule } from './rule.mjs';

export const fadedTicket = {
  file: 'faded-ticket.jpg',
  title: 'Faded cable car ticket 褪色的缆车票',
  languages: ['en', 'zh-Hans'],
  width: 1100,
  height: 700,
  paper: '#d9d4c7',
  shapes: [{ x: 70, y: 190, w: 960, h: 4, fill: '#c4beb0' }],
  blocks: [
    { font: 'sc', weight: 700, size: 48, x: 70, y: 140, ink: '#b3ab9a', rows: ['White Cloud Ridge Cable Car 白云岭缆车'] },
    {
      font: 'sc',
      size: 38,
      x: 70,
      y: 280,
      step: 76,
      ink: '#b3ab9a',
      rows: [
        'Round trip 往返票 seat 417',
        'Valid until sunset 日落前有效',
        'Return with this coupon 下山请出示此票',
        '大风天气停止运行',
        'Lost property: hut beside the waterfall',
      ],
    },
  ],
};

export const turnedRecipe = {
  file: 'turned-recipe.jpg',
  title: '横着拍的菜谱',
  languages: ['zh-Hans'],
  width: 1100,
  height: 800,
  turned_by: 90,
  paper: '#fffaf0',
  shapes: [{ x: 80, y: 165, w: 940, h: 6, fill: '#b5651d' }],
  blocks: [
    { font: 'sc', weight: 700, size: 50, x: 80, y: 130, ink: '#7a3e0c', rows: ['外婆的红豆山药点心'] },
    {
      font: 'sc',
      size: 42,
      x: 80,
      y: 250,
      step: 78,
      rows: [
        '红豆提前一夜泡好，蒸熟以后做成豆沙。',
        '铁棍山药蒸二十分钟，用勺子压成细泥。',
        '糯米粉与牛奶和匀，加一勺蜂蜜。',
        '一层山药，一层豆沙，用木模压紧。',
        '放进冰箱冷藏三小时，切块装盘。',
        '剩下的豆沙可以用来包汤圆。',
      ],
    },
  ],
};

export const exifTurnedPoster = {
  file: 'exif-turned-poster.jpg',
  title: 'Poster photographed sideways',
  languages: ['en'],
  width: 900,
  height: 1200,
  turned_by: 270,
  exif_orientation: 6,
  paper: '#fdfdfb',
  shapes: [{ x: 0, y: 0, w: 900, h: 40, fill: '#22577a' }, rule(1050, 80, 740)],
  blocks: [
    { font: 'sc', weight: 700, size: 58, x: 80, y: 180, step: 80, ink: '#22577a', rows: ['Kite Festival', 'on Pebble Beach'] },
    {
      font: 'sc',
      size: 40,
      x: 80,
      y: 400,
      step: 80,
      rows: [
        'Sunday 17 May, from ten to six',
        'Bamboo workshop for children',
        'Dragon parade at half past two',
        'Best homemade kite wins a canoe',
        'Lemonade and grilled corn all day',
        'Bring string, tape and patience',
        'No drones above the dunes, please',
      ],
    },
    { font: 'sc', size: 34, x: 80, y: 1110, rows: ['Ask for Beatrix at the lifeguard tower'] },
  ],
};
