/** `tuodi demo`: opens a folder of its own, and runs the demo in it. */
import { connect } from './client.ts';
import type { Run } from './command.ts';
import { demo, emptyDemoFolder } from './demo.ts';
import { SAMPLES } from './project.ts';
import { openFolder } from './with-service.ts';

const FOLDER = 'tuodi-demo';

export const demoCommand: Run = async (config, out) => {
  await emptyDemoFolder(FOLDER);
  const client = await connect({ ...config, url: undefined, api_key: undefined, data_dir: FOLDER }, openFolder, out);
  try {
    return (await demo(client, SAMPLES, FOLDER, out, () => performance.now())) ? 0 : 3;
  } finally {
    await client.close();
  }
};
