// What is on each picture: text in blocks, shapes behind it. Lengths are pixels; `y` is the baseline of a block's first row.
// `tc, sc` is the traditional font, and the simplified one for what it lacks (the full-width comma).
// A row is one text, or one text a column; a column with `align: 'right'` ends at its `x`.

const ink = '#1b1f24';
const rule = (y, x, w) => ({ x, y, w, h: 3, fill: '#9aa3ad' });

const englishLetter = {
  file: 'english-letter.png',
  title: 'Letter from a bicycle workshop',
  languages: ['en'],
  width: 1240,
  height: 1600,
  paper: '#ffffff',
  shapes: [rule(250, 110, 1020)],
  blocks: [
    { font: 'sc', weight: 700, size: 52, x: 110, y: 150, rows: ['Harbour Street Bicycle Workshop'] },
    { font: 'sc', size: 34, x: 110, y: 215, rows: ['14 Lantern Row, Fernbridge'] },
    { font: 'sc', size: 38, x: 110, y: 340, step: 82, rows: ['3 March 2026', 'Dear Margaret,'] },
    {
      font: 'sc',
      size: 38,
      x: 110,
      y: 510,
      step: 62,
      rows: [
        'Thank you for lending us the copper kettle and both',
        'wooden benches for the spring repair evening. More than',
        'sixty neighbours came, and we mended forty-one bicycles,',
        'nine scooters and one very old wheelbarrow.',
      ],
    },
    {
      font: 'sc',
      size: 38,
      x: 110,
      y: 790,
      step: 62,
      rows: [
        'Your nephew Oliver straightened a bent fork without any',
        'help, so we would like to offer him a summer place here:',
        'two afternoons each week, paid, starting on 15 June.',
      ],
    },
    {
      font: 'sc',
      size: 38,
      x: 110,
      y: 1010,
      step: 62,
      rows: [
        'The kettle is clean and waiting on the upper shelf. Please',
        'collect it whenever the blue door is open, or telephone',
        'Winifred and she will bring it along on Saturday.',
      ],
    },
    { font: 'sc', size: 38, x: 110, y: 1240, step: 70, rows: ['With warm regards,', 'Theodore Ashgrove', 'Workshop secretary'] },
  ],
};

const chineseNotice = {
  file: 'chinese-notice.jpg',
  title: '停水通知',
  languages: ['zh-Hans'],
  width: 1200,
  height: 1200,
  paper: '#fffdf5',
  shapes: [
    { x: 40, y: 40, w: 1120, h: 8, fill: '#c0392b' },
    { x: 40, y: 1152, w: 1120, h: 8, fill: '#c0392b' },
  ],
  blocks: [
    { font: 'sc', weight: 700, size: 52, x: 496, y: 140, ink: '#a32a1e', rows: ['停水通知'] },
    {
      font: 'sc',
      size: 44,
      x: 130,
      y: 240,
      step: 74,
      rows: [
        '尊敬的各位住户：',
        '因小区北侧供水管道更换水表，三月十八日上午',
        '九时至下午四时，七号楼和九号楼暂停供水。',
        '请提前储存饮用水，并关闭家中所有水龙头，',
        '以免恢复供水时造成渗漏。',
        '施工期间，东门停车场禁止通行，',
        '骑车的朋友请从南边的银杏路绕行。',
        '如有老人需要帮忙提水，请联系值班员周建国，',
        '电话：62158847。',
        '给大家带来不便，请您多多谅解。',
      ],
    },
    { font: 'sc', size: 44, x: 1070, y: 1010, step: 74, align: 'right', rows: ['青松里物业服务中心', '2026年3月15日'] },
  ],
};

