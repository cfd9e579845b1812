/** Bad pictures that take seconds or hundreds of megabytes: `npm run test:poison`. */
import { PATIENT } from './limits.ts';
import { poisonSuite } from './suite.ts';

poisonSuite(PATIENT, ({ heavy }) => heavy === true);
