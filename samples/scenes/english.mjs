// The pictures with English only.

import { rule } from './rule.mjs';

export const englishLetter = {
  file: 'english-letter.png',
  title: 'Letter from a bicycle workshop',
  languages: ['en'],
  width: 1240,
  height: 1600,
  paper: '#ffffff',
  shapes: [rule(250, 110, 1040)],
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

export const englishReport = {
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
