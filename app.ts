/**
 * The composition root. `openPorts` opens the stores and engines that the configuration names; `createService` puts the lifecycle
 * around them; `startApp` does both for a process. Embedded and server mode differ here and in config.ts only.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { SERVICE_FILE } from './cli/client.ts';
import { VERSION } from './cli/project.ts';
import type { Config } from './config.ts';
import { storedKey } from './http/keys.ts';
import { createHttpServer } from './http/server.ts';
import { RESOURCE_LIMITS, type ResourceLimits, type TaskLimits } from './machines/limits.ts';
import { type FolderObjects, openFolderObjects } from './persistence/folder/objects.ts';
import { isSigned, sign } from './persistence/folder/links.ts';
import { memoryQueue } from './persistence/memory/queue.ts';
import { memoryTasks } from './persistence/memory/tasks.ts';
import { openSqliteFacts } from './persistence/sqlite/facts.ts';
import { lockFolder } from './persistence/sqlite/lock.ts';
import { openSqliteIndex } from './persistence/sqlite-index/index.ts';
import { hashedNgrams } from './providers/hashed-ngrams.ts';
import { tesseractPool } from './providers/tesseract/pool.ts';
import { type Clock, systemClock } from './runtime/clock.ts';
import { createEngine, type Engine, type Origin } from './runtime/engine.ts';
import { RUNTIME_LIMITS, type RuntimeLimits } from './runtime/limits.ts';
import type { Embedder, Queue, Recogniser, SearchIndex, Tasks } from './runtime/ports.ts';
import type { Facts } from './runtime/ports-facts.ts';
import { createRuns } from './runtime/runs.ts';
import { createSweep } from './runtime/sweep.ts';
import { createWorker } from './runtime/worker.ts';
import { resourceLifecycle, taskLifecycle } from './services/resource-lifecycle.ts';
import { runStep } from './services/steps.ts';
