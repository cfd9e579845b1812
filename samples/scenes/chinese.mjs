// The pictures with Chinese only. `tc, sc` is the traditional font, and the simplified one for what it lacks (the full-width comma).

export const chineseNotice = {
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

export const chineseTraditional = {
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
        '大雨警報發布時，活動順延一週。',
      ],
    },
  ],
};
