/** ONNX Runtime as far as it is used. Its package is optional: what is compiled may not need its types. */
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

export type Tensor = { readonly data: unknown; readonly dims: readonly number[] };
export type Session = {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, Tensor>): Promise<Readonly<Record<string, Tensor>>>;
};
/** Options of a session: https://onnxruntime.ai/docs/api/js/interfaces/InferenceSession.SessionOptions.html */
export type SessionOptions = {
  intraOpNumThreads: number;
  interOpNumThreads: number;
  executionMode: 'sequential' | 'parallel';
  graphOptimizationLevel: 'disabled' | 'basic' | 'extended' | 'all';
  enableMemPattern: boolean;
  logSeverityLevel: 0 | 1 | 2 | 3 | 4;
};
export type OnnxRuntime = {
  InferenceSession: { create(file: string, options: SessionOptions): Promise<Session> };
  Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): Tensor;
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): Tensor;
  };
};

/** One thread: with two, runs took nearly twice the processor time, since they spin. Lengths differ, so no memory is planned ahead. */
const SESSION_OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableMemPattern: false,
  logSeverityLevel: 3,
} as const satisfies SessionOptions;

/** Why an engine cannot run here, in a sentence that names the cure. */
export class EngineMissing extends Error {
  override name = 'EngineMissing';
}

const PACKAGE = 'onnxruntime-node';
const require = createRequire(import.meta.url);
/** Throws where the package is not installed, or has no program for this platform. */
export const loadRuntime = (): OnnxRuntime => require(PACKAGE) as OnnxRuntime;

/** Throws what the runtime says of a model. */
export const openSession = ({ InferenceSession }: OnnxRuntime, file: string): Promise<Session> =>
  InferenceSession.create(file, SESSION_OPTIONS).catch((error: unknown) => {
    throw new Error(`${file} is no model that can be run: ${error instanceof Error ? error.message : String(error)}`);
  });

/** install, otherwise: what helps where a package is missing, and where nothing can be installed that would. */
export type Cures = { install: string; otherwise: string };

/** Throws EngineMissing where the package, or its program for this platform, is not there. */
export async function checkOnnxRuntime(
  { install, otherwise }: Cures,
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<void> {
  const binary = path.join('onnxruntime-node', 'bin', 'napi-v6', platform, arch, 'onnxruntime_binding.node');
  const there = resolvedPackage('onnxruntime-node/package.json');
  if (there === null) throw new EngineMissing(`the package onnxruntime-node is not installed: ${install}`);
  await access(path.join(path.dirname(there), '..', binary)).catch(() => {
    throw new EngineMissing(`onnxruntime-node has no program for ${platform} on ${arch}: ${otherwise}`);
  });
}

/** The file that a name leads to; null where its package is not installed. */
export function resolvedPackage(name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null; // not installed: who asks says so
  }
}
