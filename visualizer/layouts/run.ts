/** Layouts of the machine run, made by `npm run docs`: change docs/layout/, not this. */
import type { Layouts } from '../layout.ts';

export const run: Layouts = {
  machine: "run", version: "1",
  graph: "de989bb0bff9e084", input: "c235959ff8e40f72",
  screen: {
    width: 380, height: 205,
    boxes: {
      "run": [0,0,380,205],
      "run.active": [57,44,265,70],
      "run.done": [144,147,92,38],
      "run.stopped": [22,147,92,38],
      "run.failed": [266,147,92,38],
    },
    lines: [
      {"from":"run.active","to":"run.done","points":[[190,114],[190,147]],"label":null},
      {"from":"run.active","to":"run.failed","points":[[278,114],[278,126],[327,126],[327,147]],"label":null},
      {"from":"run.active","to":"run.stopped","points":[[145,114],[145,135],[83,135],[83,147]],"label":null},
      {"from":"run.stopped","to":"run.active","points":[[53,147],[53,126],[101,126],[101,114]],"label":null},
      {"from":"run.failed","to":"run.active","points":[[297,147],[297,135],[234,135],[234,114]],"label":null},
    ],
  },
  full: {
    width: 543, height: 321,
    boxes: {
      "run": [0,0,543,321],
      "run.active": [150,44,265,70],
      "run.done": [237,186,92,38],
      "run.stopped": [57,263,92,38],
      "run.failed": [359,207,92,38],
    },
    lines: [
      {"from":"run.active","to":"run.done","points":[[283,114],[283,186]],"label":[209,147,71,17]},
      {"from":"run.active","to":"run.failed","points":[[371,114],[371,126],[420,126],[420,207]],"label":[424,138,97,47]},
      {"from":"run.active","to":"run.stopped","points":[[238,114],[238,135],[99,135],[99,251],[118,251],[118,263]],"label":[103,147,96,92]},
      {"from":"run.stopped","to":"run.active","points":[[88,263],[88,126],[194,126],[194,114]],"label":[22,138,63,17]},
      {"from":"run.failed","to":"run.active","points":[[390,207],[390,135],[327,135],[327,114]],"label":[324,147,63,17]},
    ],
  },
};
