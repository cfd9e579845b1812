/** A write that ends after the purge: in the process that began it, in another, and around TRASH and RESTORE. */
import '../services/steps/late-writer.test.ts';
