/** Small cases, each a text and what somebody types who looks for it: it is found, and said how. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Tier } from '../../contract/tiers.ts';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { collection, type Made } from './collection.ts';
import { fill, listsOf } from './measures.ts';

const CASES: [kind: string, text: string, typed: string, match: Tier][] = [
  ['country code', '电话：150 9636 9603', '+86 150 9636 9603', 'exact'],
  ['local number without its area code', 'Tel: 02181680551', '81680551', 'exact'],
  ['number over a line end', '卡号 6222 5104 3801\n6947 796', '6222510438016947796', 'exact'],
  ['month by name', 'Date: September 4, 2019', '2019-09-04', 'exact'],
  ['month by name', 'Date: 4 September 2019', 'September 2019', 'exact'],
  ['Han numerals', '二〇一八年八月十日', '2018-08-10', 'exact'],
  ['Han numerals', '2018年8月10日', '二〇一八年八月十日', 'exact'],
  ['currency typed', '金额：¥83,172.00', '83172元', 'exact'],
  ['currency typed', '合计 1280.00 元', '￥1280', 'exact'],
  ['capital amount', '人民币陆仟玖佰贰拾贰元整', '6922', 'exact'],
  ['code without its signs', '型号：GJA984-15', 'GJA98415', 'exact'],
  ['code with signs', '型号：GJA98415', 'GJA984-15', 'exact'],
  ['code, O for 0', '型号：SKU-31O526', 'SKU-310526', 'exact'],
  ['code, B for 8', '型号：QRT-7B4415', 'QRT-784415', 'exact'],
  ['code, S for 5 at its end', '型号：QRT-44107S', 'QRT-441075', 'alike'],
  ['number, letters at both ends', '卡号 l38OO7722O', '1380077220', 'alike'],
  ['number with its country, misread', '电话：+8613B2798627B', '138-2798-6278', 'exact'],
  ['line end within a word', 'ther\nmometer', 'thermometer', 'alike'],
  ['space too many', 'baro meter', 'barometer', 'alike'],
  ['space too many, twice', 'R ece ipt', 'receipt', 'alike'],
  ['written together', 'conradmoreaux signed', 'conrad moreaux', 'alike'],
  ['Han parts apart', '通知\n关于停电的安排如下', '停电通知', 'some'],
  ['Han parts in another order', '厦门恒悦贸易', '恒悦厦门', 'some'],
  ['irregular forms', 'was paid in cash', 'pay', 'exact'],
  ['irregular forms', 'the office bought two', 'buy', 'exact'],
  ['irregular forms', 'two children', 'child', 'exact'],
  ['OCR noise, Han', '青岛万融医疗器械有限公可', '有限公司', 'alike'],
  ['OCR noise, English', 'Barth0lomew', 'Bartholomew', 'alike'],
  ['OCR noise, two Han', '曰期', '日期', 'some'],
  ['OCR noise, two letters as one', 'modern', 'modem', 'alike'],
  ['typo', 'thermostat', 'thermostta', 'alike'],
  ['typo, a letter too many', 'invoice 20 pieces of laminate', 'lamminate', 'alike'],
  ['typo, Han', '厦门恒悦贸易有限公司', '厦门恒悦贸易友限公司', 'alike'],
  ['question', '张伟佳 空调 2024年3月5日 1280元', '张伟佳2024年3月买空调花了多少钱？', 'some'],
  [
    'question, English',
    'Rosalba Quint, espresso machine, 1280.00',
    'how much did Rosalba Quint pay for the espresso machine?',
    'some',
  ],
  ['one word too many', '赵欣欣 加湿器', '赵欣欣 加湿器 紫色', 'some'],
  ['name and thing', '品名：加湿器\n经办人：钱多多', '钱多多加湿器', 'some'],
  ['regional word', '軟體更新', '软件更新', 'exact'],
  ['regional word', '购买鼠标一只', '滑鼠', 'exact'],
  ['regional words, two of one run', '打印机驱动软件', '印表機驅動軟體', 'exact'],
  ['regional word, part of what was typed', '資訊 中心', '信息中心大楼', 'some'],
  ['e-mail', 'vcastellano31@bluecrest.cn', 'vcastellano31', 'exact'],
  ['url without www', 'www.redwood65.cn/help', 'redwood65.cn', 'exact'],
];
/** The same faults in other words: none of these was looked at while the search was made. */
const OTHERS: typeof CASES = [
  ['country code', 'Mobile 0086-139-1234-5678', '13912345678', 'exact'],
  ['country code', '手机：13912349876', '+86 139 1234 9876', 'exact'],
  ['month by name', 'Due 12 Nov 2023', '2023年11月12日', 'exact'],
  ['month by name', '2023-11-13', 'November 13, 2023', 'exact'],
  ['Han numerals', '二〇二二年十一月', '2022-11', 'exact'],
  ['capital amount', '人民币捌万叁仟元整', '¥83,000', 'exact'],
  ['amount in 万', '预算 9.7万元', '97000', 'exact'],
  ['currency typed', 'Total USD 1,499.50', '1499.5', 'exact'],
  ['code without its signs', 'Order PO/2024-7781', 'PO20247781', 'exact'],
  ['irregular forms', 'three mice', 'mouse', 'exact'],
  ['irregular forms', 'was written by hand', 'write', 'exact'],
  ['British spelling', 'the colour of the centre', 'color center', 'exact'],
  ['OCR noise, Han', '江北区人民政俯', '人民政府', 'alike'],
  ['OCR noise, English', 'Mercantile lnsurance', 'insurance', 'alike'],
  ['typo', 'accomodation booked', 'accommodation', 'alike'],
  ['typo, two letters the other way round', 'certificate of origin', 'certifciate', 'alike'],
  ['space too many', 're ception desk', 'reception', 'alike'],
  ['line end within a word', 'the labora-\ntory is closed', 'laboratory', 'exact'],
  ['question', '李娜娜 洗衣机 保修三年', '李娜娜的洗衣机保修多久？', 'some'],
  [
    'question, English',
    'Laptop stand, bought by Ingrid Solberg',
    'where is the laptop stand that Ingrid Solberg bought?',
    'some',
  ],
  ['one word too many', 'quarterly forecast of Vantaa', 'quarterly forecast Vantaa spreadsheet', 'some'],
  ['name and thing', '品名：投影仪\n联系人：周小川', '周小川投影仪', 'some'],
  ['Han parts apart', '延期\n关于答辩的说明', '答辩延期', 'some'],
  ['Han parts in another order', '宁波华腾物流', '物流华腾', 'some'],
  ['url without www', 'https://shop.greenfield88.com/orders', 'greenfield88', 'exact'],
  ['e-mail', 'mail to billing@northwind77.org', 'northwind77.org', 'exact'],
  ['regional word', '列印机与伺服器', '服务器', 'exact'],
];
CASES.push(...OTHERS);
/** Said to be found in no way: what is meant exactly, and what is too short to be nearly something. */
const NOT_ALIKE: [text: string, typed: string][] = [
  ['Barth0lomew', '"Bartholomew"'],
  ['thermostat', 'thermostta -cold'],
  ['有限公可', '"有限公司"'],
  ['号码 48215', '48216'],
  ['型号：GJA98415', 'GJA98416'],
  ['cat', 'car'],
  ['陈丽', '陈莉'],
  ['合计 1280 元', '1290'],
  ['编号 AB1234', 'AB1235'],
  ['bread', 'beard'],
];

