// Draws a scene of text and tells where each line and word of it is.

import { createCanvas } from '@napi-rs/canvas';

/** East Asian wide characters are words of their own: a phrase of Chinese can start and end anywhere. */
const WORD = /[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+/gu;

/** The drawn canvas, and its lines: `{text, x, y, w, h, words}` with tight boxes as fractions (0 to 1) of the picture. */
export function drawPage(scene) {
  const canvas = createCanvas(scene.width, scene.height);
  const context = canvas.getContext('2d');
  const lines = drawInto(context, scene);
  return { scene, canvas, lines: lines.map((line) => inFractions(line, scene)), drawInto: (other) => drawInto(other, scene) };
}

function drawInto(context, scene) {
  context.lang = 'en'; // else the host's language chooses glyphs
  drawShape(context, { x: 0, y: 0, w: scene.width, h: scene.height, fill: scene.paper });
  for (const shape of scene.shapes) drawShape(context, shape);
  return scene.blocks.flatMap((block) => drawBlock(context, block));
}

/** Where the lines are once the page was turned clockwise by 90°. */
export function turnedLines(lines) {
  const place = ({ x, y, w, h, ...rest }) => ({ ...rest, x: round(1 - y - h), y: x, w: h, h: w });
  return lines.map(({ words, ...line }) => {
    const { text, ...box } = place(line);
    return { text, ...box, words: words.map(place).map(({ text, ...there }) => ({ text, ...there })) };
  });
}
const round = (part) => Math.round(part * 10_000) / 10_000;

function drawShape(context, { x, y, w, h, radius = 0, fill }) {
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(x, y, w, h, radius);
  context.fill();
}

function drawBlock(context, block) {
  context.font = `${block.weight} ${block.size}px ${block.font}`;
  context.fillStyle = block.ink;
  const columns = block.columns ?? [{ x: block.x, align: block.align }];
  return block.rows.map((row, index) => drawRow(context, [row].flat(), columns, block.y + index * block.step));
}

/** One line of the picture, whatever number of columns it is spread over. */
function drawRow(context, cells, columns, y) {
  const words = cells.flatMap((text, index) => {
    const { x, align } = columns[index];
    const left = align === 'right' ? x - context.measureText(text).width : x;
    context.fillText(text, left, y);
    return wordsOf(context, text, left, y);
  });
  return { text: cells.join(' '), box: around(words.map((word) => word.box)), words };
}

function wordsOf(context, text, left, y) {
  return Array.from(text.matchAll(WORD), (match) => {
    const x = left + context.measureText(text.slice(0, match.index)).width;
    return { text: match[0], box: inkOf(context, match[0], x, y) };
  });
}

function inkOf(context, text, x, y) {
  const ink = context.measureText(text);
  return {
    left: x - ink.actualBoundingBoxLeft,
    top: y - ink.actualBoundingBoxAscent,
    right: x + ink.actualBoundingBoxRight,
    bottom: y + ink.actualBoundingBoxDescent,
  };
}

function around(boxes) {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

function inFractions({ text, box, words }, page) {
  const part = (length, whole) => round(length / whole);
  const place = ({ left, top, right, bottom }) => ({
    x: part(left, page.width),
    y: part(top, page.height),
    w: part(right - left, page.width),
    h: part(bottom - top, page.height),
  });
  return { text, ...place(box), words: words.map((word) => ({ text: word.text, ...place(word.box) })) };
}
