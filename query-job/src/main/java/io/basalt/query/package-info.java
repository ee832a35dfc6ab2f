/**
 * The batch job that reads files of one root into a directory. A planner lists the files and cuts
 * them into ranges, readers write the ranges into temporary files side by side, and the report
 * renames what is complete. {@link io.basalt.query.QueryJob} is the way in.
 */
package io.basalt.query;
