/**
 * The files and extents of a store as tables of Flink SQL. The enumerator pins one root and cuts
 * its leaves into path ranges; readers fold each range with what happened since, as every reader of
 * the store does. {@link io.basalt.sql.BasaltTableFactory} is the way in.
 */
package io.basalt.sql;
