/** Characters that recognition takes for one another, as they are after folding: small letters, simplified Han. */

/** Groups: any of one may be read as any other of it. */
const GROUPS = `
  o0 oq oc od ce ao l1i| t1 s5 b8 b6 z2 g9q hb kh nr nh uv un ft ij vy vw 7t 4a rt xk
  已己巳 未末 日曰目白 土士工 人入八 公么 司可 有冇 林材 张弘 大太犬 天夫 千干于 王玉主 木本术 刀力 贝见 几儿 九丸 田由甲申电 自白百 午牛
  石右 又叉 万方 戊戌戍 候侯 拆折 治冶 晴睛 崇祟 育盲 请清情 购构沟 话活括 票栗 收攸 据居 数教 期朝 金全 额颌 单草 合台 计汁 元无 角用
  号另 码玛 名各 经轻 付什 办为 订汀打 服报 货贷 运远 速连 快决 限很根 东车 医匡 务劳 市布 区匹 机杌 上土 下卞 中申 小少 手毛 口曰 月用
  乌鸟 免兔 卖买 住往佳 使便 侍待 仑仓 今令 代伐 任仕 伟伪 体休 传转 何河 供洪 倍培 值植 故做 冈网 写与 冷泠 准淮 凤风 刊判 到倒 刚钢
  制刷 剂济 副福 博搏 占古 卫工 印卯 厂广 历厉 去云 双汉 史吏 吉古 否杏 味昧 品晶 四西 因囚 园圆 坐座 城诚 处外 失矢 头买 性姓 委季
  宋宗 密蜜 岛鸟 师帅 席度 应庆 底低 廷建 健建 开井 径经 恩思 找我 户尸 技枝 抄炒 抢枪 护沪 抱抛 担但 持特 指脂 挂桂 按接 播插 支文 改政
  斯期 族旅 旦日 早旱 明朋 易曷 昨作 杨扬 析折 牧枚 柏伯 标示 校较 样洋 核该 桥娇 检险 概慨 武式 民氏 气乞 汇江 沈沉 没设 油抽 泰秦 海悔
  深探 温湿 漆膝 炉护 烟咽 爱受 片爿 物特 狂枉 理埋 瑞端 现规 生主 留溜 白臼 的约 皮支 相想 眼根 研砚 示永 祖租 程呈 税悦 立位 竹什 第弟
  签笠 精清 素索 红江 级极 纪记 纸抵 线浅 给洽 络洛 统流 编偏 罗岁 老考 职取 肉内 船般 艺乙 节书 苏办 茶荼 荣茶 营管 行往 补朴 要耍 让上
  证正 评平 词伺 试式 询旬 诚城 财材 资贷 超越 足是 轮轻 辆两 边力 还环 进井 造选 部陪 里理 量童重 钱线 铭名 锁销 错借 键健 镇慎 长氏 门们
  问间闻 阳阴 院浣 险检 零雷 需雷 静净 顺须 项顶 题提 食良 首自 黄寅`;

const ALIKE = new Map<string, Set<string>>();
for (const group of GROUPS.trim().split(/\s+/)) {
  for (const one of group) ALIKE.set(one, new Set([...(ALIKE.get(one) ?? []), ...group]));
}

/** What a character may be read as. */
export const alikeTo = (one: string): string[] => [...(ALIKE.get(one) ?? [])].filter((other) => other !== one);
export const areAlike = (one: string, other: string): boolean => ALIKE.get(one)?.has(other) ?? false;

/** Two letters that are read as one, by that one; and the other way round. */
export const TWO_AS_ONE: ReadonlyMap<string, readonly string[]> = new Map([
  ['m', ['rn', 'nn']],
  ['d', ['cl']],
  ['w', ['vv']],
  ['u', ['ii']],
  ['h', ['li']],
  ['n', ['ri']],
]);
