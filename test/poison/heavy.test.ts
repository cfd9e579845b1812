/** Bad pictures that take seconds or hundreds of megabytes. */
import { PATIENT } from './limits.ts';
import { poisonSuite } from './suite.ts';

poisonSuite(PATIENT, ({ heavy }) => heavy === true);
