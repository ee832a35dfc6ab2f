package io.basalt.migrate;

import io.basalt.storage.migrate.MadeStripe;
import java.util.Optional;

/**
 * What became of a task.
 *
 * @param problem why there is no stripe, or what it lacks, in one sentence; empty if all is well
 */
record StripeResult(String run, int stripes, Optional<MadeStripe> made, String problem) {}
