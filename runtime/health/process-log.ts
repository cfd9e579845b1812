/** The log of a process: a line of JSON an event, on standard error. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { escapedJson } from '../../text/printable.ts';

/**
 * A line may be read on a terminal, and repeats what came from outside: it holds no character that a terminal obeys. Of an error it has
 * the type, the message, the stack and the code; libraries put statements and requests on theirs, with what people wrote or looked for.
 */
export function processLog(level: string, to: DestinationStream = pino.destination({ dest: 2, sync: false })): Logger {
  const options = { level, base: undefined, serializers: { err: plainError } };
  return pino(options, { write: (line: string) => to.write(escapedJson(line)) });
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = pino.stdSerializers.err(error);
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? { code: error.code } : {};
  return { type, message, stack, ...code };
}
