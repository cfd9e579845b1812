import type { Config, Sources } from '../app/config.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import type { Output } from './output.ts';

export type Run = (config: Config, out: Output, sources: Sources) => Promise<ExitCode>;
