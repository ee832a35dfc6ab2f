/**
 * The contents of a basalt.yaml. {@link io.basalt.storage.config.StoreConfigLoader} turns the file
 * into validated values or into one sentence that says what to correct; {@link
 * io.basalt.storage.config.StoreConfigWriter} writes the file of a new store.
 */
package io.basalt.storage.config;