const chineseTraditional = {
  file: 'chinese-traditional.png',
  title: '山城圖書館夜讀活動',
  languages: ['zh-Hant'],
  width: 1200,
  height: 1000,
  paper: '#ffffff',
  shapes: [{ x: 110, y: 172, w: 980, h: 6, fill: '#2f6f5e' }],
  blocks: [
    { font: 'tc, sc', weight: 700, size: 52, x: 110, y: 135, rows: ['山城圖書館夜讀活動'] },
    {
      font: 'tc, sc',
      size: 42,
      x: 110,
      y: 260,
      step: 76,
      rows: [
        '歡迎愛書的朋友在秋天晚上來到舊書閱覽室。',
        '每週五晚間七點，館員會點亮銅燈，',
        '朗讀一段關於海洋與鯨魚的故事。',
        '參加者可以借用毛毯，也可以自備熱茶。',
        '兒童須由家長陪同，座位僅有二十四個。',
        '報名請寫下姓名與電話，投入門廳的綠色信箱。',
        '聽完故事以後，歡迎留下來討論，',
        '一起為鯨魚畫一張新的地圖。',
        '颱風警報發布時，活動順延一週。',
      ],
    },
  ],
};

const mixedSlide = {
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
        'Next step: pear valley pilot 下一步：梨谷试点',
      ],
    },
    { font: 'sc', size: 30, x: 80, y: 745, ink: '#44505c', rows: ['Contact 联系人 Rosalind Teng 滕若兰'] },
  ],
};

const receiptColumns = [{ x: 80 }, { x: 560, align: 'right' }, { x: 820, align: 'right' }];
const receiptSums = [{ x: 80 }, { x: 820, align: 'right' }];

const receipt = {
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
        ['Item 品名', 'Qty 数量', 'Price 金额'],
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

const screenshot = {
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
    { x: 60, y: 762, w: 440, h: 70, radius: 12, fill: '#e8effc' },
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
        ['Last finished 上次完成', 'Tuesday 09:26 星期二'],
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

const englishReport = {
  file: 'english-report.jpg',
  title: 'Ferry terminal report',
  languages: ['en'],
  width: 1240,
  height: 1300,
  paper: '#ffffff',
  shapes: [rule(180, 90, 1060), rule(395, 90, 1060), rule(895, 90, 1060)],
  blocks: [
    { font: 'sc', weight: 700, size: 50, x: 90, y: 140, rows: ['Ferry Terminal Monthly Report'] },
    { font: 'sc', size: 34, x: 90, y: 260, rows: ['Prepared by Cordelia Banks for the harbour council'] },
    {
      font: 'sc',
      weight: 700,
      size: 36,
      y: 365,
      columns: [{ x: 90 }, { x: 620, align: 'right' }, { x: 900, align: 'right' }, { x: 1150, align: 'right' }],
      rows: [['Route', 'Sailings', 'Passengers', 'Delayed']],
    },
    {
      font: 'sc',
      size: 36,
      y: 460,
      step: 78,
      columns: [{ x: 90 }, { x: 620, align: 'right' }, { x: 900, align: 'right' }, { x: 1150, align: 'right' }],
      rows: [
        ['Pelican Island', '184', '23,650', '12'],
        ['Lighthouse Point', '96', '8,417', '5'],
        ['Granite Cove', '142', '15,208', '29'],
        ['Seagull Wharf', '67', '4,935', '3'],
        ['Northern Marsh', '58', '2,764', '8'],
        ['Whole network', '547', '54,974', '57'],
      ],
    },
    {
      font: 'sc',
      size: 36,
      x: 90,
      y: 975,
      step: 68,
      rows: [
        'Fog closed Granite Cove for nineteen hours in total.',
        'Ticket income rose by 6.4 percent over the winter.',
        'Diesel spending fell to 81,320 after the engine overhaul.',
        'A second gangway should be ready before the regatta.',
      ],
    },
  ],
};

/** Every picture that has text, in the order they are drawn. */
export const scenes = [
  englishLetter,
  chineseNotice,
  chineseTraditional,
  mixedSlide,
  receipt,
  screenshot,
  englishReport,
].map((scene) => ({ ...scene, blocks: scene.blocks.map((block) => ({ ink, weight: 400, step: 0, ...block })) }));
