package io.basalt.migrate;

import io.basalt.storage.migrate.MigratePlan.PlannedStripe;

/**
 * A stripe to be made.
 *
 * @param run attempt of the migration
 * @param stripes how many the run makes in all
 */
record StripeTask(String run, int stripes, PlannedStripe planned) {}
