package io.basalt.migrate;

import io.basalt.storage.migrate.MadeStripe;
import java.util.Optional;

/**
 * What became of a task.
 *
 * @param problem why there is no stripe, in one sentence; empty if there is one
 */
record StripeResult(String run, int stripes, Optional<MadeStripe> made, String problem) {}
