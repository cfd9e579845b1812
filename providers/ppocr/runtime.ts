/** ONNX Runtime as far as it is used. Its package is optional: what is compiled may not need its types. */
import { createRequire } from 'node:module';

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
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
};

const PACKAGE = 'onnxruntime-node';
/** Throws where the package is not installed, or has no program for this platform. */
export const loadRuntime = (): OnnxRuntime => createRequire(import.meta.url)(PACKAGE) as OnnxRuntime;
