// A picture with nothing to read: evening sky, low sun, hills, film grain. Chance comes from a seed, so it is always the same.

import { createCanvas } from '@napi-rs/canvas';

const HILLS = [
  { base: 520, swing: 60, length: 410, shift: 0.6, top: '#8d6f9c', foot: '#6c5a86' },
  { base: 600, swing: 75, length: 530, shift: 2.1, top: '#5d5a80', foot: '#3f4468' },
  { base: 690, swing: 50, length: 360, shift: 4.4, top: '#37415c', foot: '#1d2438' },
];

export const landscape = {
  file: 'photo-without-text.jpg',
  title: 'Hills in the evening, without text',
  languages: [],
  width: 1200,
  height: 800,
};

export function drawLandscape({ width, height }) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  drawSky(context, width, height);
  for (const hill of HILLS) drawHill(context, hill, width, height);
  addGrain(context, width, height, seeded(20260309));
  return canvas;
}

function drawSky(context, width, height) {
  const sky = context.createLinearGradient(0, 0, 0, height);
  for (const [at, colour] of [
    [0, '#34507f'],
    [0.45, '#c98a8a'],
    [0.7, '#f4c48d'],
  ])
    sky.addColorStop(at, colour);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  const sun = context.createRadialGradient(860, 430, 20, 860, 430, 300);
  for (const [at, colour] of [
    [0, 'rgba(255,244,214,1)'],
    [0.25, 'rgba(255,224,170,0.75)'],
    [1, 'rgba(255,214,160,0)'],
  ]) {
    sun.addColorStop(at, colour);
  }
  context.fillStyle = sun;
  context.fillRect(0, 0, width, height);
}

function drawHill(context, { base, swing, length, shift, top, foot }, width, height) {
  const slope = context.createLinearGradient(0, base - swing, 0, height);
  slope.addColorStop(0, top);
  slope.addColorStop(1, foot);
  context.fillStyle = slope;
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width; x += 4) {
    context.lineTo(x, base + swing * Math.sin(x / length + shift) + 0.3 * swing * Math.sin((3.1 * x) / length));
  }
  context.lineTo(width, height);
  context.fill();
}

function addGrain(context, width, height, chance) {
  const image = context.getImageData(0, 0, width, height);
  for (let at = 0; at < image.data.length; at += 4) {
    const grain = Math.round(6 * (chance() - 0.5));
    for (const channel of [at, at + 1, at + 2]) image.data[channel] += grain;
  }
  context.putImageData(image, 0, 0);
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32, Tommy Ettinger, public domain). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