const made = (text: string, n: number): Made => {
  const [other] = collection(n + 1, 1);
  assert.ok(other);
  return { ...other, id: `case${n}`, title: 'a picture', tag: 'case', filename: 'x.png', text };
};

let folder: string;
let index: SearchIndex;
const documents = [...CASES.map(([, text]) => text), ...NOT_ALIKE.map(([text]) => text)].map(made);
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-cases-'));
  index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock: systemClock() });
  await fill(index, documents);
});
after(async () => {
  await index.close();
  await rm(folder, { recursive: true });
});

const asked = async (typed: string) =>
  (await listsOf(index, documents, [{ kind: '', typed: `${typed} `, relevant: new Set(), beside: new Set() }]))[0] ?? [];

for (const [n, [kind, text, typed, match]] of CASES.entries())
  test(`${kind}: ${JSON.stringify(text)} is found by ${typed}`, async () => {
    const hits = await asked(typed);
    const place = hits.findIndex(({ resource_id }) => resource_id === `case${n}`);
    assert.equal(hits[place]?.match, match, JSON.stringify(hits.slice(0, 5)));
    assert.ok(place < 10, `it is hit ${place + 1}`);
  });

for (const [n, [text, typed]] of NOT_ALIKE.entries())
  test(`${JSON.stringify(text)} is neither exactly nor nearly ${typed}`, async () => {
    const hits = await asked(typed);
    const hit = hits.find(({ resource_id }) => resource_id === `case${CASES.length + n}`);
    assert.ok(hit === undefined || hit.match === 'some', hit?.match);
  });
