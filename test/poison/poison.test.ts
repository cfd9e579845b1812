/** Bad pictures through the whole real service, in a process of its own. */
import { QUICK } from './limits.ts';
import { poisonSuite } from './suite.ts';

poisonSuite(QUICK, ({ heavy }) => !heavy);
